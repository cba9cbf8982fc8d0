//! Whole calls in virtual time, natively and optimised: many seeds in the time of a few.

use std::process::{Command, ExitCode};

use anyhow::Result;
use clap::Args;

use crate::{paths, step};

/// What the simulator takes is the simulator's to know.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Passed on, for example: --seeds 500 --participants 40 --loss 0.3 (--help lists them)
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

impl Options {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        simulator(&["run"], &self.arguments)
    }
}

/// Builds the simulator and runs one of its tasks.
pub(crate) fn simulator(task: &[&str], arguments: &[String]) -> Result<ExitCode> {
    let mut compile = Command::new(env!("CARGO"));
    compile.current_dir(paths::workspace());
    compile.args(["build", "--profile", "sim", "--package", "sotto-sim"]);
    step::run("compile the simulator", &mut compile)?;
    let program = paths::target().join("sim/sotto-sim");
    let status = Command::new(program).args(task).args(arguments).status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
