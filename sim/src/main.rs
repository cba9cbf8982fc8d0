//! Runs many seeds and prints what they add up to; `cargo xtask sim` builds and calls it. Results
//! are on standard output, progress on standard error.

mod seeds;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "sotto-sim", about = "Whole calls in virtual time")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Simulate calls over bad networks, one for each seed
    Run(seeds::Options),
}

fn main() -> ExitCode {
    match Cli::parse().task {
        Task::Run(options) => options.run(),
    }
}
