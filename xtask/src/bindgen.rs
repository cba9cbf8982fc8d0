//! wasm-bindgen as a library, so that its version is the one in Cargo.lock.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use wasm_bindgen_cli::wasm_bindgen_test_runner;
use wasm_bindgen_cli_support::Bindgen;

/// Writes the bindings of a compiled module and its wasm into a fresh folder.
pub(crate) fn run(module: &Path, folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .generate(folder)
}

/// What cargo passes to the runner of wasm32 tests.
#[derive(Debug, clap::Args)]
pub(crate) struct WasmTest {
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<OsString>,
}

impl WasmTest {
    pub(crate) fn run(self) -> Result<ExitCode> {
        let program = OsString::from("wasm-bindgen-test-runner");
        wasm_bindgen_test_runner::run_cli_with_args(
            std::iter::once(program).chain(self.arguments),
        )?;
        Ok(ExitCode::SUCCESS)
    }
}
