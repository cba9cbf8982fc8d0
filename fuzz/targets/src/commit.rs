//! A Commit (RFC 9420 section 12.4), tried on a group of three: one that is refused leaves the group
//! as it was, and one that is taken moves it by one epoch.

use std::cell::RefCell;

use sotto_core::{
    group::{Group, GroupError, Merged},
    ids::{Epoch, Leaf, PeerId},
};

use crate::fixture::{self, COMMIT, GROUP};

thread_local! {
    /// Joining is what takes longest, and most inputs don't move the group.
    static BOBS: RefCell<Option<Group>> = const { RefCell::new(None) };
}

pub fn run(bytes: &[u8]) {
    let mut group = BOBS.take().unwrap_or_else(fixture::group);
    let before = State::of(&group);
    match group.receive(bytes) {
        Ok(merged) => moved_by_one(&before, &group, &merged),
        Err(error) => {
            assert!(before == State::of(&group), "moved by what it refused");
            assert_ne!(error, GroupError::Internal);
            keep(group, bytes);
        }
    }
}

fn moved_by_one(before: &State, group: &Group, merged: &Merged) {
    if let Merged::Advanced { by, .. } = merged {
        assert!(before.members.iter().any(|(_, member)| member == by));
        assert_eq!(group.epoch(), Epoch(before.epoch.0 + 1));
        assert_ne!(group.epoch_authenticator(), before.authenticator);
    }
}

/// What names the group got far enough to have spoilt something.
fn keep(mut group: Group, bytes: &[u8]) {
    let near = bytes.windows(GROUP.0.len()).any(|bytes| bytes == GROUP.0);
    if near {
        group.receive(COMMIT).expect("the genuine Commit");
    } else {
        BOBS.set(Some(group));
    }
}

#[derive(PartialEq)]
struct State {
    epoch: Epoch,
    authenticator: Vec<u8>,
    members: Vec<(Leaf, PeerId)>,
}

impl State {
    fn of(group: &Group) -> Self {
        Self {
            epoch: group.epoch(),
            authenticator: group.epoch_authenticator().to_vec(),
            members: group.members(),
        }
    }
}
