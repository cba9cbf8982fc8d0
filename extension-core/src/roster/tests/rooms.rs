//! R21: in a room, where messages are slow, what may be on its way is waited for.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

fn room(busy: bool) -> Roster {
    let mut roster = Roster::default();
    assert!(roster.handle_medium(Medium::Room { busy }));
    roster
}

fn newcomer(roster: &mut Roster, now: Instant, number: u8) {
    let wish = seeking(now.0 + 1, standing(HIGHER, 0, 0), HOME);
    roster.handle_beacon(now, peer(number), wish);
}

/// When something is first committed, asked every 10 ms, while somebody seeks us and everyone but
/// these is heard.
fn commits_at(roster: &mut Roster, us: &Us, from: u64, but: &[u8]) -> Option<u64> {
    (from..40_000).step_by(10).find(|at| {
        let now = Instant(*at);
        if at % 500 == 0 {
            hear_members(roster, now, us, but);
            newcomer(roster, now, 10);
        }
        commit(&roster.decide(now, &us.ourselves())).is_some()
    })
}

#[test]
fn r21_each_rank_waits_six_seconds_in_a_room() {
    let (us, mut roster) = (Us::new(2, 4), room(false));
    hear_members(&mut roster, Instant(0), &us, &[]);
    let mut committed = |now| {
        newcomer(&mut roster, Instant(now), 10);
        hear_members(&mut roster, Instant(now), &us, &[]);
        commit(&roster.decide(Instant(now), &us.ourselves())).is_some()
    };
    let times = [0, 4_000, 8_000, 12_049, 12_050];
    assert_eq!(
        times.map(&mut committed),
        [false, false, false, false, true]
    );
}

#[test]
fn r21_who_waits_behind_somebody_who_goes_gives_the_next_one_as_long() {
    let (us, mut roster) = (Us::new(2, 3), room(false));
    hear_members(&mut roster, Instant(0), &us, &[]);
    let goes_at_5_s = commits_at(&mut roster, &us, 0, &[0]);
    assert_eq!(goes_at_5_s, Some(5_000 + 6_000 + 50));
}

#[test]
fn r21_nobody_is_put_off_for_ever_by_those_who_come_and_go_before_it() {
    let (us, mut roster) = (Us::new(2, 3), room(false));
    let committed = (0..40_000u64).step_by(100).find(|now| {
        let now = Instant(*now);
        newcomer(&mut roster, now, 10);
        hear_members(&mut roster, now, &us, &[0]);
        let stands = standing(HOME, 3, 0);
        let says = [beacon(now.0 + 1, stands), seeking(now.0 + 1, stands, HOME)];
        let flaps = says[(now.0 / 500 % 2) as usize].clone();
        roster.handle_beacon(now, peer(0), flaps);
        commit(&roster.decide(now, &us.ourselves())).is_some()
    });
    assert!(committed.is_some_and(|at| at <= 24_100), "{committed:?}");
}

#[test]
fn r21_nothing_is_committed_while_our_last_change_has_not_all_gone() {
    let (us, mut roster) = (Us::new(0, 2), room(true));
    hear_members(&mut roster, Instant(0), &us, &[]);
    newcomer(&mut roster, Instant(0), 10);
    for now in [0, 50, 3_000] {
        let steps = roster.decide(Instant(now), &us.ourselves());
        assert_eq!(commit(&steps), None, "{now} ms");
        let soon = Instant(now + 100);
        assert!(matches!(steps.last(), Some(Step::Wait(Some(at))) if *at <= soon));
    }
    assert!(roster.handle_medium(Medium::Room { busy: false }));
    assert!(commit(&roster.decide(Instant(3_100), &us.ourselves())).is_some());
}

#[test]
fn r21_a_key_package_that_is_on_its_way_is_waited_for_a_second_at_most() {
    let mut us = Us::new(0, 2);
    us.packages.remove(&(peer(11), PACKAGE));
    let mut roster = room(false);
    hear_members(&mut roster, Instant(0), &us, &[]);
    newcomer(&mut roster, Instant(0), 10);
    newcomer(&mut roster, Instant(0), 11);
    let at = commits_at(&mut roster, &us, 0, &[]);
    assert_eq!(at, Some(1_000), "without it");
    let mut roster = room(false);
    hear_members(&mut roster, Instant(0), &us, &[]);
    newcomer(&mut roster, Instant(0), 10);
    newcomer(&mut roster, Instant(0), 11);
    roster.decide(Instant(0), &us.ourselves());
    us.packages.insert((peer(11), PACKAGE));
    let steps = roster.decide(Instant(300), &us.ourselves());
    assert_eq!(commit(&steps), Some((vec![peer(10), peer(11)], vec![])));
}

