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
    sources_in(&paths::workspace())
}

fn sources_in(workspace: &Path) -> Result<Vec<Entry>> {
    let names = if is_of_git(workspace) {
        known_to_git(workspace)?
    } else {
        names(workspace, "")?
    };
    read(workspace, &names)
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
    use std::path::{Path, PathBuf};
    use std::{env, fs, process};

    use super::super::{archive, verify};
    use super::{git, known_to_git, sources_in, uncommitted};

    fn write(folder: &Path, name: &str) {
        let file = folder.join(name);
        let parent = file.parent().expect("a file lies in a folder");
        fs::create_dir_all(parent).expect("a folder is made");
        fs::write(file, name).expect("a file is written");
    }

    /// A folder of git's, with files that it knows.
    fn committed(name: &str, files: &[&str]) -> PathBuf {
        let folder = env::temp_dir().join(format!("sotto-{name}-{}", process::id()));
        fs::create_dir_all(&folder).expect("a folder is made");
        let git = |arguments: &[&str]| git(&folder, arguments).expect("git does it");
        git(&["init", "--quiet"]);
        for file in files {
            write(&folder, file);
            git(&["add", file]);
        }
        let who = ["-c", "user.name=A", "-c", "user.email=a@example.org"];
        git(&[&who[..], &["commit", "--quiet", "--message", "One"]].concat());
        folder
    }

    #[test]
    fn a_file_that_git_does_not_know_is_no_source_and_is_found() {
        let folder = committed("content", &["one"]);
        assert_eq!(uncommitted(&folder).expect("git says"), "");
        write(&folder, "other");
        assert_eq!(known_to_git(&folder).expect("git says"), ["one"]);
        assert_eq!(uncommitted(&folder).expect("git says"), "?? other\n");
        fs::remove_dir_all(&folder).expect("the folder is removed");
    }

    #[test]
    fn what_was_unpacked_in_another_folder_and_built_there_is_packed_into_the_same_bytes() {
        let folder = committed("packed", &["b", "a/target/c", ".cargo/config", "a-b"]);
        let sources = || sources_in(&folder).expect("they are read");
        let unpacked = folder.join("unpacked");
        verify::unpack(sources(), &unpacked).expect("it is written");
        write(&unpacked, "target/built");
        write(&unpacked, "node_modules/tool/index.js");
        let again = sources_in(&unpacked).expect("they are read");
        let zip = |entries| archive::zip(entries).expect("it is packed");
        assert_eq!(again.len(), 4);
        assert!(zip(sources()) == zip(again), "the bytes are the same");
        fs::remove_dir_all(&folder).expect("the folder is removed");
    }
}
