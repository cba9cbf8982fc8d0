//! Measurements that anyone can repeat. Each runs what ships, and holds it to its
//! bounds: frames in wasm and in calls in a browser, groups natively.

mod curves;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::setup::{browser, node, wasm};
use crate::{assemble, bindgen, build, paths, sim};

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// What media costs: a frame beside the bare cipher and MLS messages, wasm beside WebCrypto,
    /// and calls in the browser beside none of it; draws docs/media.svg, writes docs/media.md
    Media {
        /// Under two minutes: fewer sizes, shorter, and the documents stay as they are
        #[arg(long)]
        quick: bool,
    },
    /// What joins, leaves and updates cost in groups of up to 1,000; draws docs/membership.svg
    Membership,
}

impl Bench {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self {
            Self::Media { quick } => media(quick),
            Self::Membership => membership(),
        }
    }
}

/// The parts are independent: each prints what it found, and one that misses its bounds doesn't
/// hide the next.
fn media(quick: bool) -> Result<ExitCode> {
    let browser = browser::find()?;
    let extension = build::run()?;
    let wasm = build::compile(wasm::Toolchain::find()?, "sotto-bench")?;
    let compiled = wasm.join("sotto_bench.wasm");
    let parts = [
        in_node(&compiled)?,
        crossover(&compiled, &browser, quick)?,
        calls(&extension, &browser, quick)?,
    ];
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
fn crossover(compiled: &Path, browser: &Path, quick: bool) -> Result<bool> {
    let extension = paths::target().join("crossover");
    bindgen::for_web(compiled, &extension, "bench")?;
    let pages = paths::workspace().join("benches/crossover");
    assemble::copy_folder(&pages, &extension)?;
    let mut script = node::script(&paths::workspace().join("benches/crossover.mjs"));
    script.arg(&extension).env("CHROME", browser);
    script.args(quick.then_some("--quick"));
    Ok(script.status()?.success())
}

/// Whole calls in the browser: with Sotto, with an identity transform and without any.
fn calls(extension: &Path, browser: &Path, quick: bool) -> Result<bool> {
    let docs = paths::workspace().join("docs");
    let figures = paths::target().join("bench/calls.json");
    let mut script = node::script(&paths::workspace().join("benches/calls.mjs"));
    script.arg(&figures).env("CHROME", browser);
    script.env("SOTTO_EXTENSION", extension);
    script.args(quick.then_some("--quick"));
    let held = script.status()?.success();
    if !quick {
        curves::draw(&figures, &docs.join("media.svg"))?;
    }
    Ok(held)
}

fn membership() -> Result<ExitCode> {
    let chart = paths::workspace().join("docs/membership.svg");
    let out = ["--out".to_owned(), chart.display().to_string()];
    sim::simulator(&["growth"], &out)
}
