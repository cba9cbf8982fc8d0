//! What waits to be committed, and for how long each thing has. A wish that can't be fulfilled is
//! never here, so it can't make anybody overdue; one that could be, and is repeated with another
//! key package, has waited since the first.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{BATCH, Joins};
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

/// Since when each has waited: in one epoch, and in one group.
#[derive(Clone, Default, Hash)]
pub struct Pending {
    place: Option<(GroupId, Epoch)>,
    work: BTreeSet<Work>,
    since: BTreeMap<Work, Instant>,
    first: BTreeMap<Work, Instant>,
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
        let joins = add.iter().map(|(peer, _)| Work::Join(*peer));
        let leaves = remove.iter().copied().map(Work::Leave);
        self.work = joins.chain(leaves).collect();
        let work = &self.work;
        if self.place != Some(place) {
            self.since.clear();
            let stays = self.place.is_some_and(|(group, _)| group == place.0);
            self.first.retain(|known, _| stays && work.contains(known));
        }
        self.place = Some(place);
        for times in [&mut self.since, &mut self.first] {
            times.retain(|known, _| {
                work.contains(known) || matches!(known, Work::Join(peer) if wishes.contains(peer))
            });
            for new in work {
                times.entry(*new).or_insert(now);
            }
        }
    }

    /// R3: when the designated committer commits. Whoever makes epoch after epoch can't have it wait
    /// for ever: it counts through them what is longer than [`BATCH`].
    pub fn due(&self, batch: Duration) -> Option<Instant> {
        let times = self.work.iter().filter_map(|work| {
            let (since, first) = (self.since.get(work)?, self.first.get(work)?);
            Some((*since + BATCH).max(*first + batch))
        });
        times.min()
    }

    /// Since when somebody has waited in this group.
    pub fn first(&self, joiner: PeerId) -> Option<Instant> {
        self.first.get(&Work::Join(joiner)).copied()
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
        for since in self.since.values_mut().chain(self.first.values_mut()) {
            *since = *since + slept;
        }
    }
}
