//! B2: what comes again on its sender's channel, or on one that seems to be.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

fn asks_for(roster: &Roster, us: &Us, now: Instant, whom: u8) -> bool {
    let unheard = roster.unheard(now, &us.ourselves());
    unheard.of_peer(peer(whom)).is_some()
}

#[test]
fn b2_the_last_beacon_played_on_a_fresh_channel_says_nothing() {
    let us = Us::new(0, 2);
    let mut roster = hears_but(&us, &[], &[]);
    let last = beacon(7, standing(HOME, 3, 1));
    roster.handle_link_lost(Instant(10_500), peer(1));
    for now in (10_600..12_000).step_by(100).map(Instant) {
        let news = roster.handle_beacon(now, peer(1), last.clone());
        assert_eq!(news, News::Stale);
        assert!(asks_for(&roster, &us, now, 1));
    }
    assert!(!roster.is_live(Instant(12_000), peer(1)));
}

#[test]
fn b2_what_was_passed_on_comes_by_itself_once() {
    let us = Us::new(0, 2);
    let mut roster = hears_but(&us, &[], &[]);
    let passed_on = beacon(8, standing(HOME, 3, 1));
    roster.handle_passed_on(Instant(12_000), peer(1), passed_on.clone());
    assert!(asks_for(&roster, &us, Instant(12_000), 1));
    for now in [12_100, 14_000].map(Instant) {
        let news = roster.handle_beacon(now, peer(1), passed_on.clone());
        assert_eq!(news, News::Stale);
        assert!(!asks_for(&roster, &us, now, 1));
    }
    assert!(asks_for(&roster, &us, Instant(14_100), 1));
}
