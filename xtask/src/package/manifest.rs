//! The manifest that stores take: the tree's, less the line `key`.
//!
//! `key` gives an extension that is loaded unpacked the id that it has in Chrome's store, and that
//! store refuses an upload with it. Firefox has no use for it, so both get the same manifest.

use anyhow::{Result, ensure};
use serde_json::Value;

pub(super) const NAME: &str = "manifest.json";

pub(super) fn for_stores(manifest: &str) -> Result<String> {
    let lines = manifest.split_inclusive('\n');
    let kept: String = lines
        .filter(|line| !line.trim_start().starts_with("\"key\":"))
        .collect();
    let (mut whole, packed): (Value, Value) = (
        serde_json::from_str(manifest)?,
        serde_json::from_str(&kept)?,
    );
    whole
        .as_object_mut()
        .and_then(|fields| fields.remove("key"));
    ensure!(
        packed == whole,
        "the manifest's key isn't a line of its own"
    );
    ensure!(
        packed["version"] == env!("CARGO_PKG_VERSION"),
        "the versions of manifest.json and Cargo.toml differ"
    );
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::for_stores;

    fn manifest(key: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        format!("{{\n  \"name\": \"S\",\n{key}  \"version\": \"{version}\"\n}}\n")
    }

    #[test]
    fn the_key_goes_and_nothing_else_changes() {
        let packed = for_stores(&manifest("  \"key\": \"MII\",\n")).expect("a manifest");
        assert_eq!(packed, manifest(""));
        assert_eq!(for_stores(&packed).expect("a manifest"), packed);
    }

    #[test]
    fn a_key_elsewhere_is_not_touched() {
        let inner = manifest("  \"a\": {\n    \"key\": 1,\n    \"b\": 2\n  },\n");
        assert!(for_stores(&inner).is_err());
    }

    #[test]
    fn the_version_is_that_of_the_sources() {
        assert!(for_stores("{\n\"version\": \"9.9.9\"\n}").is_err());
    }
}
