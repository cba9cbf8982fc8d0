//! An SFU of another make than Janus, with its page: the example `chat` of the crate str0m, compiled
//! from what crates.io has.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use cargo_metadata::MetadataCommand;

use crate::stamp::Stamp;
use crate::{paths, step};

const VERSION: &str = "0.24.1";
/// Of the crate, which brings the lock file of what it is compiled with.
const CHECKSUM: &str = "3e80c4a4ef148e4a9fd15b9525c7f376d97e86729f19880b591ad220f1288c0f";
/// Its cryptography in Rust: any other needs more tools.
const FEATURES: &str = "examples,rust-crypto";

/// Makes sure that it is there.
pub(crate) fn prepare() -> Result<()> {
    let stamp = Stamp::new("str0m", &[], &format!("{VERSION} {CHECKSUM} {FEATURES}"))?;
    if stamp.is_fresh() && program().is_file() {
        return Ok(());
    }
    let manifest = fetch()?;
    let sources = manifest.parent().context("a manifest lies in a folder")?;
    let mut install = cargo("install");
    install
        .arg("--path")
        .arg(sources)
        .args(["--example", "chat", "--locked", "--force"])
        .args(["--no-default-features", "--features", FEATURES])
        .arg("--root")
        .arg(folder())
        .arg("--target-dir")
        .arg(folder().join("build"));
    step::run("compile str0m's example (some four minutes)", &mut install)?;
    stamp.set()
}

pub(crate) fn program() -> PathBuf {
    folder().join("bin/chat")
}

fn folder() -> PathBuf {
    paths::target().join("str0m")
}

/// Has cargo fetch the crate for a package that needs it, whose lock file holds it to the checksum.
/// Where its manifest is.
fn fetch() -> Result<PathBuf> {
    let pin = folder().join("pin");
    fs::create_dir_all(&pin)?;
    fs::write(pin.join("lib.rs"), "")?;
    fs::write(pin.join("Cargo.lock"), lock())?;
    let manifest = pin.join("Cargo.toml");
    fs::write(&manifest, package())?;
    let mut fetch = cargo("fetch");
    fetch.arg("--manifest-path").arg(&manifest);
    step::run("fetch str0m", &mut fetch)?;
    let mut command = MetadataCommand::new();
    command.cargo_path(env!("CARGO")).manifest_path(manifest);
    let metadata = command.exec()?;
    let found = metadata.packages.iter().find(|one| one.name == "str0m");
    let found = found.context("cargo knows the package that it fetched")?;
    Ok(found.manifest_path.clone().into())
}

fn package() -> String {
    format!(
        "[package]\nname = \"pin\"\nedition = \"2024\"\n[lib]\npath = \"lib.rs\"\n[workspace]\n\
         [dependencies]\nstr0m = {{ version = \"={VERSION}\", default-features = false }}\n"
    )
}

/// Cargo adds what isn't said, and refuses what differs.
fn lock() -> String {
    format!(
        "version = 4\n[[package]]\nname = \"pin\"\nversion = \"0.0.0\"\ndependencies = [\"str0m\"]\n\
         [[package]]\nname = \"str0m\"\nversion = \"{VERSION}\"\n\
         source = \"registry+https://github.com/rust-lang/crates.io-index\"\n\
         checksum = \"{CHECKSUM}\"\n"
    )
}

fn cargo(task: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(paths::workspace()).arg(task);
    cargo
}
