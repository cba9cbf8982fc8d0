//! R1 among a hundred and more: what is still said at once, and what can wait.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{group::Group, ids::BranchDigest, ids::Epoch, wire::Company};

/// Of somebody who stands there and seeks nothing.
fn stands(sequence: u64, standing: Standing) -> Beacon {
    Beacon {
        sequence,
        standing,
        seeks: None,
        presence: Presence::Here,
        company: Company::Alone,
        unheard: Unheard::default(),
    }
}

/// A place that is no better than ours.
fn elsewhere(number: u8) -> Standing {
    Standing {
        group: GroupId([number; 16]),
        epoch: Epoch(0),
        digest: BranchDigest([1; 8]),
        leaf: Leaf(0),
    }
}

fn stranger(number: u8) -> PeerId {
    PeerId([number; 16])
}

/// A hundred are heard, each in a group of its own.
fn hear_crowd(us: &mut Membership<Mls>, now: u64) {
    for number in 150..250 {
        let beacon = stands(now + 1, elsewhere(number));
        us.handle_beacon(Instant(now), stranger(number), beacon);
    }
}

/// Us, alone in a crowd since just now, by 100 ms.
fn in_a_crowd() -> Membership<Mls> {
    let mut us = alone();
    hear_crowd(&mut us, 0);
    speaks(&mut us, 0..100);
    assert!(us.roster.is_crowded() && us.seeks().is_none());
    us
}

/// When it says a beacon meanwhile, in ms.
fn speaks(us: &mut Membership<Mls>, span: std::ops::Range<u64>) -> Vec<u64> {
    let mut spoke = Vec::new();
    for now in span {
        us.handle_timeout(Instant(now));
        let said = std::iter::from_fn(|| us.poll_output());
        let beacons = said.filter(|it| matches!(it, Output::Send(Outgoing::Beacon(_))));
        spoke.extend(beacons.map(|_| now));
    }
    spoke
}

/// Somebody with a group that is better than ours.
struct Host {
    mls: Mls,
    group: Group,
}

impl Host {
    fn new() -> Self {
        let mut mls = Mls::new(rng(99));
        let group = mls.found().expect("a group");
        Self { mls, group }
    }

    fn is_heard(&self, us: &mut Membership<Mls>, now: u64, presence: Presence) {
        let beacon = Beacon {
            presence,
            company: Company::Together,
            ..stands(now, self.mls.standing(&self.group))
        };
        us.handle_beacon(Instant(now), self.mls.peer(), beacon);
    }

    /// Renews its leaf.
    fn renews(&mut self) -> Vec<u8> {
        let renewal = self.mls.commit(&mut self.group, &[], &[], usize::MAX);
        renewal.expect("a Commit").commit
    }

    /// Adds us, who seek it.
    fn welcomes(&mut self, us: &mut Membership<Mls>, now: u64) {
        let announced = us.wish.seeking().expect("it seeks").candidate.message();
        let joiner = self.mls.read_key_package(announced).expect("well-formed");
        let committed = self
            .mls
            .commit(&mut self.group, &[&joiner], &[], usize::MAX);
        let welcome = committed.expect("a Commit").welcome.expect("it adds");
        us.handle_welcome(Instant(now), &welcome).expect("joined");
    }
}

#[test]
fn r1_in_a_crowd_who_seeks_nothing_speaks_every_two_seconds() {
    let mut us = in_a_crowd();
    assert_eq!(speaks(&mut us, 100..6_500), [2_020, 4_020, 6_020]);
}

#[test]
fn r1_in_a_crowd_who_seeks_speaks_at_once_and_every_second_until_it_has_joined_or_ceased() {
    for joins in [true, false] {
        let (mut us, mut host) = (in_a_crowd(), Host::new());
        host.is_heard(&mut us, 1_000, Presence::Here);
        assert_eq!(speaks(&mut us, 1_000..3_500), [1_000, 2_000, 3_000]);
        if joins {
            host.welcomes(&mut us, 3_500);
        } else {
            host.is_heard(&mut us, 3_500, Presence::Leaving);
        }
        let then = speaks(&mut us, 3_500..3_600);
        assert_eq!(then.len(), 1, "joins: {joins}");
        let first = then[0];
        assert_eq!(speaks(&mut us, 3_600..6_000), [first + 2_000]);
    }
}

#[test]
fn r1_in_a_crowd_nobody_speaks_at_once_for_a_newcomer_a_channel_or_anothers_commit() {
    let (mut us, mut host) = (in_a_crowd(), Host::new());
    host.is_heard(&mut us, 1_000, Presence::Here);
    speaks(&mut us, 1_000..1_500);
    host.welcomes(&mut us, 1_500);
    let joined = speaks(&mut us, 1_500..2_000);
    assert_eq!(joined.len(), 1);
    us.handle_beacon(Instant(2_000), stranger(251), stands(1, elsewhere(251)));
    us.handle_link(Instant(2_100));
    us.handle_link_lost(Instant(2_200), stranger(151));
    us.handle_commit(Instant(2_300), &host.renews())
        .expect("merged");
    assert_eq!(us.standing().epoch, Epoch(2));
    assert_eq!(speaks(&mut us, 2_000..3_600), [joined[0] + 2_000]);
}

#[test]
fn r1_in_a_crowd_who_committed_says_so_at_once() {
    let mut us = in_a_crowd();
    let mut newcomer = Stranger::new(10);
    let wish = newcomer.wish(us.standing().group, Presence::Here);
    us.handle_beacon(Instant(1_000), newcomer.peer(), wish);
    newcomer.announces(&mut us, Instant(1_000));
    assert_eq!(speaks(&mut us, 1_000..1_500).len(), 1);
    assert_eq!(us.members().len(), 2);
}

#[test]
fn r7_in_a_crowd_who_lags_is_repaired_once_it_says_so_again() {
    let (mut us, mut host) = (in_a_crowd(), Host::new());
    host.is_heard(&mut us, 1_000, Presence::Here);
    speaks(&mut us, 1_000..1_500);
    host.welcomes(&mut us, 1_500);
    let ended = host.mls.standing(&host.group);
    us.handle_commit(Instant(2_000), &host.renews())
        .expect("merged");
    let lags = |us: &mut Membership<Mls>, now: u64| {
        us.handle_beacon(Instant(now), host.mls.peer(), stands(now, ended));
        let said = std::iter::from_fn(|| us.poll_output());
        said.filter(|it| matches!(it, Output::Send(Outgoing::Repair(..))))
            .count()
    };
    assert_eq!(lags(&mut us, 2_100), 0);
    speaks(&mut us, 2_100..4_000);
    assert_eq!(lags(&mut us, 4_000), 1);
}
