//! The arrows that ARCHITECTURE.md forbids in the core, looked for in its sources.
//!
//! This reads text, not Rust: it knows comments, `use` lists and what is only for tests, as
//! rustfmt lays them out. A name hidden behind a macro or an alias is not found.

mod code;
mod rules;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::{paths, step};
use rules::RULES;

/// Whether all rules hold; shows where not.
pub(crate) fn hold() -> bool {
    step::holds("check the arrows of the core", violations)
}

/// One line for each, with file and line number.
fn violations() -> Result<Vec<String>> {
    let source = paths::workspace().join("extension-core/src");
    let mut found = Vec::new();
    for file in files(&source)? {
        let text = fs::read_to_string(&file)?;
        let inside = file.strip_prefix(&source).expect("it was found there");
        let shown = Path::new("extension-core/src").join(inside);
        for (line, law) in judge(inside, &text) {
            found.push(format!("{}:{line}: {law}", shown.display()));
        }
    }
    Ok(found)
}

/// The lines of one file that break a rule. `file` is relative to the core's sources.
fn judge(file: &Path, text: &str) -> Vec<(usize, &'static str)> {
    if is_test(file) {
        return Vec::new();
    }
    let module = module(file);
    let mut found = Vec::new();
    for rule in RULES.iter().filter(|rule| rule.applies_to(&module)) {
        let broken = code::lines(text).filter(|line| rule.is_broken_by(line));
        found.extend(broken.map(|line| (line.number, rule.law)));
    }
    found
}

/// `roster` for both `roster.rs` and anything in `roster/`.
fn module(file: &Path) -> String {
    let first = file.iter().next().map(Path::new).unwrap_or(file);
    first
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn is_test(file: &Path) -> bool {
    file.with_extension("")
        .iter()
        .any(|component| component == "tests")
}

/// All Rust files below a folder, in a fixed order.
pub(crate) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::judge;

    fn lines(file: &str, text: &str) -> Vec<usize> {
        let found = judge(Path::new(file), text);
        found.into_iter().map(|(line, _)| line).collect()
    }

    #[test]
    fn only_group_knows_openmls() {
        let text = "//! A module.\n\nuse openmls::prelude::*;\n";
        assert_eq!(lines("call/mod.rs", text), [3]);
        assert_eq!(lines("media.rs", "use openmls_rust_crypto::X;\n"), [1]);
        assert!(lines("group/mod.rs", text).is_empty());
        assert!(lines("group.rs", text).is_empty());
    }

    #[test]
    fn identity_knows_the_traits_of_openmls_and_no_more() {
        assert!(lines("identity.rs", "use openmls_traits::signatures::Signer;\n").is_empty());
        assert_eq!(lines("identity.rs", "use openmls::prelude::*;\n"), [1]);
    }

    #[test]
    fn only_media_knows_sframe() {
        assert!(lines("media/seal.rs", "use sframe::key::EncryptionKey;\n").is_empty());
        assert_eq!(lines("tab.rs", "let key = sframe::key::new();\n"), [1]);
    }

    #[test]
    fn what_is_below_does_not_know_group_or_call() {
        for file in [
            "roster.rs",
            "roster/meeting.rs",
            "media/mod.rs",
            "framing/vp8.rs",
            "wire/mod.rs",
        ] {
            assert_eq!(lines(file, "use crate::group::Group;\n"), [1], "{file}");
            assert_eq!(
                lines(file, "use crate::{\n    call::Call,\n    ids,\n};\n"),
                [2],
                "{file}"
            );
            assert_eq!(lines(file, "use crate::{group, ids};\n"), [1], "{file}");
            assert_eq!(lines(file, "use super::super::group;\n"), [1], "{file}");
            assert!(
                lines(file, "let group = call(other_group::id());\n").is_empty(),
                "{file}"
            );
        }
        assert!(lines("call/mod.rs", "use crate::group::Group;\n").is_empty());
    }

    #[test]
    fn a_tab_its_view_and_its_call_do_not_know_the_core() {
        for file in ["tab.rs", "tab/watchdog.rs", "view/mod.rs", "call/mod.rs"] {
            assert_eq!(lines(file, "use crate::core::Core;\n"), [1], "{file}");
            assert_eq!(
                lines(file, "use crate::{\n    core::Core,\n};\n"),
                [2],
                "{file}"
            );
            assert!(lines(file, "use rand_core::Rng;\n").is_empty(), "{file}");
        }
        assert!(lines("wasm.rs", "use crate::core::Core;\n").is_empty());
    }

    #[test]
    fn nothing_reads_a_clock_prints_or_opens() {
        for bad in [
            "let now = std::time::SystemTime::now();",
            "let now = Instant::now();",
            "println!(\"x\");",
            "    eprintln!();",
            "dbg!(x);",
            "use std::{fs, io};",
            "std::thread::spawn(f);",
        ] {
            assert_eq!(lines("group/mod.rs", bad), [1], "{bad}");
        }
        assert!(lines("core.rs", "use crate::time::Instant;\n").is_empty());
    }

    #[test]
    fn comments_and_tests_may_say_what_they_like() {
        let text = "\
// openmls
#[cfg(test)]
mod story;
#[cfg(test)]
mod tests {
    use openmls::X;
}
fn f() {} // sframe::
use openmls::Y;
";
        assert_eq!(lines("core.rs", text), [9]);
        assert!(lines("core/tests.rs", text).is_empty());
        assert!(lines("call/tests/mesh.rs", text).is_empty());
    }
}
