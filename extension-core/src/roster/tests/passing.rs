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
