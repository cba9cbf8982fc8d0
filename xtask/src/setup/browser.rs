//! An installed browser of the Chromium family.
//!
//! Chromium comes first: branded Chrome and Edge no longer load an extension from the
//! command line. The scripts that start the browser load it over the debugging pipe, which
//! both kinds allow.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::debian;

const COMMANDS: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "microsoft-edge",
    "microsoft-edge-stable",
];

const USUAL_PLACES: [&str; 6] = [
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
];

/// The browser's program; installs Debian's Chromium where there is none and we may.
pub(crate) fn find() -> Result<PathBuf> {
    if let Some(chosen) = env::var_os("CHROME") {
        return named(PathBuf::from(chosen));
    }
    if let Some(found) = installed() {
        return Ok(found);
    }
    if debian::may_install() {
        debian::install(&["chromium"])?;
        return named(PathBuf::from("/usr/bin/chromium"));
    }
    bail!(
        "no browser found. Install Chromium, Google Chrome or Microsoft Edge \
         (on Debian: apt-get install chromium), or name its program in the variable CHROME."
    )
}

fn named(program: PathBuf) -> Result<PathBuf> {
    if program.is_file() {
        return Ok(program);
    }
    bail!(
        "there is no browser at {} (the variable CHROME names it)",
        program.display()
    )
}

fn installed() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let by_command = COMMANDS
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    let by_place = USUAL_PLACES
        .iter()
        .map(|place| Path::new(place).to_path_buf());
    by_command.chain(by_place).find(|program| program.is_file())
}
