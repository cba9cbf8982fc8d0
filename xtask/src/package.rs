//! What the stores get: one archive for both browsers, under a name for each, and the sources.
//!
//! The same sources and tools give the same bytes, in whatever folder: REVIEWERS.md says how to see
//! that, and `--verify` does it here.

mod archive;
mod content;
mod manifest;
mod reviewers;
mod sums;
mod verify;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::{build, paths, step};
use archive::Entry;

pub(crate) use reviewers::hold as reviewers_hold;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Build once more from the source archive, in another folder, and compare
    #[arg(long)]
    verify: bool,
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    content::ensure_committed()?;
    build::run()?;
    write()?;
    for file in [sums::EXTENSION, sums::PACKAGES] {
        print!("{}", fs::read_to_string(folder().join(file))?);
    }
    if options.verify {
        verify::run()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the packages of the built extension, and their SHA-256.
pub(crate) fn write() -> Result<()> {
    step::inline("write the packages", || {
        let folder = folder();
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        let (extension, sources) = (content::extension()?, content::sources()?);
        fs::write(folder.join(sums::EXTENSION), sums::of_entries(&extension))?;
        fs::write(folder.join(sums::SOURCES), sums::of_entries(&sources))?;
        fs::write(folder.join(sums::PACKAGES), archives(extension, sources)?)?;
        Ok(())
    })
}

/// The package for Firefox, which is the one for Chromium under another name.
pub(crate) fn xpi() -> PathBuf {
    folder().join(name("firefox.xpi"))
}

/// Returns the sums of the archives.
fn archives(extension: Vec<Entry>, sources: Vec<Entry>) -> Result<String> {
    let (extension, sources) = (archive::zip(extension)?, archive::zip(sources)?);
    let named = [
        (name("chrome.zip"), &extension),
        (name("firefox.xpi"), &extension),
        (name("source.zip"), &sources),
    ];
    let written = named.iter().map(|(name, bytes)| {
        write_file(&folder().join(name), bytes)?;
        Ok(sums::line(name, bytes))
    });
    written.collect()
}

fn write_file(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).with_context(|| format!("writing {}", file.display()))
}

fn name(suffix: &str) -> String {
    format!("sotto-{}-{suffix}", env!("CARGO_PKG_VERSION"))
}

fn folder() -> PathBuf {
    paths::target().join("packages")
}
