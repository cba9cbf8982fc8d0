//! Whether each rule of PROTOCOL.md has a row in its table of tests, and each test named there is
//! somewhere. That a test really tests its rule is for a reader to judge.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::{arrows, paths, step};

const TABLE: &str = "\n## 8. ";
const NEXT: &str = "\n## ";

/// Whether all is there; shows what isn't.
pub(crate) fn holds() -> bool {
    step::holds("check the protocol's table of tests", violations)
}

fn violations() -> Result<Vec<String>> {
    let text = fs::read_to_string(paths::workspace().join("PROTOCOL.md"))?;
    let (before, rest) = text.split_once(TABLE).context("no section 8")?;
    let (table, after) = rest.split_once(NEXT).context("nothing after it")?;
    let core = sources(&paths::workspace().join("extension-core/src"))?;
    let mut found = untested(&[before, after].concat(), table);
    let absent = named(table).filter(|name| !is_there(name, &core));
    found.extend(absent.map(|name| format!("PROTOCOL.md names {name}, which isn't there")));
    Ok(found)
}

/// One line for each rule without a row, and for each row of a rule that doesn't exist.
fn untested(rules: &str, table: &str) -> Vec<String> {
    let ids = |text| first_cells(text).filter(|cell| is_id(cell));
    let rules: BTreeSet<String> = ids(rules).map(str::to_owned).collect();
    let rows: BTreeSet<String> = first_cells(table).flat_map(expand).collect();
    let lacking = rules.difference(&rows);
    let lacking = lacking.map(|id| format!("PROTOCOL.md names no test of {id}"));
    let unknown = rows.difference(&rules);
    let unknown = unknown.map(|id| format!("PROTOCOL.md has no rule {id}, but a row for it"));
    lacking.chain(unknown).collect()
}

/// The first cell of each row of a table, and the rest of the row.
fn rows(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|row| row.split_once(" |"))
}

fn first_cells(text: &str) -> impl Iterator<Item = &str> {
    rows(text).map(|(cell, _)| cell.trim())
}

/// The ids in a cell: `B2, B3` and `G1 to G10`.
fn expand(cell: &str) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    let mut goes_on = false;
    for word in cell.split([' ', ',', ':']) {
        if is_id(word) {
            let from = ids.last().filter(|_| goes_on).cloned();
            ids.extend(from.into_iter().flat_map(|from| between(&from, word)));
            ids.push(word.to_owned());
        }
        goes_on = word == "to";
    }
    ids
}

fn between(from: &str, to: &str) -> Vec<String> {
    let number = |id: &str| id[1..].parse::<u8>().unwrap_or(0);
    let numbers = number(from)..number(to);
    numbers
        .skip(1)
        .map(|n| format!("{}{n}", &to[..1]))
        .collect()
}

fn is_id(word: &str) -> bool {
    let digits = word.strip_prefix(|letter: char| letter.is_ascii_uppercase());
    digits.is_some_and(|it| it.len() < 3 && it.parse::<u8>().is_ok())
}

/// What stands between backticks behind the first cell of each row.
fn named(table: &str) -> impl Iterator<Item = &str> {
    rows(table).flat_map(|(_, cells)| cells.split('`').skip(1).step_by(2))
}

/// A file or folder, or the last part of a path in the core.
fn is_there(name: &str, core: &[(String, String)]) -> bool {
    if name.contains('/') || name.contains('.') {
        return paths::workspace().join(name).exists();
    }
    let (module, last) = name.rsplit_once("::").unwrap_or(("", name));
    let folder = module.split("::").next().unwrap_or_default();
    let inside = core.iter().filter(|(file, _)| file.starts_with(folder));
    let forms = [
        format!("fn {last}()"),
        format!("mod {last};"),
        format!("mod {last} {{"),
    ];
    let mut texts = inside.chain(core.iter().filter(|(file, _)| file == "lib.rs"));
    texts.any(|(_, text)| forms.iter().any(|form| text.contains(form)))
}

/// The core's files, by their path in it.
fn sources(core: &Path) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for file in arrows::files(core)? {
        let inside = file.strip_prefix(core)?.to_string_lossy().into_owned();
        found.push((inside, fs::read_to_string(&file)?));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "| B1 | a |\n| B2 | b |\n| B3 | c |\n| B11 | d |\n| id | rule |\n";

    #[test]
    fn each_rule_needs_a_row_and_each_row_a_rule() {
        assert!(untested(RULES, "| B1 to B3, B11 | `x` |\n").is_empty());
        let lacking = untested(RULES, "| B1, told: B3 | `x` |\n| B11 | B2 |\n");
        assert_eq!(lacking, ["PROTOCOL.md names no test of B2"]);
        let unknown = untested(RULES, "| B1 to B4, B11 | `x` |\n");
        assert_eq!(unknown, ["PROTOCOL.md has no rule B4, but a row for it"]);
    }

    #[test]
    fn a_test_that_is_named_has_to_be_in_its_module() {
        let file = |name: &str, text: &str| (name.to_owned(), text.to_owned());
        let core = [file("wire/mod.rs", "mod tests {\n    fn b1_holds() {}")];
        assert!(is_there("wire::tests::b1_holds", &core));
        assert!(is_there("wire::tests", &core));
        assert!(!is_there("wire::tests::b1", &core));
        assert!(!is_there("call::tests::b1_holds", &core));
        assert!(!is_there("tests/browser/nothing.mjs", &core));
    }

    #[test]
    fn the_protocol_as_it_is_holds() {
        assert_eq!(violations().expect("readable"), Vec::<String>::new());
    }
}
