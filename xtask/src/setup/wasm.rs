//! A cargo that builds for wasm32-unknown-unknown.
//!
//! rustup's target is the normal way. Where rustup can't bring it, Debian's own compiler
//! builds the standard library from Debian's package of its sources.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};
use cargo_metadata::{Metadata, MetadataCommand};

use super::debian;
use super::rustc::Rustc;
use crate::{paths, step};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Toolchain {
    Rustup,
    Debian,
}

impl Toolchain {
    pub(crate) fn find() -> Result<Self> {
        if target_is_installed() {
            return Ok(Self::Rustup);
        }
        if add_target() {
            return Ok(Self::Rustup);
        }
        if debian_is_complete() {
            return Ok(Self::Debian);
        }
        if debian::may_install() {
            debian::install(&PACKAGES)?;
            return Ok(Self::Debian);
        }
        bail!(
            "the target {TARGET} is missing.\n\
             With rustup: rustup target add {TARGET}\n\
             On Debian without it, as root: apt-get install {}",
            PACKAGES.join(" ")
        )
    }

    /// `cargo <task>` for wasm32; add packages and profile.
    pub(crate) fn cargo(self, task: &str) -> Command {
        let mut cargo = match self {
            Self::Rustup => Command::new(env!("CARGO")),
            Self::Debian => debian_cargo(),
        };
        cargo
            .current_dir(paths::workspace())
            .arg(task)
            .args(["--target", TARGET]);
        if let Self::Debian = self {
            cargo.arg("-Zbuild-std=std,panic_abort");
        }
        cargo
    }

    /// Which compiler this is.
    pub(crate) fn rustc(self) -> Result<Rustc> {
        Rustc::ask(match self {
            Self::Rustup => "rustc",
            Self::Debian => DEBIAN_RUSTC,
        })
    }

    /// Whether this toolchain has clippy for the target.
    pub(crate) fn lints(self) -> bool {
        matches!(self, Self::Rustup)
    }
}

/// Where cargo puts what it builds with that profile.
pub(crate) fn output(profile: &str) -> PathBuf {
    paths::target().join(TARGET).join(profile)
}

/// What cargo knows of all packages that the workspace could need on that target.
pub(crate) fn metadata() -> Result<Metadata> {
    let mut command = MetadataCommand::new();
    command
        .cargo_path(env!("CARGO"))
        .current_dir(paths::workspace());
    command.other_options(["--filter-platform".to_owned(), TARGET.to_owned()]);
    Ok(command.exec()?)
}

fn target_is_installed() -> bool {
    let sysroot = Command::new("rustc").args(["--print", "sysroot"]).output();
    sysroot.is_ok_and(|output| {
        let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        Path::new(&sysroot)
            .join("lib/rustlib")
            .join(TARGET)
            .join("lib")
            .is_dir()
    })
}

fn add_target() -> bool {
    let has_rustup = Command::new("rustup").arg("--version").output().is_ok();
    let mut add = Command::new("rustup");
    add.args(["target", "add", TARGET]);
    has_rustup && step::run("add the wasm target", &mut add).is_ok()
}

fn debian_is_complete() -> bool {
    ["/usr/bin/cargo", DEBIAN_RUSTC, "/usr/bin/wasm-ld-19"]
        .iter()
        .all(|file| Path::new(file).exists())
        && Path::new("/usr/lib/rustlib/src").is_dir()
}

fn debian_cargo() -> Command {
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTC", DEBIAN_RUSTC)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
    cargo
}
