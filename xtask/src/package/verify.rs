//! A second build, by somebody who has nothing but the sources: in another folder, without git,
//! with a registry of its own and without anything that was built here.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{self, Command};

use anyhow::{Context, Result, bail};

use super::archive::Entry;
use super::{content, sums};
use crate::step;

/// An error unless it gives the same bytes; the folder then stays, to be looked at.
pub(super) fn run() -> Result<()> {
    let folder = env::temp_dir().join(format!("sotto-{}", process::id()));
    let sources = folder.join("sources");
    unpack(content::sources()?, &sources)?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(&sources).args(["xtask", "package"]);
    cargo
        .env("CARGO_HOME", folder.join("cargo"))
        .env_remove("CARGO_TARGET_DIR");
    step::run("build once more, in another folder", &mut cargo)?;
    let differing = differing(&sources.join("target/packages"))?;
    if !differing.is_empty() {
        bail!("in {} differ:\n{}", sources.display(), differing.join("\n"));
    }
    fs::remove_dir_all(&folder)?;
    eprintln!(
        "the second build, in {}, gave the same bytes",
        sources.display()
    );
    Ok(())
}

pub(super) fn unpack(entries: Vec<Entry>, folder: &Path) -> Result<()> {
    for entry in entries {
        let file = folder.join(entry.name);
        fs::create_dir_all(file.parent().context("a file lies in a folder")?)?;
        fs::write(file, entry.bytes)?;
    }
    Ok(())
}

/// The lines that are in the sums of only one of the builds.
fn differing(other: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for name in [sums::EXTENSION, sums::SOURCES, sums::PACKAGES] {
        let here = fs::read_to_string(super::folder().join(name))?;
        let there = fs::read_to_string(other.join(name))?;
        found.extend(only_in("here", &here, &there));
        found.extend(only_in("there", &there, &here));
    }
    Ok(found)
}

fn only_in(place: &str, one: &str, other: &str) -> Vec<String> {
    let lines = one
        .lines()
        .filter(|line| !other.lines().any(|same| same == *line));
    lines.map(|line| format!("{place}: {line}")).collect()
}
