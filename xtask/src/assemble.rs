//! Puts together the folder a browser loads: only what ships.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::paths;

const FILES: [&str; 3] = ["manifest.json", "LICENSE-MIT", "LICENSE-APACHE"];
const FOLDERS: [&str; 9] = [
    "content-scripts",
    "worker",
    "background",
    "sites",
    "popup",
    "options",
    "welcome",
    "icons",
    "_locales",
];
/// Sources of types and drawings stay at home.
const SHIPPED: [&str; 7] = ["js", "html", "css", "json", "png", "wasm", "svg"];

/// Returns the folder. `core` holds the bindings and the wasm.
pub(crate) fn run(core: &Path) -> Result<PathBuf> {
    let extension = paths::extension();
    if extension.exists() {
        fs::remove_dir_all(&extension)?;
    }
    fs::create_dir_all(&extension)?;
    let workspace = paths::workspace();
    for file in FILES {
        copy_file(&workspace.join(file), &extension.join(file))?;
    }
    for folder in FOLDERS {
        copy_folder(&workspace.join(folder), &extension.join(folder))?;
    }
    copy_folder(core, &extension.join("core"))?;
    Ok(extension)
}

pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let entries = fs::read_dir(from).with_context(|| format!("reading {}", from.display()))?;
    for entry in entries {
        let path = entry?.path();
        let target = to.join(path.file_name().expect("an entry has a name"));
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else if ships(&path) {
            copy_file(&path, &target)?;
        }
    }
    Ok(())
}

fn ships(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    SHIPPED.contains(&&*extension) && !name.ends_with(".test.js")
}

fn copy_file(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("copying {}", from.display()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::ships;

    #[test]
    fn types_and_tests_stay_at_home() {
        assert!(ships(Path::new("core/sotto_core_bg.wasm")));
        assert!(ships(Path::new("popup/popup.js")));
        assert!(!ships(Path::new("core/sotto_core.d.ts")));
        assert!(!ships(Path::new("popup/number.test.js")));
    }
}
