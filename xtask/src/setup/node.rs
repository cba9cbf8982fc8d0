//! Node and the JavaScript tools, which `npm ci` brings from the lock file.

use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use crate::stamp::Stamp;
use crate::{paths, step};

const OLDEST: u32 = 20;

/// Makes sure that Node is new enough and the tools are those of the lock file.
pub(crate) fn prepare() -> Result<()> {
    check_version()?;
    let lock = paths::workspace().join("package-lock.json");
    let stamp = Stamp::new("npm-ci", &[&lock], "")?;
    if stamp.is_fresh() && paths::workspace().join("node_modules").is_dir() {
        return Ok(());
    }
    let mut install = npm();
    install.args(["ci", "--no-audit", "--no-fund"]);
    step::run("install the JavaScript tools", &mut install)?;
    stamp.set()
}

/// Node running a script of the workspace or of a package in node_modules.
pub(crate) fn script(script: &Path) -> Command {
    let mut node = node();
    node.arg(script);
    node
}

pub(crate) fn node() -> Command {
    let mut node = Command::new("node");
    node.current_dir(paths::workspace());
    node
}

fn npm() -> Command {
    // On Windows npm is a batch file, which only cmd can start.
    let mut npm = if cfg!(windows) {
        let mut shell = Command::new("cmd");
        shell.args(["/C", "npm"]);
        shell
    } else {
        Command::new("npm")
    };
    npm.current_dir(paths::workspace());
    npm
}

fn check_version() -> Result<()> {
    let Ok(output) = Command::new("node").arg("--version").output() else {
        bail!("Node is missing. Install Node {OLDEST} or later, with npm.");
    };
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match major(&version) {
        Some(major) if major >= OLDEST => Ok(()),
        _ => bail!("Node {version} is too old. Install Node {OLDEST} or later, with npm."),
    }
}

fn major(version: &str) -> Option<u32> {
    version.strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::major;

    #[test]
    fn the_major_version_is_read() {
        assert_eq!(major("v20.11.1"), Some(20));
        assert_eq!(major("22.0.0"), None);
        assert_eq!(major(""), None);
    }
}
