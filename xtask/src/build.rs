//! Builds the extension: the core for wasm32, its bindings, the optimiser, the folder.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::setup::{node, wasm};
use crate::stamp::Stamp;
use crate::{assemble, bindgen, paths, shipped, step};

/// The budget of design.md, section 7.
const MAX_GZIPPED: usize = 650_000;
const PROFILE: &str = "wasm";
/// What rustc uses and every browser of the manifest has. Naming all would let the optimiser write
/// forms that Chromium refuses.
const WASM_FEATURES: [&str; 7] = [
    "bulk-memory",
    "multivalue",
    "mutable-globals",
    "nontrapping-float-to-int",
    "reference-types",
    "sign-ext",
    "simd",
];
const MODULE: &str = "sotto_core";

/// Returns the folder of the built extension.
pub(crate) fn run() -> Result<PathBuf> {
    node::prepare()?;
    let toolchain = wasm::Toolchain::find()?;
    let core = core(toolchain)?;
    report_size(&core.join(format!("{MODULE}_bg.wasm")))?;
    let extension = assemble::run(&core)?;
    shipped::describe(toolchain, &extension)?;
    Ok(extension)
}

/// Compiles as what ships is compiled; returns the folder with the wasm.
pub(crate) fn compile(toolchain: wasm::Toolchain, package: &str) -> Result<PathBuf> {
    let mut cargo = toolchain.cargo("build");
    cargo.args(toolchain.rustc()?.without_paths()?);
    cargo.args(["--profile", PROFILE, "--package", package, "--lib"]);
    step::run(&format!("compile {package} to wasm"), &mut cargo)?;
    Ok(wasm::output(PROFILE))
}

/// Returns the folder with the core's bindings and its optimised wasm.
fn core(toolchain: wasm::Toolchain) -> Result<PathBuf> {
    let compiled = compile(toolchain, "sotto-core")?.join(format!("{MODULE}.wasm"));
    let core = paths::target().join("core");
    let workspace = paths::workspace();
    let locks = [
        workspace.join("Cargo.lock"),
        workspace.join("package-lock.json"),
    ];
    let stamp = Stamp::new("core", &[&compiled, &locks[0], &locks[1]], "")?;
    if stamp.is_fresh() && core.is_dir() {
        return Ok(core);
    }
    step::inline("bind the core to JavaScript", || {
        bindgen::run(&compiled, &core)
    })?;
    optimise(&core.join(format!("{MODULE}_bg.wasm")))?;
    stamp.set()?;
    Ok(core)
}

fn optimise(module: &Path) -> Result<()> {
    let mut optimise = node::script(&paths::node_tool("binaryen/bin/wasm-opt"));
    optimise.args(["-O3", "--strip-debug", "--strip-producers"]);
    optimise.args(WASM_FEATURES.map(|feature| format!("--enable-{feature}")));
    optimise.arg(module).arg("-o").arg(module);
    step::run("optimise the wasm", &mut optimise)?;
    Ok(())
}

fn report_size(module: &Path) -> Result<()> {
    let bytes = fs::read(module).with_context(|| format!("reading {}", module.display()))?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&bytes)?;
    let gzipped = gzip.finish()?.len();
    eprintln!("core: {} bytes of wasm, {gzipped} gzipped", bytes.len());
    if gzipped > MAX_GZIPPED {
        bail!("the core is {gzipped} bytes gzipped; the budget is {MAX_GZIPPED}");
    }
    Ok(())
}
