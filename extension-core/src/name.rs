//! The names that people give themselves: which are taken at all, and which could be taken for
//! each other's. A name is a claim of whoever sent it and proves nothing; an identity is a
//! participant id. Pure.
//!
//! What isn't allowed is what a reader can't see, or what changes how the text around it is read
//! (Unicode Standard Annex 9, UTS 39 section 3.1). Likeness is a help for readers, after the idea
//! of UTS 39 section 4 and without its tables: it knows the letters that are confused most.

mod fold;

use serde::Serialize;

/// N2: the longest name, in characters.
pub const MAX_CHARACTERS: usize = 32;
/// N2: and in bytes of UTF-8.
pub const MAX_BYTES: usize = 64;
/// N2: marks that may stand on one letter.
const MAX_MARKS: usize = 2;

/// A name that keeps the rules; never empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub struct Name {
    text: String,
    /// What it looks like in passing.
    look: String,
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.text
    }
}

impl Name {
    /// A name from a peer: as it is, or not at all.
    pub fn parse(text: &str) -> Option<Self> {
        let own = Self::of_person(text)?;
        (own.text == text).then_some(own)
    }

    /// A name as a person typed it: what isn't allowed is left out. None when nothing is left.
    pub fn of_person(text: &str) -> Option<Self> {
        let allowed = text
            .chars()
            .map(|char| if char.is_whitespace() { ' ' } else { char })
            .filter(|char| *char == ' ' || is_visible(*char));
        let mut name = String::new();
        let mut marks = 0;
        for char in allowed.take(4 * MAX_CHARACTERS) {
            marks = if is_mark(char) { marks + 1 } else { 0 };
            let bare = name.is_empty() || name.ends_with(' ');
            let misplaced = bare && (char == ' ' || marks > 0);
            if !misplaced && marks <= MAX_MARKS && has_room(&name, char) {
                name.push(char);
            }
        }
        name.truncate(name.trim_end().len());
        (!name.is_empty()).then(|| Self {
            look: fold::skeleton(&name),
            text: name,
        })
    }

    /// N2: what a member says: its name, then zeros, always as long.
    pub fn said(name: Option<&Self>) -> [u8; MAX_BYTES] {
        let mut said = [0; MAX_BYTES];
        let name = name.map_or("", Self::as_str).as_bytes();
        said[..name.len()].copy_from_slice(name);
        said
    }

