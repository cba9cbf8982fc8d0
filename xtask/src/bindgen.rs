//! wasm-bindgen as a library, so that its version is the one in Cargo.lock.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use crate::paths;
use crate::setup::node;

/// Writes the bindings of a compiled module and its wasm into a fresh folder.
pub(crate) fn run(module: &Path, folder: &Path) -> Result<()> {
    clear(folder)?;
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .generate(folder)
}

/// Writes the bindings of a compiled module for a browser into a fresh folder, as `NAME.js`.
pub(crate) fn for_web(module: &Path, folder: &Path, name: &str) -> Result<()> {
    clear(folder)?;
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .web(true)?
        .typescript(false)
        .generate(folder)
}

/// Writes the bindings of a compiled module for Node into a fresh folder, as `NAME.js`.
pub(crate) fn for_node(module: &Path, folder: &Path, name: &str) -> Result<()> {
    clear(folder)?;
    Bindgen::new()
        .input_path(module)
        .out_name(name)
        .nodejs(true)?
        .debug(true)
        .typescript(false)
        .generate(folder)?;
    // What wasm-bindgen writes for Node is CommonJS, whatever the folders above say.
    fs::write(folder.join("package.json"), r#"{"type": "commonjs"}"#)?;
    Ok(())
}

/// One compiled file of wasm32 tests, as cargo passes it to its runner.
#[derive(Debug, clap::Args)]
pub(crate) struct WasmTest {
    module: PathBuf,
    /// Runs only tests whose name contains this
    filter: Option<String>,
}

impl WasmTest {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let name = self.module.file_stem().context("a test file has a name")?;
        let folder = paths::target().join("wasm-tests").join(name);
        for_node(&self.module, &folder, "tests")?;
        let mut node = node::script(&paths::workspace().join("xtask/wasm-tests.cjs"));
        let status = node
            .arg(folder.join("tests.js"))
            .args(&self.filter)
            .status()?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn clear(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}
