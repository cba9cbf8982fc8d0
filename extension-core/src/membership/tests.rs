//! The machine by itself, with real MLS: what the explorer, whose people are honest, doesn't send.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod commits;
mod credulous;
mod crowds;
mod keepers;

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;

use super::*;
use crate::{
    group::{Candidate, Group, Joiner, Mls},
    identity::Identity,
};

fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

fn alone() -> Membership<Mls> {
    Membership::new(Instant(0), Mls::new(rng(1)), 0).expect("a group")
}

/// Somebody else, who stands in a group of its own.
struct Stranger {
    seed: u8,
    identity: Identity,
    candidate: Candidate,
    sequence: u64,
}

impl Stranger {
    fn new(seed: u8) -> Self {
        let identity = Identity::generate(&mut rng(seed));
        let candidate = Candidate::new(&identity, rng(seed)).expect("a key package");
        Self {
            seed,
            identity,
            candidate,
            sequence: 0,
        }
    }

    fn peer(&self) -> PeerId {
        self.identity.peer()
    }

    /// Sends its key package.
    fn announces(&self, us: &mut Membership<Mls>, now: Instant) {
        let outcome = us.handle_key_package(now, self.candidate.message());
        outcome.expect("well-formed");
    }

    /// A beacon that seeks nothing, from where it stands.
    fn word(&mut self, presence: Presence) -> Beacon {
        Beacon {
            seeks: None,
            ..self.wish(GroupId([0; 16]), presence)
        }
    }

    /// A beacon that seeks a group by the stranger's own key package.
    fn wish(&mut self, target: GroupId, presence: Presence) -> Beacon {
        self.sequence += 1;
        let standing = Standing {
            group: GroupId([0xff; 16]),
            epoch: crate::ids::Epoch(0),
            digest: crate::ids::BranchDigest([1; 8]),
            leaf: Leaf(0),
        };
        let seeks = Some(Seek {
            group: target,
            key_package: self.candidate.reference(),
        });
        Beacon {
            sequence: self.sequence,
            standing,
            seeks,
            presence,
            company: crate::wire::Company::Alone,
            unheard: Unheard::default(),
        }
    }
}

#[test]
fn b5_key_packages_of_those_who_are_gone_are_not_kept() {
    let mut us = alone();
    let here = us.standing().group;
    for number in 0..30 {
        let now = Instant(u64::from(number) * 10);
        let mut stranger = Stranger::new(number + 10);
        us.handle_beacon(now, stranger.peer(), stranger.wish(here, Presence::Here));
        stranger.announces(&mut us, now);
        assert!(us.archive.packages().len() <= 2, "at {number}");
        us.handle_beacon(now, stranger.peer(), stranger.wish(here, Presence::Leaving));
    }
}

#[test]
fn b5_a_key_package_for_another_group_is_not_kept() {
    let mut us = alone();
    let mut stranger = Stranger::new(10);
    let wish = stranger.wish(GroupId([3; 16]), Presence::Here);
    us.handle_beacon(Instant(0), stranger.peer(), wish);
    stranger.announces(&mut us, Instant(0));
    assert!(us.archive.packages().is_empty());
}

#[test]
fn b5_a_key_package_that_nobody_announced_is_not_kept() {
    let mut us = alone();
    let here = us.standing().group;
    let [mut stranger, other] = [10, 11].map(Stranger::new);
    let wish = stranger.wish(here, Presence::Here);
    us.handle_beacon(Instant(0), stranger.peer(), wish);
    other.announces(&mut us, Instant(0));
    assert!(us.archive.packages().is_empty());
}

#[test]
fn b5_a_key_package_that_its_owner_names_no_more_is_not_kept() {
    let mut us = alone();
    let here = us.standing().group;
    let mut stranger = Stranger::new(10);
    let peer = stranger.peer();
    us.handle_beacon(Instant(0), peer, stranger.wish(here, Presence::Here));
    stranger.announces(&mut us, Instant(0));
    us.handle_timeout(Instant(10));
    assert_eq!(us.archive.packages().len(), 1);
    let another = Candidate::new(&stranger.identity, rng(99));
    stranger.candidate = another.expect("a key package");
    us.handle_beacon(Instant(11), peer, stranger.wish(here, Presence::Here));
    us.handle_timeout(Instant(20));
    assert!(us.archive.packages().is_empty());
}

#[test]
fn r19_what_is_heard_on_waking_is_heard_now_and_not_later() {
    let mut us = alone();
    us.handle_timeout(Instant(0));
    let mut stranger = Stranger::new(10);
    let night = 8 * 3600 * 1000;
    let wish = stranger.wish(GroupId([3; 16]), Presence::Here);
    us.handle_beacon(Instant(night), stranger.peer(), wish);
    assert!(us.is_live(Instant(night + 4999), stranger.peer()));
    assert!(!us.is_live(Instant(night + 5000), stranger.peer()));
}

