//! Everything that can be judged without a call. One failure does not hide the next.

use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::setup::{node, wasm};
use crate::{arrows, build, locales, package, paths, shipped, step, traced};

#[derive(Clone, Copy, Debug, clap::ValueEnum)]
pub(crate) enum What {
    /// Explore the membership machine: all schedules with up to so many faults
    Membership,
}

impl What {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self {
            Self::Membership => membership(),
        }
    }
}

fn membership() -> Result<ExitCode> {
    let build = &["build", "--release", "--package", "sotto-explore"];
    step::run("build the explorer", &mut cargo(build))?;
    let mut explorer = Command::new(paths::target().join("release/sotto-explore"));
    Ok(if explorer.status()?.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

pub(crate) fn run() -> Result<ExitCode> {
    build::run()?;
    let failed = failures()?;
    eprintln!("checks: {failed} failed");
    Ok(if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Runs all checks on a built extension and returns how many failed.
pub(crate) fn failures() -> Result<usize> {
    package::write()?;
    let held = [
        arrows::hold(),
        shipped::rules_hold(),
        package::reviewers_hold(),
        locales::hold(),
        traced::holds(),
    ];
    let mut failed = held.iter().filter(|held| !**held).count();
    for (name, mut command) in commands()? {
        if !step::attempt(name, &mut command)?.status.success() {
            failed += 1;
        }
    }
    Ok(failed)
}

fn commands() -> Result<Vec<(&'static str, Command)>> {
    let mut commands = vec![
        ("check the format", cargo(&["fmt", "--all", "--check"])),
        (
            "clippy",
            cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "-D",
                "warnings",
            ]),
        ),
        (
            "check the types of the JavaScript",
            script("typescript/bin/tsc", &["--project", "."]),
        ),
        (
            "eslint",
            script("eslint/bin/eslint.js", &["--max-warnings", "0", "."]),
        ),
        (
            "web-ext lint of the extension",
            web_ext_lint(&paths::extension()),
        ),
        ("web-ext lint of the package", web_ext_lint(&package::xpi())),
        ("check the docs", docs()),
    ];
    let toolchain = wasm::Toolchain::find()?;
    if toolchain.lints() {
        let mut clippy = toolchain.cargo("clippy");
        clippy.args([
            "--package",
            "sotto-core",
            "--package",
            "sotto-bench",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]);
        commands.push(("clippy for wasm32", clippy));
    }
    Ok(commands)
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(paths::workspace()).args(arguments);
    cargo
}

fn docs() -> Command {
    let mut docs = cargo(&[
        "doc",
        "--workspace",
        "--no-deps",
        "--document-private-items",
    ]);
    docs.env("RUSTDOCFLAGS", "-D warnings");
    docs
}

fn script(tool: &str, arguments: &[&str]) -> Command {
    let mut command = node::script(&paths::node_tool(tool));
    command.args(arguments);
    command
}

fn web_ext_lint(extension: &Path) -> Command {
    let mut lint = script(
        "web-ext/bin/web-ext.js",
        &["lint", "--warnings-as-errors", "--no-config-discovery"],
    );
    lint.arg("--source-dir").arg(extension);
    lint
}
