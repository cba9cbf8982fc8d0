//! The bill of materials, as CycloneDX 1.6: <https://cyclonedx.org/docs/1.6/json/>.
//!
//! It has neither a time nor a serial number, which that format leaves to choice: two builds of one
//! source are to write the same bytes.

use std::collections::BTreeMap;

use anyhow::Result;
use serde_json::{Value, json};

use super::graph::{Crate, Graph, Id};
use super::lock::Lock;

const SOTTO: &str = "sotto";
pub(super) const RUST_LICENCE: &str = "MIT OR Apache-2.0";

/// `rust` is the compiler's version, whose library ships too.
pub(super) fn document(graph: &Graph, lock: &Lock, rust: &str) -> Result<String> {
    let checksums = lock.checksums();
    let mut components = vec![library(rust)];
    components.extend(
        graph
            .crates
            .iter()
            .map(|(id, shown)| component(id, shown, &checksums)),
    );
    let version = env!("CARGO_PKG_VERSION");
    let sotto = json!({
        "type": "application",
        "bom-ref": SOTTO,
        "name": SOTTO,
        "version": version,
        "licenses": [{ "expression": env!("CARGO_PKG_LICENSE") }],
    });
    let document = json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": sotto },
        "components": components,
        "dependencies": dependencies(graph, rust),
    });
    Ok(serde_json::to_string_pretty(&document)? + "\n")
}

fn library(rust: &str) -> Value {
    json!({
        "type": "library",
        "bom-ref": library_ref(rust),
        "name": "rust-std",
        "description": "The Rust library: core, alloc, std and what they are made of",
        "version": rust,
        "licenses": [{ "expression": RUST_LICENCE }],
        "externalReferences": [{ "type": "vcs", "url": "https://github.com/rust-lang/rust" }],
    })
}

fn component(id: &Id, shown: &Crate, checksums: &BTreeMap<Id, &str>) -> Value {
    let mut component = json!({
        "type": "library",
        "bom-ref": purl(id),
        "name": id.name,
        "version": id.version,
        "purl": purl(id),
        "licenses": [{ "expression": shown.licence }],
    });
    if let Some(checksum) = checksums.get(id) {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    if let Some(repository) = &shown.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

fn dependencies(graph: &Graph, rust: &str) -> Vec<Value> {
    let mut roots: Vec<String> = graph.roots.iter().map(purl).collect();
    roots.push(library_ref(rust));
    let mut all = vec![json!({ "ref": SOTTO, "dependsOn": roots })];
    all.extend(graph.crates.iter().map(|(id, shown)| {
        let needs: Vec<String> = shown.needs.iter().map(purl).collect();
        json!({ "ref": purl(id), "dependsOn": needs })
    }));
    all
}

fn library_ref(rust: &str) -> String {
    format!("rust-std@{rust}")
}

/// A package URL, in which a version's `+` is escaped.
fn purl(id: &Id) -> String {
    format!("pkg:cargo/{}@{}", id.name, id.version.replace('+', "%2B"))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::super::graph::tests::{graph, id};
    use super::super::lock::Lock;
    use super::document;

    fn sample() -> String {
        let mut graph = graph(&[("a", "1.0.0", "MIT"), ("b", "2.0.0+x", "MIT OR Apache-2.0")]);
        graph.roots.remove(&id("b", "2.0.0+x"));
        let a = graph.crates.get_mut(&id("a", "1.0.0"));
        a.expect("it is there").needs.insert(id("b", "2.0.0+x"));
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nchecksum = \"ab\"\n";
        document(&graph, &Lock::parse(lock).expect("a lock"), "1.88.0").expect("it is written")
    }

    #[test]
    fn every_crate_and_the_rust_library_are_named_with_licence_and_checksum() {
        let bom: Value = serde_json::from_str(&sample()).expect("JSON");
        let components = bom["components"].as_array().expect("a list");
        let names: Vec<_> = components.iter().map(|one| one["name"].as_str()).collect();
        assert_eq!(names, [Some("rust-std"), Some("a"), Some("b")]);
        assert_eq!(components[1]["purl"], "pkg:cargo/a@1.0.0");
        assert_eq!(components[1]["hashes"][0]["content"], "ab");
        assert_eq!(components[2]["purl"], "pkg:cargo/b@2.0.0%2Bx");
        assert_eq!(
            components[2]["licenses"][0]["expression"],
            "MIT OR Apache-2.0"
        );
    }

    #[test]
    fn what_needs_what_is_told() {
        let bom: Value = serde_json::from_str(&sample()).expect("JSON");
        let edges = &bom["dependencies"];
        assert_eq!(edges[0]["ref"], "sotto");
        assert_eq!(edges[0]["dependsOn"][0], "pkg:cargo/a@1.0.0");
        assert_eq!(edges[0]["dependsOn"][1], "rust-std@1.88.0");
        assert_eq!(edges[1]["dependsOn"][0], "pkg:cargo/b@2.0.0%2Bx");
    }

    #[test]
    fn it_says_the_same_each_time_and_no_time() {
        assert_eq!(sample(), sample());
        let bom: Value = serde_json::from_str(&sample()).expect("JSON");
        assert!(bom["serialNumber"].is_null());
        assert!(bom["metadata"]["timestamp"].is_null());
    }
}
