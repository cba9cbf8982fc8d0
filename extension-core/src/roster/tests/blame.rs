//! R17: for how long it is remembered whom we sought in vain.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{shunned::WASTE, *};

/// For how long somebody is left out the second time, in seconds, if it wasn't sought for so long
/// before.
fn second_time(pause: u64) -> Option<u64> {
    let mut shunned = Shunned::default();
    let (sought, rested) = (BTreeSet::from([peer(1)]), Instant(8_000 + pause));
    shunned.seek_for(sought.clone());
    shunned.count(Instant(8_000), WASTE);
    assert!(shunned.is_shunned(Instant(12_999), peer(1)));
    assert!(!shunned.is_shunned(Instant(13_000), peer(1)));
    shunned.seek_for(BTreeSet::new());
    shunned.count(rested, WASTE);
    shunned.seek_for(sought);
    let again = rested + WASTE;
    shunned.count(again, WASTE);
    let is_back = |second: &u64| !shunned.is_shunned(again + Duration::from_secs(*second), peer(1));
    (0..60).find(is_back)
}

#[test]
fn r17_no_more_are_blamed_than_are_kept_track_of() {
    let name = |number: u16| {
        let [high, low] = number.to_be_bytes();
        let mut peer = [high; 16];
        peer[15] = low;
        PeerId(peer)
    };
    let people: BTreeSet<PeerId> = (0..=1024).map(name).collect();
    let mut shunned = Shunned::default();
    shunned.seek_for(people.clone());
    shunned.count(Instant(8_000), WASTE);
    let blamed = people
        .iter()
        .filter(|peer| shunned.is_shunned(Instant(8_001), **peer));
    assert_eq!((people.len(), blamed.count()), (1025, 1024));
}

#[test]
fn r17_after_120_s_somebody_is_as_if_it_had_never_been_sought() {
    assert_eq!(second_time(119_999), Some(10));
    assert_eq!(second_time(120_000), Some(5));
}
