//! A frame that arrived, tried on the media keys of three epochs: it opens to what was sealed, once,
//! or not at all. The first byte is the codec that the browser says it has.

use sotto_core::{ids::Leaf, media::OpenError};

use crate::fixture::{self, FRAMES};

/// Whose keys the frames are tried on. The kept ones were sealed by leaf 0.
const OURS: Leaf = Leaf(1);

pub fn run(bytes: &[u8]) {
    let Some((number, frame)) = bytes.split_first() else {
        return;
    };
    let codec = fixture::codec(*number);
    let mut keyring = fixture::keyring(OURS);
    let mut buffer = Vec::new();
    let Ok(opened) = keyring.open(codec.frame(frame), fixture::anybody, &mut buffer) else {
        return;
    };
    assert!(
        FRAMES.contains(&(codec, opened.frame)),
        "nobody sealed this"
    );
    assert_ne!(opened.kid.leaf, OURS);
    assert!(frame.len() > opened.frame.len());
    let again = keyring
        .open(codec.frame(frame), fixture::anybody, &mut buffer)
        .err();
    assert_eq!(again, Some(OpenError::Replayed));
}
