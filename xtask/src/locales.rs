//! Holds the languages in `_locales` against English: the same texts, with the same placeholders,
//! and each made from the English of today.

mod translated;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::{paths, step};

pub(crate) use translated::Options;

const ORIGINAL: &str = "en";

type Texts = BTreeMap<String, Text>;

#[derive(Deserialize)]
struct Text {
    message: String,
    #[serde(default)]
    placeholders: BTreeMap<String, Placeholder>,
}

#[derive(Deserialize, PartialEq, Eq)]
struct Placeholder {
    content: String,
}

/// Whether every language is whole; shows where not.
pub(crate) fn hold() -> bool {
    step::holds("hold the languages against each other", || {
        let original = texts(ORIGINAL)?;
        let mut found = Vec::new();
        for language in languages()? {
            let faults = faults(&original, &texts(&language)?);
            found.extend(faults.iter().map(|fault| format!("{language}: {fault}")));
        }
        found.extend(translated::faults()?);
        Ok(found)
    })
}

fn languages() -> Result<Vec<String>> {
    let entries = fs::read_dir(paths::workspace().join("_locales"))?;
    let names = entries.map(|entry| {
        entry?
            .file_name()
            .into_string()
            .ok()
            .context("a name is text")
    });
    names.collect()
}

fn texts(language: &str) -> Result<Texts> {
    let file = paths::workspace().join(format!("_locales/{language}/messages.json"));
    let text = fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("in {}", file.display()))
}

fn faults(original: &Texts, translated: &Texts) -> Vec<String> {
    let keys: BTreeSet<&String> = original.keys().chain(translated.keys()).collect();
    let fault = |key: &String| match (original.get(key), translated.get(key)) {
        (Some(_), None) => Some("is missing"),
        (None, Some(other)) => match counted(original, key) {
            Some(one) => fault_of_form(one, other),
            None => Some("isn't in the original"),
        },
        (Some(one), Some(other)) => fault_of(one, other),
        (None, None) => None,
    };
    let named = |key: &String| Some(format!("{key} {}", fault(key)?));
    keys.into_iter().filter_map(named).collect()
}

/// What a text is a form of, for a number that English has no form of its own for.
fn counted<'a>(original: &'a Texts, key: &str) -> Option<&'a Text> {
    let (stem, form) = key.rsplit_once('_')?;
    let is_form = ["zero", "two", "few", "many"].contains(&form);
    original
        .get(&format!("{stem}_other"))
        .filter(|_| is_form && original.contains_key(&format!("{stem}_one")))
}

/// A word may say by itself how many.
fn fault_of_form(original: &Text, translated: &Text) -> Option<&'static str> {
    match fault_of(original, translated) {
        Some(_) if translated.placeholders.is_empty() && used(translated).is_empty() => {
            fault_of_words(translated)
        }
        fault => fault,
    }
}

fn fault_of_words(translated: &Text) -> Option<&'static str> {
    translated.message.trim().is_empty().then_some("is empty")
}

fn fault_of(original: &Text, translated: &Text) -> Option<&'static str> {
    if let Some(fault) = fault_of_words(translated) {
        Some(fault)
    } else if original.placeholders != translated.placeholders {
        Some("has other placeholders than the original")
    } else if used(translated) != used(original) {
        Some("doesn't use the placeholders that the original uses")
    } else {
        None
    }
}

/// The names between dollar signs.
fn used(text: &Text) -> BTreeSet<String> {
    let parts = text.message.split('$').skip(1).step_by(2);
    parts.map(str::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::{Texts, faults};

    fn texts(json: &str) -> Texts {
        serde_json::from_str(json).expect("texts")
    }

    const ORIGINAL: &str = r#"{
        "a": { "message": "A" },
        "b": { "message": "$N$ b", "placeholders": { "n": { "content": "$1" } } }
    }"#;

    #[test]
    fn a_whole_language_has_no_fault() {
        let german = ORIGINAL.replace("$N$ b", "b: $N$");
        assert!(faults(&texts(ORIGINAL), &texts(&german)).is_empty());
    }

    #[test]
    fn a_counted_text_may_have_more_forms_and_no_other_may() {
        let text = r#"{ "message": "$N$ c", "placeholders": { "n": { "content": "$1" } } }"#;
        let original = format!(r#"{{ "c_one": {text}, "c_other": {text}, "d_other": {text} }}"#);
        let arabic = format!(
            r#"{{ "c_one": {text}, "c_two": {{ "message": "both" }}, "c_few": {text}, "c_many": {{ "message": " " }},
                "c_other": {text}, "c_most": {text}, "d_two": {text}, "d_other": {text} }}"#
        );
        assert_eq!(
            faults(&texts(&original), &texts(&arabic)),
            [
                "c_many is empty",
                "c_most isn't in the original",
                "d_two isn't in the original"
            ]
        );
    }

    #[test]
    fn what_is_missing_empty_or_without_its_placeholder_is_found() {
        let german = r#"{
            "b": { "message": "ein b", "placeholders": { "n": { "content": "$1" } } },
            "c": { "message": "C" }
        }"#;
        assert_eq!(
            faults(&texts(ORIGINAL), &texts(german)),
            [
                "a is missing",
                "b doesn't use the placeholders that the original uses",
                "c isn't in the original"
            ]
        );
    }
}