#[test]
fn r21_who_was_added_has_fifteen_seconds_to_come_as_long_as_it_is_heard() {
    let us = Us::new(0, 2);
    let removed = |is_heard: bool| {
        let mut roster = room(false);
        let elsewhere = |now| beacon(now + 1, standing(HIGHER, 0, 0));
        roster.handle_beacon(Instant(0), peer(1), elsewhere(0));
        roster.handle_added(Instant(10), peer(1), PACKAGE, peer(0));
        (10..40_000u64).step_by(10).find(|now| {
            if is_heard && now % 500 == 0 {
                roster.handle_beacon(Instant(*now), peer(1), elsewhere(*now));
            }
            commit(&roster.decide(Instant(*now), &us.ourselves())).is_some()
        })
    };
    assert_eq!(removed(true), Some(15_060));
    assert_eq!(
        removed(false),
        Some(5_060),
        "who is silent has its usual time"
    );
}

#[test]
fn r21_nobody_is_added_again_within_six_seconds() {
    let (us, mut roster) = (Us::new(0, 2), room(false));
    roster.handle_added(Instant(0), peer(1), KeyPackageRef([8; 32]), peer(0));
    let mut added = |now: u64| {
        let again = seeking(now, standing(HOME, 2, 1), HOME);
        roster.handle_beacon(Instant(now), peer(1), again);
        commit(&roster.decide(Instant(now), &us.ourselves())).is_some()
    };
    let times = [10, 3_000, 5_990, 6_000, 6_050];
    assert_eq!(times.map(&mut added), [false, false, false, false, true]);
}

#[test]
fn r21_a_branch_that_may_be_ahead_has_nine_seconds_and_who_lags_900_ms() {
    let us = Us::new(0, 3);
    let mut roster = room(false);
    let mut seeks = |now| {
        for number in [1, 2] {
            let ahead = beacon(now + 1, standing(HOME, 4, number.into()));
            roster.handle_beacon(Instant(now), peer(number), ahead);
        }
        seek(&roster.decide(Instant(now), &us.ourselves())).is_some()
    };
    assert_eq!(
        [0, 4_000, 8_999, 9_000].map(&mut seeks),
        [false, false, false, true]
    );
    let mut roster = room(false);
    roster.handle_beacon(Instant(0), peer(1), beacon(1, standing(HOME, 2, 1)));
    let mut repairs = |now| has_repair(&roster.decide(Instant(now), &us.ourselves()));
    assert_eq!([899, 900].map(&mut repairs), [false, true]);
}

#[test]
fn r21_a_group_is_sought_for_24_seconds_in_vain() {
    let (us, mut roster) = (Us::new(0, 1), room(false));
    let mut seeks = |second: u64| {
        let now = Instant(second * 1_000);
        roster.handle_beacon(now, peer(10), beacon(second + 1, standing(LOWER, 9, 0)));
        seek(&roster.decide(now, &us.ourselves())).is_some()
    };
    let sought: Vec<_> = (0..60).filter(|second| seeks(*second)).collect();
    assert_eq!(sought, spans(&[(0, 24), (29, 53)]));
}

#[test]
fn r21_others_send_a_welcome_again_three_times_later() {
    let us = Us::new(0, 3);
    let mut roster = room(false);
    hear_members(&mut roster, Instant(0), &us, &[2]);
    newcomer(&mut roster, Instant(0), 2);
    roster.handle_added(Instant(0), peer(2), PACKAGE, peer(1));
    let mut sends = |now| {
        let steps = roster.decide(Instant(now), &us.ourselves());
        steps.contains(&Step::Rewelcome(peer(2)))
    };
    assert_eq!([2_000, 4_500].map(&mut sends), [false, false]);
    hear_members(&mut roster, Instant(4_500), &us, &[2]);
    newcomer(&mut roster, Instant(4_500), 2);
    let mut sends = |now| {
        let steps = roster.decide(Instant(now), &us.ourselves());
        steps.contains(&Step::Rewelcome(peer(2)))
    };
    assert_eq!([5_999, 6_000].map(&mut sends), [false, true]);
}

#[test]
fn r20_whose_frames_come_is_heard_and_not_asked_for() {
    let (us, mut roster) = (Us::new(0, 2), room(false));
    hear_members(&mut roster, Instant(0), &us, &[]);
    let asked = |roster: &Roster, now| {
        let now = Instant(now);
        let (us, who) = (us.ourselves(), peer(1));
        let lacks = roster.unheard(now, &us).of_peer(who).is_some();
        assert_eq!(usize::from(lacks), roster.apart(now, &us));
        lacks
    };
    roster.note_media(Instant(1_500), peer(1));
    assert_eq!(
        [2_000, 3_499, 3_500].map(|now| asked(&roster, now)),
        [false, false, true]
    );
}
