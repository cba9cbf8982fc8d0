//! The rules themselves, in the order of ARCHITECTURE.md.

use super::code::Line;

#[derive(Debug)]
pub(super) struct Rule {
    pub(super) law: &'static str,
    place: Place,
    what: What,
}

/// Modules of the core, by the first part of their path.
#[derive(Debug)]
enum Place {
    In(&'static [&'static str]),
    NotIn(&'static [&'static str]),
}

#[derive(Debug)]
enum What {
    /// A crate and those whose names begin with it and an underscore, but for one
    Crates {
        stem: &'static str,
        but: Option<&'static str>,
    },
    /// Names as part of a path: beside `::` or in a `use` statement
    Paths(&'static [&'static str]),
    /// Text, whole words of it
    Words(&'static [&'static str]),
}

pub(super) const RULES: [Rule; 8] = [
    Rule {
        law: "only `group` knows openmls",
        place: Place::NotIn(&["group", "identity"]),
        what: What::Crates {
            stem: "openmls",
            but: None,
        },
    },
    Rule {
        law: "of openmls, `identity` knows only the traits",
        place: Place::In(&["identity"]),
        what: What::Crates {
            stem: "openmls",
            but: Some("openmls_traits"),
        },
    },
    Rule {
        law: "only `media` knows sframe",
        place: Place::NotIn(&["media"]),
        what: What::Crates {
            stem: "sframe",
            but: None,
        },
    },
    Rule {
        law: "`roster`, `media`, `framing` and `wire` know neither `group`, `membership` nor `call`",
        place: Place::In(&["roster", "media", "framing", "wire"]),
        what: What::Paths(&["group", "membership", "call"]),
    },
    Rule {
        law: "`membership` knows neither networks nor media",
        place: Place::In(&["membership"]),
        what: What::Paths(&["call", "carrier", "media"]),
    },
    Rule {
        law: "`tab`, `view` and `call` don't know `core`",
        place: Place::In(&["tab", "view", "call"]),
        what: What::Paths(&["core"]),
    },
    Rule {
        law: "nothing in the core reads a clock or prints",
        place: Place::NotIn(&[]),
        what: What::Words(&[
            "SystemTime",
            "Instant::now",
            "print!",
            "println!",
            "eprint!",
            "eprintln!",
            "dbg!",
        ]),
    },
    Rule {
        law: "nothing in the core opens anything",
        place: Place::NotIn(&[]),
        what: What::Paths(&["env", "fs", "io", "net", "process", "thread"]),
    },
];

impl Rule {
    pub(super) fn applies_to(&self, module: &str) -> bool {
        match self.place {
            Place::In(modules) => modules.contains(&module),
            Place::NotIn(modules) => !modules.contains(&module),
        }
    }

    pub(super) fn is_broken_by(&self, line: &Line<'_>) -> bool {
        match self.what {
            What::Crates { stem, but } => {
                names(line.text).any(|(_, name)| Some(name) != but && is_of_family(name, stem))
            }
            What::Paths(modules) => names(line.text)
                .any(|(at, name)| modules.contains(&name) && is_path(line, at, name)),
            What::Words(words) => words.iter().any(|word| has_word(line.text, word)),
        }
    }
}

fn is_of_family(name: &str, stem: &str) -> bool {
    name.strip_prefix(stem)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
}

fn is_path(line: &Line<'_>, at: usize, name: &str) -> bool {
    let (before, after) = (&line.text[..at], &line.text[at + name.len()..]);
    line.imports || before.ends_with("::") || after.starts_with("::")
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        !before.ends_with(is_of_name) && (word.ends_with('!') || !after.starts_with(is_of_name))
    })
}

fn names(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let parts = text.split(|c| !is_of_name(c));
    parts
        .filter(|part| !part.is_empty())
        .map(|part| (part.as_ptr() as usize - text.as_ptr() as usize, part))
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
