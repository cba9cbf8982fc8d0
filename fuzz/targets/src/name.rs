//! Names, as peers say them and as people type them.

use sotto_core::name::{MAX_BYTES, MAX_CHARACTERS, Name};

/// What is taken keeps the bounds and is taken again as it is, and a peer's is never changed.
pub fn run(bytes: &[u8]) {
    if let Some(name) = Name::heard(bytes) {
        assert_eq!(Name::said(name.as_ref())[..], *bytes);
    }
    let text = String::from_utf8_lossy(bytes);
    if let Some(name) = Name::parse(&text) {
        assert_eq!(name.as_str(), text);
    }
    let Some(name) = Name::of_person(&text) else {
        return;
    };
    assert!(name.as_str().len() <= MAX_BYTES);
    assert!(name.as_str().chars().count() <= MAX_CHARACTERS);
    assert_eq!(Name::parse(name.as_str()).as_ref(), Some(&name));
}
