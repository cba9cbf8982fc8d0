//! The rules of deny.toml, of which this knows the part that can be judged offline and in a
//! second. The file is cargo-deny's, which knows the rest: advisories, from a database on the net.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use serde::Deserialize;
use spdx::{Expression, Licensee};

use super::graph::{Graph, Id};
use super::lock::Lock;

#[derive(Debug, Deserialize)]
pub(super) struct Rules {
    licenses: Licences,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licences {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    skip: Vec<Skipped>,
}

/// A version that may be there beside another.
#[derive(Debug, Deserialize)]
struct Skipped {
    #[serde(rename = "crate")]
    id: String,
    reason: String,
}

impl Rules {
    pub(super) fn parse(text: &str) -> Result<Self> {
        toml::from_str(text).context("reading deny.toml")
    }

    /// One line for each.
    pub(super) fn violations(&self, graph: &Graph, lock: &Lock) -> Vec<String> {
        let mut found = self.licences(graph);
        found.extend(self.duplicates(graph));
        found.extend(self.stale_exceptions(graph));
        found.extend(
            lock.strangers()
                .map(|(name, source)| format!("{name}: not of crates.io but of {source}")),
        );
        found
    }

    fn licences(&self, graph: &Graph) -> Vec<String> {
        let mut used = BTreeSet::new();
        let mut found = Vec::new();
        for (id, shown) in &graph.crates {
            match self.chosen(&shown.licence) {
                Ok(Some(licences)) => used.extend(licences),
                Ok(None) => found.push(format!("{id}: {} isn't allowed", shown.licence)),
                Err(error) => found.push(format!("{id}: {error}")),
            }
        }
        let unused = self
            .licenses
            .allow
            .iter()
            .filter(|name| !used.contains(*name));
        found.extend(unused.map(|name| format!("{name}: allowed, but no crate needs it")));
        found
    }

    /// The allowed licences that an expression names, if they are enough.
    fn chosen(&self, expression: &str) -> Result<Option<Vec<String>>> {
        let expression = Expression::parse(expression)?;
        let mut chosen = Vec::new();
        let enough = expression.evaluate(|wanted| {
            let mut allowed = self.licenses.allow.iter();
            let name = allowed
                .find(|name| Licensee::parse(name).is_ok_and(|allowed| allowed.satisfies(wanted)));
            chosen.extend(name.cloned());
            name.is_some()
        });
        Ok(enough.then_some(chosen))
    }

    fn duplicates(&self, graph: &Graph) -> Vec<String> {
        let mut versions = BTreeMap::<&str, Vec<&str>>::new();
        for id in graph.crates.keys().filter(|id| !self.skips(id)) {
            versions.entry(&id.name).or_default().push(&id.version);
        }
        let several = versions.iter().filter(|(_, versions)| versions.len() > 1);
        several
            .map(|(name, versions)| format!("{name}: several versions, {}", versions.join(", ")))
            .collect()
    }

    fn skips(&self, id: &Id) -> bool {
        self.bans
            .skip
            .iter()
            .any(|skipped| skipped.id == id.to_string())
    }

    /// An exception that is needed no longer, or that nobody gave a reason for.
    fn stale_exceptions(&self, graph: &Graph) -> Vec<String> {
        let twice = |id: &Id| {
            graph
                .crates
                .keys()
                .filter(|other| other.name == id.name)
                .count()
                > 1
        };
        let needed = |skipped: &Skipped| {
            let mut ids = graph.crates.keys();
            ids.any(|id| id.to_string() == skipped.id && twice(id))
        };
        let stale = self
            .bans
            .skip
            .iter()
            .filter(|skipped| !needed(skipped) || skipped.reason.is_empty());
        stale
            .map(|skipped| format!("{}: an exception without need or reason", skipped.id))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::graph::tests::graph;
    use super::super::lock::Lock;
    use super::Rules;

    const ONLY_MIT: &str = "[licenses]\nallow = [\"MIT\"]\n[bans]\nskip = []\n";
    const NO_LOCK: &str = "package = []\n";

    fn violations(rules: &str, crates: &[(&str, &str, &str)], lock: &str) -> Vec<String> {
        let rules = Rules::parse(rules).expect("rules");
        let lock = Lock::parse(lock).expect("a lock");
        rules.violations(&graph(crates), &lock)
    }

    #[test]
    fn one_allowed_licence_of_a_choice_is_enough() {
        let crates = [("a", "1.0.0", "MIT"), ("b", "1.0.0", "GPL-3.0-only OR MIT")];
        assert!(violations(ONLY_MIT, &crates, NO_LOCK).is_empty());
    }

    #[test]
    fn licences_that_hold_together_must_all_be_allowed() {
        let crates = [("a", "1.0.0", "MIT"), ("b", "1.0.0", "MIT AND Unicode-3.0")];
        let found = violations(ONLY_MIT, &crates, NO_LOCK);
        assert_eq!(found, ["b@1.0.0: MIT AND Unicode-3.0 isn't allowed"]);
    }

    #[test]
    fn no_licence_and_a_strange_one_are_refused() {
        let crates = [
            ("a", "1.0.0", "MIT"),
            ("b", "1.0.0", ""),
            ("c", "1.0.0", "My own"),
        ];
        assert_eq!(violations(ONLY_MIT, &crates, NO_LOCK).len(), 2);
    }

    #[test]
    fn a_licence_that_no_crate_needs_is_not_to_be_allowed() {
        let found = violations(ONLY_MIT, &[], NO_LOCK);
        assert_eq!(found, ["MIT: allowed, but no crate needs it"]);
    }

    #[test]
    fn a_second_version_needs_an_exception_with_a_reason() {
        let crates = [("a", "1.0.0", "MIT"), ("a", "2.0.0", "MIT")];
        let found = violations(ONLY_MIT, &crates, NO_LOCK);
        assert_eq!(found, ["a: several versions, 1.0.0, 2.0.0"]);
        let skip = |reason: &str| {
            let skipped = format!("skip = [{{ crate = \"a@1.0.0\", reason = \"{reason}\" }}]");
            ONLY_MIT.replace("skip = []", &skipped)
        };
        assert!(violations(&skip("b 1.0 needs it"), &crates, NO_LOCK).is_empty());
        let found = violations(&skip(""), &crates, NO_LOCK);
        assert_eq!(found, ["a@1.0.0: an exception without need or reason"]);
        let found = violations(&skip("b 1.0 needs it"), &crates[..1], NO_LOCK);
        assert_eq!(found, ["a@1.0.0: an exception without need or reason"]);
    }

    #[test]
    fn crates_come_from_crates_io() {
        let lock = "[[package]]\nname = \"ours\"\nversion = \"1.0.0\"\n\
                    [[package]]\nname = \"far\"\nversion = \"1.0.0\"\nsource = \"git+https://x\"\n";
        let found = violations(ONLY_MIT, &[("a", "1.0.0", "MIT")], lock);
        assert_eq!(found, ["far: not of crates.io but of git+https://x"]);
    }
}
