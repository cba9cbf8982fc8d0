//! Holds REVIEWERS.md and PRIVACY.md against what they speak of: the permissions of the manifest, the
//! data that it declares, and the files of the package that aren't files of the tree.

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

/// Whether both are true of the built extension; shows where not.
pub(crate) fn hold() -> bool {
    step::holds(
        "hold REVIEWERS.md and PRIVACY.md against the package",
        || {
            let read = |name: &str| fs::read_to_string(paths::workspace().join(name));
            let manifest = read(manifest::NAME)?;
            let (reviewers, privacy) = (read("REVIEWERS.md")?, read("PRIVACY.md")?);
            let generated = generated(&content::extension()?);
            let declared = declared(&manifest)?;
            let found = [
                compare(&reviewers, "Permissions", &permissions(&manifest)?),
                compare(&reviewers, "Generated files", &generated),
                compare(&privacy, "What is declared to Firefox", &declared),
                unnamed(&reviewers, "Data", &declared),
            ];
            Ok(found.concat())
        },
    )
}

/// The data that the manifest says leaves the browser.
fn declared(manifest: &str) -> Result<BTreeSet<String>> {
    let manifest: Value = serde_json::from_str(manifest)?;
    let data = &manifest["browser_specific_settings"]["gecko"]["data_collection_permissions"];
    let lists = [&data["required"], &data["optional"]];
    let names = lists.into_iter().filter_map(Value::as_array).flatten();
    Ok(names.filter_map(Value::as_str).map(str::to_owned).collect())
}

/// One line for each name that doesn't stand below a heading.
fn unnamed(page: &str, heading: &str, names: &BTreeSet<String>) -> Vec<String> {
    let text: String = section(page, heading).collect();
    let missing = names
        .iter()
        .filter(|name| !text.contains(&format!("`{name}`")));
    missing
        .map(|name| format!("{heading}: lacks {name}"))
        .collect()
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
        .map(|fault| format!("{heading}: {fault}"))
        .collect()
}

/// What stands in backquotes at the beginning of the table rows below a heading.
fn first_column(page: &str, heading: &str) -> BTreeSet<String> {
    let cells =
        section(page, heading).filter_map(|line| line.strip_prefix("| `")?.split('`').next());
    cells.map(str::to_owned).collect()
}

/// The lines below a heading.
fn section<'a>(page: &'a str, heading: &str) -> impl Iterator<Item = &'a str> {
    let heading = format!("## {heading}");
    let below = page
        .lines()
        .skip_while(move |line| *line != heading)
        .skip(1);
    below.take_while(|line| !line.starts_with("## "))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{compare, declared, permissions, unnamed};

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
                "Permissions: lacks tabs",
                "Permissions: names https://*/*, which isn't so"
            ]
        );
    }

    #[test]
    fn what_a_manifest_declares_has_to_be_named() {
        let manifest = r#"{ "browser_specific_settings": { "gecko": { "data_collection_permissions": {
            "required": ["none"], "optional": ["tabs", "healthInfo"]
        } } } }"#;
        let data = declared(manifest).expect("a manifest");
        assert_eq!(data, set(&["none", "tabs", "healthInfo"]));
        assert_eq!(
            unnamed(PAGE, "More", &data),
            ["More: lacks healthInfo", "More: lacks none"]
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
