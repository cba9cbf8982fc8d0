//! The seeds are what they say: a fuzzer that starts from messages which nobody takes gets nowhere.

use sotto_core::{
    group::{Joiner, Merged},
    ids::Leaf,
};
use sotto_fuzz::{
    call,
    fixture::{self, BOB, COMMIT, FRAMES},
    worker,
};

#[test]
fn the_kept_welcome_and_commit_are_taken() {
    let mut group = fixture::group();
    assert_eq!(group.members().len(), 3);
    let merged = group.receive(COMMIT).expect("the genuine one");
    assert!(matches!(merged, Merged::Advanced { update: true, .. }));
}

#[test]
fn a_commit_that_removes_us_is_taken() {
    let commit = include_bytes!("../../corpus/commit/replaces-us");
    assert_eq!(fixture::group().receive(commit), Ok(Merged::Removed));
}

#[test]
fn the_kept_key_package_is_the_one_that_is_made_each_time() {
    let kept = include_bytes!("../../corpus/key_package/bob");
    assert!(Joiner::parse(kept).is_ok());
    assert_eq!(fixture::candidate(BOB).message(), kept);
}

#[test]
fn the_kept_frames_are_opened() {
    for (number, (codec, plain)) in FRAMES.iter().enumerate() {
        let corpus = concat!(env!("CARGO_MANIFEST_DIR"), "/../corpus/open");
        let kept = std::fs::read(format!("{corpus}/sealed-{number}")).expect("a kept frame");
        let mut keyring = fixture::keyring(Leaf(1));
        let mut buffer = Vec::new();
        let opened = keyring.open(codec.frame(&kept[1..]), fixture::anybody, &mut buffer);
        assert_eq!(opened.map(|opened| opened.frame), Ok(*plain), "{number}");
    }
}

#[test]
fn the_kept_large_frames_are_away_and_go_on() {
    let host = worker::play(include_bytes!("../../corpus/worker/large"));
    // Five are sealed. One of them is opened here, as the first of its stream, and two are not opened,
    // for which garbage came.
    assert_eq!(host.finished(), 7);
}

#[test]
fn the_kept_call_meets_and_hears_a_frame() {
    let world = call::play(include_bytes!("../../corpus/call/media"));
    assert!(world.is_one_group(), "{}", world.describe());
    assert_eq!(world.opened(), 1);
}