#[test]
fn r13_a_refused_welcome_leaves_the_wish_as_it_was() {
    let mut us = alone();
    let mut stranger = Stranger::new(10);
    let elsewhere = Beacon {
        seeks: None,
        standing: Standing {
            epoch: crate::ids::Epoch(9),
            ..stranger.wish(GroupId([0; 16]), Presence::Here).standing
        },
        ..stranger.wish(GroupId([0; 16]), Presence::Here)
    };
    us.handle_beacon(Instant(0), stranger.peer(), elsewhere);
    let (key_package, target) = us.awaited().next().expect("it seeks");
    let mut thief = Mls::new(rng(99));
    let mut trap = thief.found().expect("a group");
    let announced = us.wish.seeking().expect("it seeks").candidate.message();
    let joiner = thief.read_key_package(announced).expect("a key package");
    let committed = thief
        .commit(&mut trap, &[&joiner], &[], usize::MAX)
        .expect("a commit");
    let welcome = committed.welcome.expect("it adds");
    assert!(us.handle_welcome(Instant(1), &welcome).is_err());
    assert_eq!(us.seeks(), Some(target));
    assert_eq!(us.awaited().next(), Some((key_package, target)));
}

/// A group id is no secret: a thief founds a group under the one that is sought, and says that it
/// stands there.
#[test]
fn r13_a_welcome_is_taken_only_into_a_group_with_half_of_those_who_stand_there() {
    let mut us = alone();
    let [mut ana, mut ben, mut thief] = [10, 11, 12].map(Stranger::new);
    for stranger in [&mut ana, &mut ben] {
        let word = stranger.word(Presence::Here);
        us.handle_beacon(Instant(0), stranger.peer(), word);
    }
    us.handle_timeout(Instant(5));
    let wanted = us.awaited().next().expect("it seeks");
    let mut trap = Group::found(&thief.identity, wanted.1, rng(99)).expect("a group");
    let announced = us.wish.seeking().expect("it seeks").candidate.message();
    let joiner = Joiner::parse(announced).expect("a key package");
    let committed = trap.commit(&thief.identity, &[&joiner], &[]);
    let welcome = committed.expect("a commit").welcome.expect("it adds");
    let refused = Err(GroupError::PeerMisbehaved);
    assert_eq!(us.handle_welcome(Instant(6), &welcome), refused, "0 of 2");
    us.handle_beacon(Instant(7), thief.peer(), thief.word(Presence::Here));
    assert_eq!(us.handle_welcome(Instant(8), &welcome), refused, "1 of 3");
    assert_eq!(us.awaited().next(), Some(wanted));
    us.handle_beacon(Instant(9), ben.peer(), ben.word(Presence::Leaving));
    assert_eq!(us.handle_welcome(Instant(10), &welcome), Ok(()), "1 of 2");
}

#[test]
fn r13_half_of_those_who_stand_there_are_enough_and_nobody_is_not() {
    let peer = |number| PeerId([number; 16]);
    let fits = |members: &[u8], there: &[u8]| {
        let members: Vec<_> = members.iter().map(|it| (Leaf(0), peer(*it))).collect();
        let there: Vec<_> = there.iter().map(|it| peer(*it)).collect();
        act::holds_most(&members, &there)
    };
    assert!(fits(&[1], &[1]) && fits(&[1], &[1, 2]) && fits(&[1, 2, 4], &[1, 2, 3]));
    assert!(!fits(&[1], &[1, 2, 3]) && !fits(&[1], &[2]));
    assert!(!fits(&[1], &[]) && !fits(&[], &[]));
}

#[test]
fn r1_nobody_makes_us_speak_more_than_every_20_ms() {
    let mut us = alone();
    let mut stranger = Stranger::new(10);
    let mut beacons = 0;
    for now in (0..10_000).map(Instant) {
        let mut wish = stranger.wish(GroupId([3; 16]), Presence::Here);
        wish.standing.group = GroupId([now.0 as u8; 16]);
        wish.standing.epoch = crate::ids::Epoch(now.0);
        us.handle_beacon(now, stranger.peer(), wish);
        us.handle_link(now);
        let said = std::iter::from_fn(|| us.poll_output());
        beacons += said
            .filter(|it| matches!(it, Output::Send(Outgoing::Beacon(_))))
            .count();
    }
    assert!((10..=500).contains(&beacons), "{beacons}");
}
