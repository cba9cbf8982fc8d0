//! Measurements that anyone can repeat. Each runs what ships, and holds it to its
//! bounds: frames in wasm, groups natively.

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::build::PROFILE;
use crate::setup::{node, wasm};
use crate::{bindgen, paths, sim, step};

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// What sealing and opening a frame costs, beside the bare cipher and beside MLS messages
    Media,
    /// What joins, leaves and updates cost in groups of up to 1,000; draws docs/membership.svg
    Membership,
}

impl Bench {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self {
            Self::Media => media(),
            Self::Membership => membership(),
        }
    }
}

fn media() -> Result<ExitCode> {
    let mut compile = wasm::Toolchain::find()?.cargo("build");
    compile.args(["--profile", PROFILE, "--package", "sotto-bench"]);
    step::run("compile the benchmark to wasm", &mut compile)?;
    let compiled = wasm::output(PROFILE).join("sotto_bench.wasm");
    let folder = paths::target().join("bench");
    bindgen::for_node(&compiled, &folder, "bench")?;
    let mut script = node::script(&paths::workspace().join("benches/media.mjs"));
    let status = script.arg(folder.join("bench.js")).status()?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn membership() -> Result<ExitCode> {
    let chart = paths::workspace().join("docs/membership.svg");
    let out = ["--out".to_owned(), chart.display().to_string()];
    sim::simulator(&["growth"], &out)
}
