//! Which files go into the packages.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::archive::Entry;
use super::manifest;
use crate::paths;

/// What lies beside sources that were unpacked, once they are built.
const BUILT: [&str; 2] = ["target", "node_modules"];

/// The built extension, with the manifest that stores take.
pub(super) fn extension() -> Result<Vec<Entry>> {
    let folder = paths::extension();
    let mut entries = read(&folder, &names(&folder, "")?)?;
    let packed = entries
        .iter_mut()
        .find(|entry| entry.name == manifest::NAME);
    let packed = packed.context("the built extension has a manifest")?;
    packed.bytes = manifest::for_stores(str::from_utf8(&packed.bytes)?)?.into_bytes();
    Ok(entries)
}

/// All files that git would keep, as they are now. Who unpacked the source archive has no git, but
/// no other files either.
pub(super) fn sources() -> Result<Vec<Entry>> {
    let workspace = paths::workspace();
    let names = if workspace.join(".git").exists() {
        kept_by_git(&workspace)?
    } else {
        names(&workspace, "")?
    };
    read(&workspace, &names)
}

fn kept_by_git(folder: &Path) -> Result<Vec<String>> {
    let mut git = Command::new("git");
    git.current_dir(folder).args(["ls-files", "-z"]);
    git.args(["--cached", "--others", "--exclude-standard"]);
    let output = git.output().context("starting git")?;
    ensure!(output.status.success(), "git ls-files: {}", output.status);
    let names = String::from_utf8(output.stdout)?;
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}

/// All files below `root/folder`, as seen from the root.
fn names(root: &Path, folder: &str) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name().into_string();
        let name = name.ok().context("a file's name is text")?;
        let name = [folder, &name].join(if folder.is_empty() { "" } else { "/" });
        if !entry.file_type()?.is_dir() {
            found.push(name);
        } else if !BUILT.contains(&name.as_str()) {
            found.extend(names(root, &name)?);
        }
    }
    Ok(found)
}

fn read(root: &Path, names: &[String]) -> Result<Vec<Entry>> {
    let entries = names.iter().map(|name| {
        let bytes = fs::read(root.join(name)).with_context(|| format!("reading {name}"))?;
        let name = name.clone();
        Ok(Entry { name, bytes })
    });
    entries.collect()
}
