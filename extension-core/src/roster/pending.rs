//! What waits to be committed, and for how long each thing has. A wish that can't be fulfilled is
//! never here, so it can't make anybody overdue; one that could be, and is repeated with another
//! key package, has waited since the first.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::Joins;
use crate::{
    ids::{Epoch, GroupId, Leaf, PeerId},
    time::Instant,
};

/// One thing that waits to be committed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Work {
    Join(PeerId),
    Leave(Leaf),
}

/// Since when each has waited, in one epoch of one group.
#[derive(Clone, Default, Hash)]
pub struct Pending {
    place: Option<(GroupId, Epoch)>,
    work: BTreeSet<Work>,
    since: BTreeMap<Work, Instant>,
}

impl Pending {
    /// Keeps what still waits or is still wished, and notes what is new.
    pub fn update(
        &mut self,
        now: Instant,
        place: (GroupId, Epoch),
        add: &Joins,
        remove: &[Leaf],
        wishes: &BTreeSet<PeerId>,
    ) {
        if self.place != Some(place) {
            self.since.clear();
        }
        self.place = Some(place);
        let joins = add.iter().map(|(peer, _)| Work::Join(*peer));
        let leaves = remove.iter().copied().map(Work::Leave);
        self.work = joins.chain(leaves).collect();
        let work = &self.work;
        self.since.retain(|known, _| {
            work.contains(known) || matches!(known, Work::Join(peer) if wishes.contains(peer))
        });
        for new in &self.work {
            self.since.entry(*new).or_insert(now);
        }
    }

    /// How many things wait.
    pub fn len(&self) -> usize {
        self.work.len()
    }

    /// Since when the oldest has waited.
    pub fn oldest(&self) -> Option<Instant> {
        let waiting = self.work.iter().filter_map(|work| self.since.get(work));
        waiting.min().copied()
    }

    /// R19.
    pub fn handle_sleep(&mut self, slept: Duration) {
        for since in self.since.values_mut() {
            *since = *since + slept;
        }
    }
}
