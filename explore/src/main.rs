//! Explores all scenarios and prints what was found: `cargo xtask check membership`. With a
//! scenario's name and a way that was found, goes that way again.

use std::{process::ExitCode, time::Instant};

use sotto_explore::{
    replay::replay,
    report::{AT_MOST, Report},
    scenarios,
};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => explore(),
        [name, way] => follow(name, way),
        _ => {
            eprintln!("usage: sotto-explore [SCENARIO WAY]");
            ExitCode::FAILURE
        }
    }
}

fn explore() -> ExitCode {
    println!("{}", Report::HEADER);
    let started = Instant::now();
    let mut sound = true;
    for scenario in scenarios::ALL.into_iter().chain(scenarios::DEEPER) {
        let report = Report::of(scenario);
        println!("{report}");
        sound &= report.is_sound();
    }
    let took = started.elapsed();
    println!("in all {} s, of {} s", took.as_secs(), AT_MOST.as_secs());
    if sound && took <= AT_MOST {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn follow(name: &str, way: &str) -> ExitCode {
    let mut all = scenarios::ALL.into_iter().chain(scenarios::DEEPER);
    let scenario = all.find(|it| it.name == name);
    let scenario = scenario.ok_or_else(|| format!("there is no scenario {name:?}"));
    match scenario.and_then(|scenario| replay(&scenario, way)) {
        Ok(lines) => {
            lines.iter().for_each(|line| println!("{line}"));
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
