//! What is compiled into the wasm beside our own sources: which crates, under which licences.
//!
//! Cargo itself says which: what a test, a tool or another member of the workspace needs doesn't
//! count. From this come the rules of deny.toml, the SBOM and the notices in the packages.

mod graph;
mod lock;
mod notices;
mod rules;
mod sbom;

use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::setup::wasm;
use crate::{paths, step};
use graph::Graph;
use lock::Lock;

pub(crate) const SBOM: &str = "sbom.cdx.json";
pub(crate) const NOTICES: &str = "THIRD-PARTY.txt";

/// Writes the SBOM and the notices into the folder of the built extension.
pub(crate) fn describe(toolchain: wasm::Toolchain, extension: &Path) -> Result<()> {
    step::inline("describe what ships", || {
        let graph = Graph::load()?;
        let rust = toolchain.rustc()?.release;
        fs::write(
            extension.join(SBOM),
            sbom::document(&graph, &Lock::load()?, &rust)?,
        )?;
        fs::write(extension.join(NOTICES), notices::text(&graph, &rust)?)?;
        Ok(())
    })
}

/// Whether the rules of deny.toml hold; shows where not.
pub(crate) fn rules_hold() -> bool {
    step::holds("check licences, duplicates and sources of crates", || {
        let rules = fs::read_to_string(paths::workspace().join("deny.toml"))?;
        Ok(rules::Rules::parse(&rules)?.violations(&Graph::load()?, &Lock::load()?))
    })
}
