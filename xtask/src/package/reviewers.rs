//! Holds REVIEWERS.md against what it speaks of: the permissions of the manifest, and the files of
//! the package that aren't files of the tree.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;
use serde_json::Value;

use super::archive::Entry;
use super::{content, manifest};
use crate::{paths, step};

/// Fields of the manifest that ask for a permission, or reach into pages without asking.
const ASKING: [&str; 4] = [
    "permissions",
    "optional_permissions",
    "host_permissions",
    "optional_host_permissions",
];

/// Whether REVIEWERS.md is true of the built extension; shows where not.
pub(crate) fn hold() -> bool {
    step::holds("hold REVIEWERS.md against the package", || {
        let page = fs::read_to_string(paths::workspace().join("REVIEWERS.md"))?;
        let manifest = fs::read_to_string(paths::workspace().join(manifest::NAME))?;
        let mut found = compare(&page, "Permissions", &permissions(&manifest)?);
        found.extend(compare(
            &page,
            "Generated files",
            &generated(&content::extension()?),
        ));
        Ok(found)
    })
}

fn permissions(manifest: &str) -> Result<BTreeSet<String>> {
    let manifest: Value = serde_json::from_str(manifest)?;
    let mut lists: Vec<&Value> = ASKING.iter().map(|field| &manifest[field]).collect();
    let scripts = manifest["content_scripts"].as_array();
    lists.extend(
        scripts
            .into_iter()
            .flatten()
            .map(|script| &script["matches"]),
    );
    let names = lists.into_iter().filter_map(Value::as_array).flatten();
    Ok(names.filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The files that aren't, byte for byte, a file of the tree by the same name.
fn generated(package: &[Entry]) -> BTreeSet<String> {
    let workspace = paths::workspace();
    let is_source = |entry: &&Entry| {
        fs::read(workspace.join(&entry.name)).is_ok_and(|bytes| bytes == entry.bytes)
    };
    let others = package.iter().filter(|entry| !is_source(entry));
    others.map(|entry| entry.name.clone()).collect()
}

/// One line for each name that is in the page and not in truth, or the other way round.
fn compare(page: &str, heading: &str, truth: &BTreeSet<String>) -> Vec<String> {
    let named = first_column(page, heading);
    let missing = truth.difference(&named).map(|name| format!("lacks {name}"));
    let invented = named
        .difference(truth)
        .map(|name| format!("names {name}, which isn't so"));
    missing
        .chain(invented)
        .map(|fault| format!("REVIEWERS.md, {heading}: {fault}"))
        .collect()
}

/// What stands in backquotes at the beginning of the table rows below a heading.
fn first_column(page: &str, heading: &str) -> BTreeSet<String> {
    let heading = format!("## {heading}");
    let below = page.lines().skip_while(|line| *line != heading).skip(1);
    let section = below.take_while(|line| !line.starts_with("## "));
    let cells = section.filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{compare, permissions};

    const PAGE: &str = "\
## Permissions

| permission | why |
|---|---|
| `storage` | `it` |
| `https://*/*` | calls |

## More

| `tabs` | elsewhere |
";

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_page_that_names_all_and_no_more_is_true() {
        let truth = set(&["https://*/*", "storage"]);
        assert!(compare(PAGE, "Permissions", &truth).is_empty());
    }

    #[test]
    fn what_is_missing_and_what_is_too_much_is_found() {
        let found = compare(PAGE, "Permissions", &set(&["storage", "tabs"]));
        assert_eq!(
            found,
            [
                "REVIEWERS.md, Permissions: lacks tabs",
                "REVIEWERS.md, Permissions: names https://*/*, which isn't so"
            ]
        );
    }

    #[test]
    fn all_that_a_manifest_asks_for_counts() {
        let manifest = r#"{
            "permissions": ["storage"],
            "optional_host_permissions": ["https://*/*"],
            "content_scripts": [{ "matches": ["https://calls.example/*"], "js": ["a.js"] }]
        }"#;
        let all = ["https://*/*", "https://calls.example/*", "storage"];
        assert_eq!(permissions(manifest).expect("a manifest"), set(&all));
    }
}
