//! What Cargo.lock says of every crate, of tools too: where it is from, and its checksum.

use std::collections::BTreeMap;
use std::fs;

use anyhow::Result;
use serde::Deserialize;

use super::graph::Id;
use crate::paths;

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

#[derive(Debug, Deserialize)]
pub(super) struct Lock {
    #[serde(rename = "package")]
    packages: Vec<Locked>,
}

#[derive(Debug, Deserialize)]
struct Locked {
    name: String,
    version: String,
    /// None of our own
    source: Option<String>,
    checksum: Option<String>,
}

impl Lock {
    pub(super) fn load() -> Result<Self> {
        let lock = fs::read_to_string(paths::workspace().join("Cargo.lock"))?;
        Self::parse(&lock)
    }

    pub(super) fn parse(text: &str) -> Result<Self> {
        Ok(toml::from_str(text)?)
    }

    /// The SHA-256 of a crate's archive, in hex.
    pub(super) fn checksums(&self) -> BTreeMap<Id, &str> {
        let known = self.packages.iter().filter_map(|package| {
            let id = Id {
                name: package.name.clone(),
                version: package.version.clone(),
            };
            Some((id, package.checksum.as_deref()?))
        });
        known.collect()
    }

    /// The crates that are neither ours nor of crates.io, each with where it is from.
    pub(super) fn strangers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.packages.iter().filter_map(|package| {
            let source = package.source.as_deref()?;
            (source != CRATES_IO).then_some((package.name.as_str(), source))
        })
    }
}
