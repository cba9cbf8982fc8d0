//! The licence texts of all that ships, in one file: each crate with its licence, where its source
//! is and which texts are its; then the texts, equal ones once.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use spdx::Expression;

use super::graph::{Crate, Graph, Id};
use super::sbom::RUST_LICENCE;

const HEAD: &str = "\
Third-party notices

The core of Sotto, core/sotto_core_bg.wasm, is compiled from Sotto's own sources, the Rust library
and the crates below; core/sotto_core.js is written by wasm-bindgen. The source of each is where its
line says. Everything else in this package is Sotto's own, under the licences in LICENSE-MIT and
LICENSE-APACHE.
";
/// How the files begin in which crates put what is to be passed on.
const NAMES: [&str; 6] = [
    "LICENSE",
    "LICENCE",
    "COPYING",
    "COPYRIGHT",
    "NOTICE",
    "UNLICENSE",
];
const RULE: &str =
    "\n--------------------------------------------------------------------------------\n";

/// `rust` is the compiler's version.
pub(super) fn text(graph: &Graph, rust: &str) -> Result<String> {
    let mut texts = Texts::default();
    let mut list = String::new();
    let library = standard(RUST_LICENCE, "the Rust project's contributors")?;
    let numbers = texts.numbers(&library);
    let source = "https://github.com/rust-lang/rust";
    write!(
        list,
        "\nThe Rust library {rust}\n{RUST_LICENCE}\n{source}\n{numbers}\n"
    )?;
    for (id, shown) in &graph.crates {
        let numbers = texts.numbers(&of_crate(id, shown)?);
        let source = format!("https://crates.io/crates/{}/{}", id.name, id.version);
        let licence = &shown.licence;
        write!(
            list,
            "\n{} {}\n{licence}\n{source}\n{numbers}\n",
            id.name, id.version
        )?;
    }
    Ok(format!("{HEAD}{list}{}", texts.text()))
}

/// What the crate's own files say; where it has none, the standard text of each licence it names.
fn of_crate(id: &Id, shown: &Crate) -> Result<Vec<String>> {
    let own = files(&shown.folder).with_context(|| format!("the licence files of {id}"))?;
    if !own.is_empty() {
        return Ok(own);
    }
    let holders = format!("the authors of {}: {}", id.name, shown.authors.join(", "));
    standard(&shown.licence, &holders).with_context(|| format!("the licence of {id}"))
}

fn files(folder: &Path) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_uppercase();
        if path.is_file() && NAMES.iter().any(|begin| name.starts_with(begin)) {
            found.push(path);
        }
    }
    found.sort();
    found
        .iter()
        .map(|path| Ok(fs::read_to_string(path)?))
        .collect()
}

fn standard(licence: &str, holders: &str) -> Result<Vec<String>> {
    let expression = Expression::parse(licence)?;
    let ids = expression.requirements().map(|wanted| {
        let id = wanted
            .req
            .license
            .id()
            .context("a licence without a standard text")?;
        Ok(id.text().replace("<year> <copyright holders>", holders))
    });
    ids.collect()
}

/// The texts so far, told apart by their words: lines are broken here and there.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    words: Vec<String>,
}

impl Texts {
    /// Where these texts are found.
    fn numbers(&mut self, texts: &[String]) -> String {
        let numbers: Vec<String> = texts
            .iter()
            .map(|text| self.number(text).to_string())
            .collect();
        format!("texts: {}", numbers.join(", "))
    }

    fn number(&mut self, text: &str) -> usize {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(known) = self.words.iter().position(|other| *other == words) {
            return known + 1;
        }
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        self.all
            .push(lines.join("\n").trim_matches('\n').to_owned());
        self.words.push(words);
        self.all.len()
    }

    fn text(&self) -> String {
        let texts = self.all.iter().zip(1..);
        texts
            .map(|(text, number)| format!("{RULE}Text {number}\n\n{text}\n"))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::graph::Graph;
    use super::super::graph::tests::graph;
    use super::text;

    /// Crates `a` and `b`, both in a folder of this tree.
    fn crates_in(folder: &str) -> Graph {
        let mut graph = graph(&[("a", "1.0.0", "MIT"), ("b", "1.0.0", "MIT")]);
        let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        for shown in graph.crates.values_mut() {
            shown.folder.clone_from(&folder);
        }
        graph
    }

    #[test]
    fn a_crate_without_a_file_gets_the_standard_text_with_its_authors() {
        let text = text(&crates_in("src"), "1.88.0").expect("it is written");
        assert!(text.contains("\na 1.0.0\nMIT\nhttps://crates.io/crates/a/1.0.0\ntexts: 3\n"));
        assert!(text.contains("Copyright (c) the authors of a: Ada <ada@example.org>"));
        assert!(text.contains("Copyright (c) the authors of b: Ada <ada@example.org>"));
        assert!(!text.contains("<copyright holders>"));
    }

    #[test]
    fn equal_texts_are_there_once() {
        let text = text(&crates_in(".."), "1.88.0").expect("it is written");
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("texts: "))
            .collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[1], lines[2]);
    }
}
