//! Builds, checks, tests and shows Sotto: `cargo xtask help` lists the tasks.
//!
//! Every task does its own set-up, shows the step it is at on standard error, and prints
//! the whole output of a step that fails. Standard output is for results only.

mod arrows;
mod assemble;
mod bench;
mod bindgen;
mod build;
mod check;
mod demo_call;
mod fuzz;
mod locales;
mod package;
mod paths;
mod setup;
mod shipped;
mod sim;
mod stamp;
mod step;
mod test;
mod traced;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "Builds, checks, tests and shows Sotto")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Open a call in browser windows that have Sotto installed
    Demo(demo_call::Options),
    /// Check everything, then run all tests: native, wasm32 and in the browser
    Test(test::Options),
    /// Build the extension into target/extension
    Build,
    /// Write what the stores get into target/packages and print its SHA-256
    Package(package::Options),
    /// Run what needs no call: format, clippy, docs, arrows, tsc, eslint, web-ext lint, licences
    Check {
        /// Something larger to check instead
        what: Option<check::What>,
    },
    /// Note that texts say in every language what they say in English now; `check` names those to translate
    Translated(locales::Options),
    /// Measure: each benchmark prints its table and fails when it misses its bounds
    Bench {
        #[command(subcommand)]
        what: bench::Bench,
    },
    /// Look for inputs that break the core: `cargo xtask fuzz call --seconds 600`
    Fuzz(fuzz::Options),
    /// Simulate whole calls over bad networks and among hostile peers
    #[command(disable_help_flag = true)]
    Sim(sim::Options),
    /// Run one compiled wasm32 test file in Node; called by cargo
    #[command(hide = true)]
    WasmTest(bindgen::WasmTest),
}

fn main() -> ExitCode {
    let result = match Cli::parse().task {
        Task::Demo(options) => demo_call::run(&options),
        Task::Test(options) => options.run(),
        Task::Build => build::run().map(|_| ExitCode::SUCCESS),
        Task::Package(options) => package::run(&options),
        Task::Check { what: None } => check::run(),
        Task::Check { what: Some(what) } => what.run(),
        Task::Translated(options) => options.run(),
        Task::Bench { what } => what.run(),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Sim(options) => options.run(),
        Task::WasmTest(file) => file.run(),
    };
    result.unwrap_or_else(|error| {
        eprintln!("\nerror: {error:#}");
        ExitCode::FAILURE
    })
}
