//! R20: who passes on what somebody doesn't hear.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const NOW: Instant = Instant(10_000);

/// How much each of these passes on to 5, who doesn't hear 0, where others don't either.
fn passed_by<const N: usize>(ours: [u32; N], others: &[u8]) -> [usize; N] {
    let lacks: Vec<(u8, &[u8])> = others.iter().map(|who| (*who, &[0][..])).collect();
    ours.map(|own| {
        let us = Us::new(own, 6);
        let mut roster = hears_but(&us, &[&lacks[..], &[(5, &[0])]].concat(), &[]);
        roster.passes(NOW, &us.ourselves(), peer(5)).len()
    })
}

#[test]
fn r20_the_two_lowest_that_hear_it_pass_a_beacon_on_and_no_more() {
    assert_eq!(passed_by([1, 2, 3, 4], &[]), [1, 1, 0, 0]);
}

#[test]
fn r20_who_does_not_hear_somebody_itself_leaves_it_to_those_who_do() {
    assert_eq!(passed_by([2, 3, 4], &[1]), [1, 1, 0]);
    assert_eq!(passed_by([4], &[1, 2, 3]), [1]);
}

#[test]
fn r20_where_nobody_hears_somebody_the_two_lowest_pass_on_what_they_have() {
    let lacks: [(u8, &[u8]); 5] = [1, 2, 3, 4, 5].map(|who| (who, &[0][..]));
    let passed = [1, 2, 3, 4].map(|own| {
        let us = Us::new(own, 6);
        let mut roster = hears_but(&us, &lacks, &[0]);
        roster.handle_passed_on(NOW, peer(0), beacon(7, standing(HOME, 3, 0)));
        roster.passes(NOW, &us.ourselves(), peer(5))
    });
    let one = vec![(peer(0), peer(5))];
    assert_eq!(passed, [one.clone(), one, vec![], vec![]]);
}

#[test]
fn r20_in_a_room_what_goes_to_one_is_noted_for_all_who_hear_us() {
    for (medium, first, then) in [
        (Medium::Channels, &[5][..], &[4][..]),
        (Medium::Room { busy: false }, &[3, 4, 5], &[]),
    ] {
        let us = Us::new(1, 7);
        let lacks: [(u8, &[u8]); 4] = [(3, &[0]), (4, &[0]), (5, &[0]), (6, &[0, 1])];
        let mut roster = hears_but(&us, &lacks, &[]);
        roster.handle_medium(medium);
        let mut to = |heard| {
            let passes = roster.passes(NOW, &us.ourselves(), peer(heard));
            passes.into_iter().map(|(_, to)| to).collect::<Vec<_>>()
        };
        let peers = |ids: &[u8]| ids.iter().map(|id| peer(*id)).collect::<Vec<_>>();
        assert_eq!([to(5), to(4)], [peers(first), peers(then)]);
    }
}

const ROOM: Medium = Medium::Room { busy: false };

#[test]
fn r20_in_a_room_who_does_not_hear_the_asker_leaves_it_to_those_who_do() {
    for (medium, passed) in [(Medium::Channels, false), (ROOM, true)] {
        let us = Us::new(4, 6);
        let lacks: [(u8, &[u8]); 4] = [(1, &[5]), (2, &[5]), (3, &[5]), (5, &[0])];
        let mut roster = hears_but(&us, &lacks, &[]);
        roster.handle_medium(medium);
        let passes = roster.passes(NOW, &us.ourselves(), peer(5));
        assert_eq!(passes.contains(&(peer(0), peer(5))), passed);
    }
}

#[test]
fn r20_in_a_room_a_stranger_has_nothing_passed_on_and_keeps_nobody_from_it() {
    let us = Us::new(4, 6);
    let mut roster = hears_but(&us, &[(5, &[0]), (1, &[5]), (2, &[5]), (3, &[5])], &[]);
    roster.handle_medium(ROOM);
    // Of lower ids than ours.
    for first in [0, 3] {
        let mut id = peer(first);
        id.0[15] += 1;
        let unheard = Unheard::of([Lack {
            peer: peer(1),
            sequence: 0,
        }]);
        let asks = Beacon {
            unheard,
            ..beacon(1, standing(HOME, 3, 9))
        };
        roster.handle_beacon(NOW, id, asks);
        assert_eq!(roster.passes(NOW, &us.ourselves(), id), []);
    }
    let passes = roster.passes(NOW, &us.ourselves(), peer(5));
    assert!(passes.contains(&(peer(0), peer(5))));
}
