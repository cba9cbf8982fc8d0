//! Where things are. Every path starts from the workspace, not from the caller's folder.

use std::path::{Path, PathBuf};

pub(crate) fn workspace() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent()
        .expect("xtask is a folder of the workspace")
        .to_path_buf()
}

pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) => workspace().join(folder),
        None => workspace().join("target"),
    }
}

/// The built extension, ready to be loaded into a browser.
pub(crate) fn extension() -> PathBuf {
    target().join("extension")
}

/// A JavaScript tool of the lock file, as its package's own script or binary.
pub(crate) fn node_tool(script: &str) -> PathBuf {
    workspace().join("node_modules").join(script)
}