    /// N2: what a member said. `Some(None)` is that it has no name; `None` is nothing at all.
    pub fn heard(said: &[u8]) -> Option<Option<Self>> {
        let length = said.iter().position(|byte| *byte == 0);
        let (text, zeros) = said.split_at(length.unwrap_or(said.len()));
        if said.len() != MAX_BYTES || zeros.iter().any(|byte| *byte != 0) {
            return None;
        }
        match str::from_utf8(text).ok()? {
            "" => Some(None),
            text => Self::parse(text).map(Some),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// N4: a reader could take names that look the same for each other.
    pub fn look(&self) -> &str {
        &self.look
    }
}

fn has_room(name: &str, char: char) -> bool {
    name.len() + char.len_utf8() <= MAX_BYTES && name.chars().count() < MAX_CHARACTERS
}

/// Whether a character shows itself and nothing else. Of each plane the last two are no characters.
fn is_visible(char: char) -> bool {
    !char.is_control()
        && u32::from(char) & 0xfffe != 0xfffe
        && !matches!(char,
            '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
            | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}'
            | '\u{fdd0}'..='\u{fdef}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
            | '\u{fff0}'..='\u{ffff}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..)
}

/// The marks that pile up on one letter. Those of Indic scripts and of Tibetan don't: a syllable is
/// written with several.
fn is_mark(char: char) -> bool {
    matches!(char,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{591}'..='\u{5c7}'
        | '\u{610}'..='\u{61a}' | '\u{64b}'..='\u{65f}' | '\u{670}' | '\u{6d6}'..='\u{6dc}'
        | '\u{6df}'..='\u{6e4}' | '\u{6e7}' | '\u{6e8}' | '\u{6ea}'..='\u{6ed}' | '\u{711}' | '\u{730}'..='\u{74a}'
        | '\u{7eb}'..='\u{7f3}' | '\u{7fd}' | '\u{897}'..='\u{89f}' | '\u{8ca}'..='\u{8ff}'
        | '\u{e31}' | '\u{e34}'..='\u{e3a}' | '\u{e47}'..='\u{e4e}' | '\u{1ab0}'..='\u{1aff}'
        | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{2de0}'..='\u{2dff}' | '\u{3099}'
        | '\u{309a}' | '\u{a66f}'..='\u{a672}' | '\u{a674}'..='\u{a67d}' | '\u{a69e}' | '\u{a69f}'
        | '\u{a8e0}'..='\u{a8f1}' | '\u{fe20}'..='\u{fe2f}')
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn name(text: &str) -> Name {
        Name::parse(text).expect("a name that keeps the rules")
    }

    #[test]
    fn names_of_people_are_taken_as_they_are() {
        for text in [
            "Ana",
            "Ren\u{e9}e d'Arc",
            "\u{41e}\u{43b}\u{44c}\u{433}\u{430}",
            "\u{5c71}\u{7530} \u{592a}\u{90ce}",
            "\u{645}\u{62d}\u{645}\u{62f}",
            "\u{f56}\u{f66}\u{f92}\u{fb2}\u{f74}\u{f56}\u{f66}",
            "Bo \u{1f680}",
        ] {
            assert_eq!(name(text).as_str(), text);
        }
    }

    #[test]
    fn n2_what_cannot_be_seen_or_turns_the_text_around_it_is_refused() {
        for char in [
            '\0',
            '\n',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{61c}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{2028}',
            '\u{3164}',
            '\u{feff}',
            '\u{fe0f}',
            '\u{e000}',
            '\u{fffd}',
            '\u{e0041}',
            '\u{10ffff}',
            '\u{1fffe}',
            '\u{2ffff}',
            '\u{dffff}',
            '\u{600}',
            '\u{6dd}',
            '\u{70f}',
            '\u{890}',
            '\u{8e2}',
            '\u{110bd}',
            '\u{110cd}',
            '\u{13430}',
            '\u{1343f}',
            '\u{a0}',
            '\u{3000}',
        ] {
            assert_eq!(Name::parse(&format!("An{char}a")), None, "{char:?}");
        }
    }

    #[test]
    fn n2_empty_padded_long_and_stacked_names_are_refused() {
        for mark in [
            '\u{301}', '\u{5b0}', '\u{64b}', '\u{670}', '\u{730}', '\u{7eb}', '\u{8d4}', '\u{e34}',
            '\u{2de0}', '\u{a670}',
        ] {
            let stacked = |marks| format!("Zo{}", String::from(mark).repeat(marks));
            assert_eq!(Name::parse(&stacked(3)), None, "{mark:?}");
            assert_eq!(name(&stacked(2)).as_str(), stacked(2));
        }
        let (long, wide) = ("a".repeat(33), "\u{5c71}".repeat(22));
        for text in [
            "",
            " ",
            " Ana",
            "Ana ",
            "Ana  Lu",
            "\u{301}Ana",
            "A \u{301}na",
            &long,
            &wide,
        ] {
            assert_eq!(Name::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn what_a_person_types_is_made_to_keep_the_rules() {
        let typed = |text: &str| Name::of_person(text).map(String::from);
        assert_eq!(typed("  Ana\t\u{202e} Lu\n"), Some("Ana Lu".to_owned()));
        assert_eq!(typed(&"a".repeat(1000)), Some("a".repeat(32)));
        assert_eq!(typed(&"\u{5c71}".repeat(100)), Some("\u{5c71}".repeat(21)));
        assert_eq!(typed(" \u{200b} "), None);
        assert_eq!(
            typed(&format!("{} b", "a".repeat(31))),
            Some("a".repeat(31))
        );
    }

    #[test]
    fn n4_names_that_look_alike_are_told() {
        let paypal = "\u{440}\u{430}\u{443}\u{440}\u{430}\u{4cf}";
        for (one, other) in [
            ("Ana", "ana"),
            ("Ana", "\u{410}n\u{430}"),
            ("Ana Lu", "AnaLu"),
            ("Bill", "B1l1"),
            ("Ian", "lan"),
            ("Bob", "B0b"),
            ("Ren\u{e9}", "Rene"),
            ("Ren\u{e9}", "Rene\u{301}"),
            ("paypal", paypal),
            ("Ana", "\u{ff21}\u{ff4e}\u{ff41}"),
            ("Ana", "\u{1d400}\u{1d427}\u{1d41a}"),
            ("Tom", "Torn"),
            ("Niko", "\u{39d}\u{399}\u{39a}\u{39f}"),
        ] {
            assert_eq!(name(one).look(), name(other).look(), "{one} {other}");
        }
        for (one, other) in [("Ana", "Ben"), ("Ana", "Anna"), ("\u{5c71}", "\u{5ddd}")] {
            assert_ne!(name(one).look(), name(other).look(), "{one} {other}");
        }
    }
}
