//! A compiler: which one, and how to keep this machine's paths out of what it writes.
//!
//! Panics name the file that they come from, so the folders of cargo's registry and of the Rust
//! library would end up in the wasm. Our own files are compiled by paths that begin in the
//! workspace, and need nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::wasm::{self, TARGET};

#[derive(Debug)]
pub(crate) struct Rustc {
    /// Its version, as in `1.88.0`
    pub(crate) release: String,
    /// What rustup's copies of the library name their files by; Debian's compiler may not tell
    commit: Option<String>,
    sysroot: PathBuf,
}

impl Rustc {
    pub(super) fn ask(program: &str) -> Result<Self> {
        let about = answer(program, &["--version", "--verbose"])?;
        let field = |name: &str| {
            let value = about.lines().find_map(|line| line.strip_prefix(name));
            value.map(|value| value.trim().to_owned())
        };
        Ok(Self {
            release: field("release:").context("a compiler has a version")?,
            commit: field("commit-hash:").filter(|hash| hash != "unknown"),
            sysroot: answer(program, &["--print", "sysroot"])?.trim().into(),
        })
    }

    /// What to tell cargo so that no path of this machine gets into what is compiled for wasm32.
    pub(crate) fn without_paths(&self) -> Result<[String; 2]> {
        let mut flags = Vec::new();
        for folder in registries()? {
            flags.push(remap(&folder, "/crates"));
        }
        let name = self.commit.as_deref().unwrap_or(&self.release);
        let library = self.sysroot.join("lib/rustlib/src/rust");
        flags.push(remap(&library, &format!("/rustc/{name}")));
        let flags = serde_json::to_string(&flags)?;
        Ok([
            "--config".to_owned(),
            format!("target.{TARGET}.rustflags={flags}"),
        ])
    }
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

/// The folders in which cargo unpacked the crates that we need: one, but for mirrors.
fn registries() -> Result<BTreeSet<PathBuf>> {
    let metadata = wasm::metadata()?;
    let foreign = metadata
        .packages
        .iter()
        .filter(|package| package.source.is_some());
    let folders = foreign.filter_map(|package| package.manifest_path.ancestors().nth(2));
    Ok(folders.map(Into::into).collect())
}

fn answer(program: &str, question: &[&str]) -> Result<String> {
    let output = Command::new(program).args(question).output();
    let output = output.with_context(|| format!("starting {program}"))?;
    ensure!(output.status.success(), "{program} {}", question.join(" "));
    Ok(String::from_utf8(output.stdout)?)
}
