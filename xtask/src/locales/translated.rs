//! Which English each translation was made from, by digests of both in one file: so a text that changes
//! in English alone is found.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use sha2::{Digest, Sha256};

use super::{ORIGINAL, Texts, languages, texts};
use crate::paths;

/// Enough to tell two wordings of a text apart.
const DIGEST_BYTES: usize = 4;

/// A text's wording in each language, by digests.
type Wording = BTreeMap<String, String>;
type Wordings = BTreeMap<String, Wording>;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The texts, by their names in messages.json
    #[arg(required = true)]
    names: Vec<String>,
    /// Translations that were left as they are still say the same
    #[arg(long)]
    unchanged: bool,
}

impl Options {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let (mut noted, current) = (noted()?, current()?);
        for name in &self.names {
            let left = noted.get(name).zip(current.get(name));
            let left = left.map(|(before, now)| left_behind(before, now));
            let left = left.unwrap_or_default();
            ensure!(
                self.unchanged || left.is_empty(),
                "{name} is as it was in {}: translate it, or say --unchanged",
                left.join(", ")
            );
            match current.get(name) {
                Some(wording) => noted.insert(name.clone(), wording.clone()),
                None => noted.remove(name),
            };
        }
        fs::write(file(), written(&noted))?;
        Ok(ExitCode::SUCCESS)
    }
}

fn file() -> PathBuf {
    paths::workspace().join("xtask/translated.txt")
}

pub(super) fn faults() -> Result<Vec<String>> {
    Ok(stale(&noted()?, &current()?))
}

/// What isn't noted as translated from the English of today.
fn stale(noted: &Wordings, current: &Wordings) -> Vec<String> {
    let names: BTreeSet<&String> = noted.keys().chain(current.keys()).collect();
    let fault = |name: &String| match (noted.get(name), current.get(name)) {
        (Some(before), Some(now)) if before.get(ORIGINAL) == now.get(ORIGINAL) => None,
        (Some(before), Some(now)) => Some(match left_behind(before, now) {
            left if left.is_empty() => "has another wording".to_owned(),
            left => format!(
                "has another wording in English, and the old one in {}",
                left.join(", ")
            ),
        }),
        (None, _) => Some("is new".to_owned()),
        (_, None) => Some("is gone".to_owned()),
    };
    let told = |name| {
        let fault = fault(name)?;
        Some(format!(
            "{name} {fault}: once it says the same everywhere, `cargo xtask translated {name}`"
        ))
    };
    names.into_iter().filter_map(told).collect()
}

/// The languages that still have what was made from another English.
fn left_behind(before: &Wording, now: &Wording) -> Vec<String> {
    if before.get(ORIGINAL) == now.get(ORIGINAL) {
        return Vec::new();
    }
    let left = now
        .iter()
        .filter(|(language, digest)| before.get(*language) == Some(digest));
    left.map(|(language, _)| language.clone()).collect()
}

fn current() -> Result<Wordings> {
    let original = texts(ORIGINAL)?;
    let mut wordings = Wordings::new();
    for language in languages()? {
        for (name, digest) in digests(&texts(&language)?, &original) {
            wordings
                .entry(name)
                .or_default()
                .insert(language.clone(), digest);
        }
    }
    Ok(wordings)
}

/// A form of a number that English hasn't is none of a text of its own.
fn digests(of: &Texts, original: &Texts) -> Vec<(String, String)> {
    let known = of.iter().filter(|(name, _)| original.contains_key(*name));
    known
        .map(|(name, text)| (name.clone(), digest(&text.message)))
        .collect()
}

fn digest(message: &str) -> String {
    let bytes = Sha256::digest(message);
    let bytes = bytes.iter().take(DIGEST_BYTES);
    bytes.map(|byte| format!("{byte:02x}")).collect()
}

fn noted() -> Result<Wordings> {
    let text =
        fs::read_to_string(file()).with_context(|| format!("reading {}", file().display()))?;
    text.lines().map(parse).collect()
}

/// `reason_off de:0a1b2c3d en:0a1b2c3d`
fn parse(line: &str) -> Result<(String, Wording)> {
    let mut words = line.split(' ');
    let name = words.next().unwrap_or_default().to_owned();
    let digests = words.map(|word| {
        word.split_once(':')
            .map(|(language, digest)| (language.to_owned(), digest.to_owned()))
    });
    let wording = digests.collect::<Option<Wording>>();
    Ok((
        name,
        wording.with_context(|| format!("in the line {line}"))?,
    ))
}

fn written(wordings: &Wordings) -> String {
    let mut text = String::new();
    for (name, wording) in wordings {
        text.push_str(name);
        for (language, digest) in wording {
            let _ = write!(text, " {language}:{digest}");
        }
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Wordings, left_behind, parse, stale, written};

    const NOTED: &str =
        "a de:1 en:1 fr:1\nb de:2 en:2 fr:2\nc de:3 en:3 fr:3\ngone de:4 en:4 fr:4\n";

    fn wordings(text: &str) -> Wordings {
        let parsed = text.lines().map(parse);
        parsed.collect::<anyhow::Result<_>>().expect("wordings")
    }

    #[test]
    fn what_is_written_is_read_again() {
        assert_eq!(written(&wordings(NOTED)), NOTED);
    }

    #[test]
    fn a_text_that_changed_in_english_is_stale_and_one_that_changed_elsewhere_is_not() {
        let now = "a de:1 en:9 fr:9\nb de:9 en:9 fr:9\nc de:9 en:3 fr:3\nnew de:5 en:5 fr:5\n";
        let found = stale(&wordings(NOTED), &wordings(now));
        let firsts: Vec<&str> = found
            .iter()
            .filter_map(|fault| Some(fault.split_once(':')?.0))
            .collect();
        assert_eq!(
            firsts,
            [
                "a has another wording in English, and the old one in de",
                "b has another wording",
                "gone is gone",
                "new is new"
            ]
        );
        assert!(stale(&wordings(NOTED), &wordings(NOTED)).is_empty());
    }

    #[test]
    fn who_notes_a_text_is_told_the_languages_that_were_forgotten() {
        let [before, now] =
            ["a de:1 en:1 fr:1", "a de:1 en:9 fr:9"].map(|line| parse(line).expect("a wording").1);
        assert_eq!(left_behind(&before, &now), ["de"]);
        assert!(left_behind(&before, &before).is_empty());
    }
}
