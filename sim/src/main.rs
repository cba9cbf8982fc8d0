//! Runs many seeds and prints what they add up to, or grows groups and prints what they cost;
//! `cargo xtask sim` and `cargo xtask bench membership` build and call it. Results are on standard
//! output, progress on standard error.

mod curves;
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
    /// Grow groups to 1,000 members, and measure what joins, leaves and updates cost
    Growth(curves::Options),
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Run(options) => Ok(options.run()),
        Task::Growth(options) => options.run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
