//! Fuzzes a target with libFuzzer, from its kept corpus on.
//!
//! The folder is cargo-fuzz's, but neither that nor a nightly compiler is needed: the core has no
//! unsafe code, so there is nothing for a sanitizer, and what guides the fuzzer is stable.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::{env, fs};

use anyhow::{Context, Result, bail, ensure};
use clap::Args;

use crate::{paths, step};

/// What makes the compiler count which branches are taken.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Ccodegen-units=1";

/// Seconds that one input may take before that is a finding.
const PATIENCE: u32 = 60;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Which one; without it, they are listed
    target: Option<String>,
    /// For how long
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Instead, add to the kept corpus what was found and reaches more than it does
    #[arg(long)]
    keep: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let targets = targets()?;
    let Some(target) = &options.target else {
        println!("{}", targets.join("\n"));
        return Ok(ExitCode::SUCCESS);
    };
    ensure!(
        targets.contains(target),
        "no target {target}; there are: {}",
        targets.join(", ")
    );
    let fuzzer = compile(target)?;
    let status = command(&fuzzer, target, options)?.status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn folder() -> PathBuf {
    paths::workspace().join("fuzz")
}

fn targets() -> Result<Vec<String>> {
    let entries = fs::read_dir(folder().join("fuzz_targets")).context("reading fuzz_targets")?;
    let mut targets = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let stem = path.file_stem().unwrap_or_default();
        targets.push(stem.to_string_lossy().into_owned());
    }
    targets.sort();
    Ok(targets)
}

fn compile(target: &str) -> Result<PathBuf> {
    needs_a_cpp_compiler()?;
    let built = paths::target().join("fuzz");
    let triple = host()?;
    let mut cargo = Command::new(env!("CARGO"));
    // The target is named so that the flags aren't for build scripts too.
    cargo
        .current_dir(folder())
        .args(["build", "--release", "--bin", target, "--target", &triple])
        .arg("--target-dir")
        .arg(&built)
        .env("RUSTFLAGS", COVERAGE);
    step::run("compile the fuzzer", &mut cargo)?;
    Ok(built.join(triple).join("release").join(target))
}

/// libFuzzer comes as its sources.
fn needs_a_cpp_compiler() -> Result<()> {
    let compiler = env::var("CXX").unwrap_or_else(|_| "c++".to_owned());
    if Command::new(&compiler).arg("--version").output().is_ok() {
        return Ok(());
    }
    bail!(
        "a C++ compiler is missing: {compiler}.\n\
         On Debian, as root: apt-get install g++; elsewhere name yours in CXX"
    )
}

fn host() -> Result<String> {
    let output = Command::new("rustc").arg("-vV").output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let host = text.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("rustc names its host")
}

/// What is found goes to a folder of its own; the kept corpus is only read, unless told otherwise.
fn command(fuzzer: &Path, target: &str, options: &Options) -> Result<Command> {
    let found = folder().join("found").join(target);
    let artifacts = folder().join("artifacts").join(target);
    let kept = folder().join("corpus").join(target);
    for folder in [&found, &artifacts] {
        fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    }
    let mut command = Command::new(fuzzer);
    command.arg(format!("-artifact_prefix={}/", artifacts.display()));
    command.arg(format!("-timeout={PATIENCE}"));
    // A call takes many operations, and too few runs fit into a second to come to long ones slowly.
    command.args(["-len_control=0", "-max_len=16384"]);
    if options.keep {
        command.arg("-set_cover_merge=1").args([kept, found]);
    } else {
        command.arg(format!("-max_total_time={}", options.seconds));
        command.arg("-print_final_stats=1").args([found, kept]);
    }
    Ok(command)
}
