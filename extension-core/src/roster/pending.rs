//! What waits to be committed, and for how long each thing has. A wish that can't be fulfilled is
//! never here, so it can't make anybody overdue.

use std::collections::{BTreeMap, BTreeSet};

use super::Joins;
use crate::{
    ids::{Epoch, KeyPackageRef, Leaf},
    time::Instant,
};

/// One thing that waits to be committed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Work {
    Join(KeyPackageRef),
    Leave(Leaf),
}

/// Since when each has waited, in one epoch.
#[derive(Clone, Default, Hash)]
pub struct Pending {
    epoch: Option<Epoch>,
    since: BTreeMap<Work, Instant>,
}

impl Pending {
    /// Keeps what still waits, and notes what is new.
    pub fn update(&mut self, now: Instant, epoch: Epoch, add: &Joins, remove: &[Leaf]) {
        let joins = add.iter().map(|(_, reference)| Work::Join(*reference));
        let work: BTreeSet<Work> = joins
            .chain(remove.iter().copied().map(Work::Leave))
            .collect();
        if self.epoch != Some(epoch) {
            self.since.clear();
        }
        self.epoch = Some(epoch);
        self.since.retain(|known, _| work.contains(known));
        for new in work {
            self.since.entry(new).or_insert(now);
        }
    }

    /// How many things wait.
    pub fn len(&self) -> usize {
        self.since.len()
    }

    /// Since when the oldest has waited.
    pub fn oldest(&self) -> Option<Instant> {
        self.since.values().min().copied()
    }
}
