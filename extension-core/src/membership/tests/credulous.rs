//! The machine over groups that take anything for a key package, so that what it refuses by itself
//! shows.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use std::cell::Cell;

use super::*;
use crate::{
    group::{Committed, Merged},
    ids::{BranchDigest, Epoch},
    wire::Company,
};

const US: PeerId = PeerId([1; 16]);
const STRANGER: PeerId = PeerId([2; 16]);
const FRIEND: PeerId = PeerId([6; 16]);
const PACKAGE: KeyPackageRef = KeyPackageRef([3; 32]);
const HERE: Standing = Standing {
    group: GroupId([4; 16]),
    epoch: Epoch(0),
    digest: BranchDigest([5; 8]),
    leaf: Leaf(0),
};

/// One group, which nothing moves; whatever is read is the stranger's key package.
struct Credulous {
    members: Vec<(Leaf, PeerId)>,
    tried: usize,
    read: Cell<usize>,
}

impl Credulous {
    fn with(others: &[PeerId]) -> Self {
        let members = [&[US], others].concat();
        Self {
            members: (0..).map(Leaf).zip(members).collect(),
            tried: 0,
            read: Cell::new(0),
        }
    }
}

impl Groups for Credulous {
    type Group = ();
    type Candidate = ();
    type Joiner = ();
    type MediaKey = ();

    fn peer(&self) -> PeerId {
        US
    }

    fn found(&mut self) -> Result<(), GroupError> {
        Ok(())
    }

    fn candidate(&mut self) -> Result<(), GroupError> {
        Err(GroupError::Internal)
    }

    fn announcement<'c>(&self, _: &'c ()) -> (KeyPackageRef, &'c [u8]) {
        (PACKAGE, &[])
    }

    fn reference(&self, _: &[u8]) -> Option<KeyPackageRef> {
        Some(PACKAGE)
    }

    fn read_key_package(&self, _: &[u8]) -> Result<(), GroupError> {
        self.read.set(self.read.get() + 1);
        Ok(())
    }

    fn joiner(&self, _: &()) -> (PeerId, KeyPackageRef) {
        (STRANGER, PACKAGE)
    }

    fn welcomed(&self, _: &[u8]) -> Vec<KeyPackageRef> {
        Vec::new()
    }

    fn join(
        &mut self,
        (): (),
        _: &[u8],
        _: impl FnOnce(GroupId, &[(Leaf, PeerId)]) -> bool,
    ) -> Result<(), ((), GroupError)> {
        Err(((), GroupError::PeerMisbehaved))
    }

    fn commit(
        &mut self,
        (): &mut (),
        _: &[&()],
        _: &[Leaf],
        _: usize,
    ) -> Result<Committed, GroupError> {
        self.tried += 1;
        Err(GroupError::Full)
    }

    fn receive(&mut self, (): &mut (), _: &[u8]) -> Result<Merged, GroupError> {
        Err(GroupError::PeerMisbehaved)
    }

    fn standing(&self, (): &()) -> Standing {
        HERE
    }

    fn members(&self, (): &()) -> Vec<(Leaf, PeerId)> {
        self.members.clone()
    }

    fn holds(&self, (): &(), (): &()) -> bool {
        false
    }

    fn media_key(&self, (): &()) -> Result<(), GroupError> {
        Ok(())
    }
}

/// Of somebody who stands where we do.
fn here(sequence: u64) -> Beacon {
    Beacon {
        sequence,
        standing: HERE,
        seeks: None,
        presence: Presence::Here,
        company: Company::Together,
        unheard: Unheard::default(),
    }
}

#[test]
fn b5_a_key_package_beyond_its_bound_is_not_even_read() {
    let mut us = Membership::new(Instant(0), Credulous::with(&[]), 0).expect("a group");
    let elsewhere = GroupId([0xff; 16]);
    let wish = Beacon {
        standing: Standing {
            group: elsewhere,
            ..HERE
        },
        seeks: Some(Seek {
            group: HERE.group,
            key_package: PACKAGE,
        }),
        company: Company::Alone,
        ..here(1)
    };
    us.handle_beacon(Instant(0), STRANGER, wish);
    let refused = us.handle_key_package(Instant(0), &[0; 16 * 1024 + 1]);
    assert_eq!(refused, Err(GroupError::PeerMisbehaved));
    assert!(us.archive.packages().is_empty());
    let taken = us.handle_key_package(Instant(0), &[0; 16 * 1024]);
    assert_eq!((taken, us.archive.packages().len()), (Ok(()), 1));
    assert_eq!(us.groups().read.get(), 1);
}

#[test]
fn b5_a_key_package_that_nobody_seeks_by_is_not_even_read() {
    let mut us = Membership::new(Instant(0), Credulous::with(&[]), 0).expect("a group");
    let taken = us.handle_key_package(Instant(0), b"a key package");
    assert_eq!((taken, us.groups().read.get()), (Ok(()), 0));
}

#[test]
fn r15_a_removal_that_the_group_refuses_is_tried_again_once_a_second() {
    let groups = Credulous::with(&[STRANGER, FRIEND]);
    let mut us = Membership::new(Instant(0), groups, 0).expect("a group");
    for now in 0..60_000 {
        if now % 1_000 == 0 {
            us.handle_beacon(Instant(now), FRIEND, here(now));
        }
        if us.poll_timeout().is_some_and(|at| at <= Instant(now)) {
            us.handle_timeout(Instant(now));
        }
        while us.poll_output().is_some() {}
    }
    // One of them renews our own leaf.
    let tried = us.groups().tried;
    assert!((30..=62).contains(&tried), "{tried} times in a minute");
}
