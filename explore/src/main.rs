//! Explores all scenarios and prints what was found: `cargo xtask check membership`. With a
//! scenario's name and a way that was found, goes that way again.

use std::{process::ExitCode, sync::Mutex, thread, time::Instant};

use sotto_explore::{
    replay::replay,
    report::{AT_MOST, Report},
    scenarios::{self, Scenario},
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

/// Two at a time: the checker's threads don't share the work of one scenario evenly. What takes
/// longest begins first.
fn explore() -> ExitCode {
    println!("{}", Report::HEADER);
    let started = Instant::now();
    let waiting = Mutex::new(scenarios::DEEPER.into_iter().chain(scenarios::ALL));
    let sound = thread::scope(|scope| {
        let pair = [(); 2].map(|()| scope.spawn(|| explore_all(&waiting)));
        let sound = pair.map(|half| half.join().unwrap_or(false));
        sound == [true; 2]
    });
    let took = started.elapsed();
    println!("in all {} s, of {} s", took.as_secs(), AT_MOST.as_secs());
    if sound && took <= AT_MOST {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn explore_all(waiting: &Mutex<impl Iterator<Item = Scenario>>) -> bool {
    let next = || waiting.lock().ok()?.next();
    let mut sound = true;
    while let Some(scenario) = next() {
        let report = Report::of(scenario);
        println!("{report}");
        sound &= report.is_sound();
    }
    sound
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
