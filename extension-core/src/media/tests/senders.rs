//! Who may have sealed a frame is asked before anything of it is kept.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// No leaf has a member.
pub fn nobody(_: EpochId, _: Leaf) -> Option<Sender> {
    None
}

/// Every leaf has a member, and its frames come another way.
pub fn elsewhere_only(epoch: EpochId, leaf: Leaf) -> Option<Sender> {
    let is_there = false;
    anybody(epoch, leaf).map(|sender| Sender { is_there, ..sender })
}

/// A frame of each stream of a leaf.
fn frames_of(leaf: u32, contexts: u8) -> impl Iterator<Item = Vec<u8>> {
    let mut keyring = member(Leaf(leaf));
    (0..contexts).map(move |context| {
        let mut buffer = Vec::new();
        let sealed = keyring.seal(Context(context), SOUND.frame(b"x"), &mut buffer);
        sealed.expect("sealed").to_vec()
    })
}

#[test]
fn a_frame_of_a_leaf_that_nobody_holds_leaves_no_key() {
    let mut bob = member(BOB);
    for sealed in (2..100).flat_map(|leaf| frames_of(leaf, 1)) {
        let opened = open_of(&mut bob, SOUND, &sealed, nobody);
        assert_eq!(opened, Err(OpenError::NoKey));
    }
    assert_eq!(bob.streams(), 0);
}

#[test]
fn m9_a_frame_that_comes_another_way_leaves_no_key_and_moves_no_window() {
    let (mut alice, mut another, mut bob) = (member(ALICE), member(ALICE), member(BOB));
    another.exhaust(CAMERA, MAX_COUNTER - 1);
    let last = seal(&mut another, SOUND, b"the last there is");
    for streams in [0, 1] {
        let opened = open_of(&mut bob, SOUND, &last, elsewhere_only);
        assert_eq!(opened, Err(OpenError::Misdirected));
        assert_eq!(bob.streams(), streams);
        let sealed = seal(&mut alice, SOUND, b"hers");
        assert_eq!(open(&mut bob, SOUND, &sealed), Ok(b"hers".to_vec()));
    }
}

#[test]
fn a_forged_frame_is_forged_whoever_it_names() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let mut sealed = seal(&mut alice, SOUND, b"x");
    *sealed.last_mut().expect("a tag") ^= 1;
    for who in [anybody, elsewhere_only] {
        let opened = open_of(&mut bob, SOUND, &sealed, who);
        assert_eq!(opened, Err(OpenError::Forged));
    }
    assert_eq!(bob.streams(), 0);
}

#[test]
fn m4_all_senders_together_cannot_make_us_hold_keys_without_bound() {
    let mut bob = member(BOB);
    let mut opens = |leaf, contexts| {
        let frames = frames_of(leaf, contexts);
        let opened = frames.filter(|sealed| open(&mut bob, SOUND, sealed).is_ok());
        opened.count()
    };
    for leaf in 2..66 {
        assert_eq!(opens(leaf, 64), 64);
    }
    assert_eq!(opens(100, 64), 8, "its share");
    assert_eq!(opens(101, 2), 2);
}
