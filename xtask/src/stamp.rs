//! Remembers what a step was last run on, so that it runs again only when that changed.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::paths;

/// The inputs of one step, by content.
#[derive(Debug)]
pub(crate) struct Stamp {
    file: PathBuf,
    digest: String,
}

impl Stamp {
    /// A stamp of that name over the given files and any other text that matters.
    pub(crate) fn new(name: &str, files: &[&Path], text: &str) -> Result<Self> {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        for file in files {
            let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
            bytes.hash(&mut hasher);
        }
        Ok(Self {
            file: paths::target().join("stamps").join(name),
            digest: format!("{:016x}", hasher.finish()),
        })
    }

    /// Whether the step last ended well on these very inputs.
    pub(crate) fn is_fresh(&self) -> bool {
        fs::read_to_string(&self.file).is_ok_and(|found| found == self.digest)
    }

    pub(crate) fn set(&self) -> Result<()> {
        let folder = self.file.parent().expect("a stamp lies in a folder");
        fs::create_dir_all(folder)?;
        fs::write(&self.file, &self.digest)?;
        Ok(())
    }
}
