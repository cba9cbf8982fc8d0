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

/// All files that git knows, as they are now. Who unpacked the source archive has no git, but no
/// other files either.
pub(super) fn sources() -> Result<Vec<Entry>> {
    let workspace = paths::workspace();
    let names = if is_of_git(&workspace) {
        known_to_git(&workspace)?
    } else {
        names(&workspace, "")?
    };
    read(&workspace, &names)
}

/// An error where files would be built in that nobody else has.
pub(super) fn ensure_committed() -> Result<()> {
    let workspace = paths::workspace();
    let found = if is_of_git(&workspace) {
        uncommitted(&workspace)?
    } else {
        String::new()
    };
    ensure!(found.is_empty(), "not committed:\n{found}");
    Ok(())
}

/// A worktree has a file of that name.
fn is_of_git(folder: &Path) -> bool {
    folder.join(".git").exists()
}

fn known_to_git(folder: &Path) -> Result<Vec<String>> {
    let names = git(folder, &["ls-files", "-z"])?;
    Ok(names.split_terminator('\0').map(str::to_owned).collect())
}

fn uncommitted(folder: &Path) -> Result<String> {
    git(folder, &["status", "--porcelain"])
}

fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let mut git = Command::new("git");
    let output = git.current_dir(folder).args(arguments).output();
    let output = output.context("starting git")?;
    ensure!(
        output.status.success(),
        "git {arguments:?}: {}",
        output.status
    );
    Ok(String::from_utf8(output.stdout)?)
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

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::{env, fs, process};

    use super::{git, known_to_git, uncommitted};

    fn write(folder: &Path, name: &str) {
        fs::write(folder.join(name), name).expect("a file is written");
    }

    #[test]
    fn a_file_that_git_does_not_know_is_no_source_and_is_found() {
        let folder = env::temp_dir().join(format!("sotto-content-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder is made");
        let git = |arguments: &[&str]| git(&folder, arguments).expect("git does it");
        git(&["init", "--quiet"]);
        write(&folder, "one");
        git(&["add", "one"]);
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
        git(&[&who[..], &["commit", "--quiet", "--message", "One"]].concat());
        assert_eq!(uncommitted(&folder).expect("git says"), "");
        write(&folder, "other");
        assert_eq!(known_to_git(&folder).expect("git says"), ["one"]);
        assert_eq!(uncommitted(&folder).expect("git says"), "?? other\n");
        fs::remove_dir_all(&folder).expect("the folder is removed");
    }
}
