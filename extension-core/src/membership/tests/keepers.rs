//! Who gets a Welcome: R9 and R12, with real MLS.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use std::{collections::BTreeSet, ops::Range};

use super::*;
use crate::wire::Company;

/// Whom the Welcomes of some milliseconds go to.
fn welcomed(us: &mut Membership<Mls>, span: Range<u64>) -> Vec<BTreeSet<PeerId>> {
    let mut all = Vec::new();
    for now in span {
        us.handle_timeout(Instant(now));
        let said = std::iter::from_fn(|| us.poll_output());
        all.extend(said.filter_map(|output| match output {
            Output::Send(Outgoing::Welcome(_, to)) => Some(to),
            _ => None,
        }));
    }
    all
}

/// Asks to be let in, from a group of its own.
fn asks(us: &mut Membership<Mls>, stranger: &mut Stranger, now: u64) {
    let mut wish = stranger.wish(us.standing().group, Presence::Here);
    wish.standing.group = GroupId([0xff - stranger.seed; 16]);
    us.handle_beacon(Instant(now), stranger.peer(), wish);
    stranger.announces(us, Instant(now));
}

/// Says that it is where we are.
fn stands_here(us: &mut Membership<Mls>, stranger: &mut Stranger, now: u64) {
    let word = Beacon {
        standing: us.standing(),
        company: Company::Together,
        ..stranger.word(Presence::Here)
    };
    us.handle_beacon(Instant(now), stranger.peer(), word);
}

/// We and five others, in one group.
fn six() -> (Membership<Mls>, Vec<Stranger>) {
    let mut us = alone();
    let mut others: Vec<Stranger> = (10..15).map(Stranger::new).collect();
    for stranger in &mut others {
        asks(&mut us, stranger, 0);
    }
    let first = welcomed(&mut us, 0..100);
    let everyone = others.iter().map(Stranger::peer).collect();
    assert_eq!(first, [everyone], "nobody else is there to keep it");
    for stranger in &mut others {
        stands_here(&mut us, stranger, 100);
    }
    (us, others)
}

fn at_leaf(us: &Membership<Mls>, others: &[Stranger], leaf: u32) -> usize {
    let (_, peer) = us.members()[leaf as usize];
    let found = others.iter().position(|stranger| stranger.peer() == peer);
    found.expect("it is one of them")
}

#[test]
fn r12_who_joins_by_a_welcome_or_is_removed_keeps_none() {
    let (mut us, mut others) = six();
    let back: Vec<usize> = [1, 2].map(|leaf| at_leaf(&us, &others, leaf)).into();
    let stay = [3, 4].map(|leaf| others[at_leaf(&us, &others, leaf)].peer());
    assert!(welcomed(&mut us, 100..3_000).is_empty());
    for (number, who) in back.iter().enumerate() {
        let stranger = &mut others[*who];
        let again = Candidate::new(&stranger.identity, rng(90 + number as u8));
        stranger.candidate = again.expect("a key package");
        asks(&mut us, stranger, 3_000);
    }
    let to = welcomed(&mut us, 3_000..3_100);
    let expected = back.iter().map(|who| others[*who].peer()).chain(stay);
    assert_eq!(to, [expected.collect::<BTreeSet<_>>()]);
}

#[test]
fn r9_a_welcome_is_sent_again_to_whoever_lacks_it_alone() {
    let (mut us, _) = six();
    let mut late = Stranger::new(20);
    asks(&mut us, &mut late, 200);
    let first = welcomed(&mut us, 200..1_000);
    assert_eq!(first.len(), 1);
    assert_eq!(first[0].len(), 3, "it and two who keep it");
    let again = welcomed(&mut us, 1_000..1_500);
    assert_eq!(again, [BTreeSet::from([late.peer()])]);
}
