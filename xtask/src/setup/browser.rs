//! Installed browsers: one of the Chromium family, and Firefox.
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

const FIREFOX_COMMANDS: [&str; 3] = ["firefox-esr", "firefox", "firefox-developer-edition"];

const FIREFOX_PLACES: [&str; 2] = [
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    r"C:\Program Files\Mozilla Firefox\firefox.exe",
];

/// How a kind of browser is found, and installed where it isn't and we may.
struct Kind {
    name: &'static str,
    variable: &'static str,
    commands: &'static [&'static str],
    places: &'static [&'static str],
    package: &'static str,
}

const CHROMIUM: Kind = Kind {
    name: "Chromium, Google Chrome or Microsoft Edge",
    variable: "CHROME",
    commands: &COMMANDS,
    places: &USUAL_PLACES,
    package: "chromium",
};

const FIREFOX: Kind = Kind {
    name: "Firefox 142 or later",
    variable: "FIREFOX",
    commands: &FIREFOX_COMMANDS,
    places: &FIREFOX_PLACES,
    package: "firefox-esr",
};

/// The program of a browser of the Chromium family.
pub(crate) fn find() -> Result<PathBuf> {
    CHROMIUM.find()
}

pub(crate) fn firefox() -> Result<PathBuf> {
    FIREFOX.find()
}

impl Kind {
    fn find(&self) -> Result<PathBuf> {
        if let Some(chosen) = env::var_os(self.variable) {
            return self.named(PathBuf::from(chosen));
        }
        if let Some(found) = self.installed() {
            return Ok(found);
        }
        if debian::may_install() {
            debian::install(&[self.package])?;
            return self.named(Path::new("/usr/bin").join(self.package));
        }
        bail!(
            "no browser found. Install {} (on Debian: apt-get install {}), or name its program \
             in the variable {}.",
            self.name,
            self.package,
            self.variable
        )
    }

    fn named(&self, program: PathBuf) -> Result<PathBuf> {
        if program.is_file() {
            return Ok(program);
        }
        bail!(
            "there is no browser at {} (the variable {} names it)",
            program.display(),
            self.variable
        )
    }

    fn installed(&self) -> Option<PathBuf> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = env::split_paths(&path).collect();
        let by_command = self
            .commands
            .iter()
            .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        let by_place = self
            .places
            .iter()
            .map(|place| Path::new(place).to_path_buf());
        by_command.chain(by_place).find(|program| program.is_file())
    }
}
