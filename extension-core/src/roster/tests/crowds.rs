//! What grows with R1's interval: from a hundred participants on, each time is twice as long.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// A hundred others stand there.
fn hear_crowd(roster: &mut Roster, now: Instant, stands: Standing) {
    for number in 100..200 {
        let mut id = [7; 16];
        id[0] = number;
        roster.handle_beacon(now, PeerId(id), beacon(now.0 + 1, stands));
    }
}

/// In a crowd that is with us and was heard now, as all members but these.
fn crowded(now: Instant, us: &Us, but: &[u8]) -> Roster {
    let mut roster = Roster::default();
    hear_crowd(&mut roster, now, us.standing);
    hear_members(&mut roster, now, us, but);
    roster.decide(now, &us.ourselves());
    assert!(roster.is_crowded());
    roster
}

#[test]
fn r2_in_a_crowd_who_has_no_channel_is_given_three_seconds() {
    let us = Us::new(0, 2);
    let mut roster = crowded(Instant(0), &us, &[]);
    roster.handle_link_lost(Instant(0), peer(1));
    assert!(roster.is_live(Instant(2_999), peer(1)));
    assert!(!roster.is_live(Instant(3_000), peer(1)));
}

#[test]
fn r5_in_a_crowd_who_was_not_heard_yet_is_present_for_ten_seconds() {
    let us = Us::new(2, 3);
    let mut roster = crowded(Instant(0), &us, &[0, 1]);
    roster.handle_joined(Instant(0), &us.ourselves(), &[]);
    hear_crowd(&mut roster, Instant(5_000), us.standing);
    let mut silent = |now| {
        roster.decide(Instant(now), &us.ourselves());
        roster.silent_members(Instant(now), &us.ourselves())
    };
    assert_eq!([5_000, 9_999, 10_000].map(&mut silent), [0, 0, 2]);
}

#[test]
fn r6_in_a_crowd_the_weaker_branch_gives_up_after_six_seconds() {
    let us = Us::new(0, 3);
    let mut roster = Roster::default();
    hear_crowd(&mut roster, Instant(0), standing(HOME, 4, 9));
    for (now, place) in [(0, None), (5_999, None), (6_000, Some(HOME))] {
        assert_eq!(seek(&roster.decide(Instant(now), &us.ourselves())), place);
    }
}

#[test]
fn r7_in_a_crowd_who_lags_is_repaired_once_it_was_heard_300_ms_after_the_epoch_came() {
    let us = Us::new(0, 2);
    let ours = Ourselves {
        since: Instant(1_000),
        ..us.ourselves()
    };
    let repairs = |heard: u64, now: u64| {
        let mut roster = crowded(Instant(900), &us, &[]);
        let lags = beacon(heard, standing(HOME, 2, 1));
        roster.handle_beacon(Instant(heard), peer(1), lags);
        has_repair(&roster.decide(Instant(now), &ours))
    };
    assert!(!repairs(902, 5_000));
    assert!(!repairs(1_299, 5_000));
    assert!(repairs(1_300, 1_300));
}

#[test]
fn r20_in_a_crowd_who_is_not_heard_for_four_seconds_is_asked_for() {
    let us = Us::new(0, 2);
    let roster = crowded(Instant(0), &us, &[]);
    let lacks = |now| roster.unheard(Instant(now), &us.ourselves());
    assert_eq!(lacks(3_999), Unheard::default());
    assert!(lacks(4_000).of_peer(peer(1)).is_some());
}
