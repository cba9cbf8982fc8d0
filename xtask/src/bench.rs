//! Measurements that anyone can repeat. Each runs what ships, and holds it to its
//! bounds: frames in wasm, groups natively.

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::setup::{browser, node, wasm};
use crate::{assemble, bindgen, build, paths, sim};

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

/// The parts are independent: each prints what it found, and one that misses its bounds doesn't
/// hide the next.
fn media() -> Result<ExitCode> {
    let browser = browser::find()?;
    let wasm = build::compile(wasm::Toolchain::find()?, "sotto-bench")?;
    let compiled = wasm.join("sotto_bench.wasm");
    let parts = [in_node(&compiled)?, crossover(&compiled, &browser)?];
    Ok(if parts.iter().all(|part| *part) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Frames in wasm, beside the bare cipher and beside MLS messages.
fn in_node(compiled: &Path) -> Result<bool> {
    let folder = paths::target().join("bench");
    bindgen::for_node(compiled, &folder, "bench")?;
    let mut script = node::script(&paths::workspace().join("benches/media.mjs"));
    Ok(script.arg(folder.join("bench.js")).status()?.success())
}

/// Where WebCrypto would be cheaper than wasm, in a SharedWorker of an extension.
fn crossover(compiled: &Path, browser: &Path) -> Result<bool> {
    let extension = paths::target().join("crossover");
    bindgen::for_web(compiled, &extension, "bench")?;
    let pages = paths::workspace().join("benches/crossover");
    assemble::copy_folder(&pages, &extension)?;
    let mut script = node::script(&paths::workspace().join("benches/crossover.mjs"));
    script.arg(&extension).env("CHROME", browser);
    Ok(script.status()?.success())
}

fn membership() -> Result<ExitCode> {
    let chart = paths::workspace().join("docs/membership.svg");
    let out = ["--out".to_owned(), chart.display().to_string()];
    sim::simulator(&["growth"], &out)
}
