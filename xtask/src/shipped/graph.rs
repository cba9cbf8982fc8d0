//! The crates that end up in the wasm, each with what it says of itself and what it needs.
//!
//! `cargo tree` knows which: it resolves features for one package and one target, where
//! `cargo metadata` unites them over the workspace. Metadata adds what crates say of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, ensure};
use cargo_metadata::Package;
use spdx::Expression;

use crate::paths;
use crate::setup::wasm;

const ROOT: &str = "sotto-core";

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id {
    pub(super) name: String,
    pub(super) version: String,
}

#[derive(Debug)]
pub(super) struct Crate {
    /// An SPDX expression
    pub(super) licence: String,
    pub(super) authors: Vec<String>,
    pub(super) repository: Option<String>,
    pub(super) folder: PathBuf,
    pub(super) needs: BTreeSet<Id>,
}

#[derive(Debug)]
pub(super) struct Graph {
    /// What our own crate needs; it isn't among the crates itself
    pub(super) roots: BTreeSet<Id>,
    pub(super) crates: BTreeMap<Id, Crate>,
}

impl Graph {
    pub(super) fn load() -> Result<Self> {
        let mut edges = edges(&tree()?)?;
        let ours = edges.keys().find(|id| id.name == ROOT).cloned();
        let roots = ours.and_then(|id| edges.remove(&id));
        let packages = packages()?;
        let crates = edges.into_iter().map(|(id, needs)| {
            let package = packages
                .get(&id)
                .with_context(|| format!("{id}: unknown"))?;
            Ok((id, describe(package, needs)?))
        });
        Ok(Self {
            roots: roots.context("the tree begins with our own crate")?,
            crates: crates.collect::<Result<_>>()?,
        })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.name, self.version)
    }
}

/// Procedural macros run in the compiler; they don't ship.
fn tree() -> Result<String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(paths::workspace());
    cargo.args(["tree", "--package", ROOT, "--target", wasm::TARGET]);
    cargo.args(["--edges", "normal,no-proc-macro", "--prefix", "depth"]);
    let output = cargo.output().context("starting cargo tree")?;
    let errors = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "cargo tree: {errors}");
    Ok(String::from_utf8(output.stdout)?)
}

/// Each line is a depth, a name and a version, below what needs it: `2aead v0.6.1 (*)`.
fn edges(tree: &str) -> Result<BTreeMap<Id, BTreeSet<Id>>> {
    let mut edges = BTreeMap::<Id, BTreeSet<Id>>::new();
    let mut above = Vec::<Id>::new();
    for line in tree.lines().filter(|line| !line.is_empty()) {
        let (depth, id) = node(line).with_context(|| format!("not of a tree: {line}"))?;
        above.truncate(depth);
        if let Some(parent) = above.last() {
            edges.entry(parent.clone()).or_default().insert(id.clone());
        }
        edges.entry(id.clone()).or_default();
        above.push(id);
    }
    Ok(edges)
}

fn node(line: &str) -> Option<(usize, Id)> {
    let name = line.trim_start_matches(|c: char| c.is_ascii_digit());
    let depth = line[..line.len() - name.len()].parse().ok()?;
    let mut words = name.split(' ');
    let name = words.next()?.to_owned();
    let version = words.next()?.strip_prefix('v')?.to_owned();
    Some((depth, Id { name, version }))
}

fn packages() -> Result<BTreeMap<Id, Package>> {
    let named = wasm::metadata()?.packages.into_iter().map(|package| {
        let name = package.name.to_string();
        let version = package.version.to_string();
        (Id { name, version }, package)
    });
    Ok(named.collect())
}

fn describe(package: &Package, needs: BTreeSet<Id>) -> Result<Crate> {
    let licence = package.license.as_deref().unwrap_or_default();
    let canonical = Expression::canonicalize(licence)
        .with_context(|| format!("{} {}: its licence", package.name, package.version))?;
    let folder = package.manifest_path.parent();
    Ok(Crate {
        licence: canonical.unwrap_or_else(|| licence.to_owned()),
        authors: package.authors.clone(),
        repository: package.repository.clone(),
        folder: folder.context("a manifest lies in a folder")?.into(),
        needs,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    use super::{Crate, Graph, Id, edges};

    pub(in crate::shipped) fn id(name: &str, version: &str) -> Id {
        Id {
            name: name.to_owned(),
            version: version.to_owned(),
        }
    }

    /// A graph of these crates, name, version and licence, of which we need all.
    pub(in crate::shipped) fn graph(crates: &[(&str, &str, &str)]) -> Graph {
        let crates = crates.iter().map(|(name, version, licence)| {
            let folder = PathBuf::from("/nowhere");
            let shown = Crate {
                licence: (*licence).to_owned(),
                authors: vec!["Ada <ada@example.org>".to_owned()],
                repository: None,
                folder,
                needs: BTreeSet::new(),
            };
            (id(name, version), shown)
        });
        let crates: std::collections::BTreeMap<_, _> = crates.collect();
        let roots = crates.keys().cloned().collect();
        Graph { roots, crates }
    }

    #[test]
    fn a_tree_is_read_with_what_needs_what() {
        let edges = edges("0us v0.1.0 (/a b/us)\n1b v2.0.0\n2c v1.0.0+x\n1c v1.0.0+x (*)\n");
        let edges = edges.expect("it is a tree");
        let (b, c) = (id("b", "2.0.0"), id("c", "1.0.0+x"));
        assert_eq!(
            edges[&id("us", "0.1.0")],
            BTreeSet::from([b.clone(), c.clone()])
        );
        assert_eq!(edges[&b], BTreeSet::from([c.clone()]));
        assert!(edges[&c].is_empty());
    }

    #[test]
    fn what_is_no_tree_is_an_error() {
        assert!(edges("warning: something\n").is_err());
    }
}
