//! The end that every run must come to: everyone in one group, with nothing left to do.

use std::{collections::BTreeSet, time::Duration};

use sotto_core::{call::Call, ids::PeerId};

use super::{PATIENCE, Slot, World};
use crate::checker::Violation;

const LOOK: Duration = Duration::from_millis(10);
const LASTING: Duration = Duration::from_secs(12);
/// A Commit of members that renew their keys in turn may be on its way whenever one looks.
const UNDER_WAY: Duration = Duration::from_secs(2);

impl World {
    /// Waits for it, and says how long it took. One group for a moment is none: it must still be
    /// there when every time limit that may be running is over.
    pub(super) fn await_one_group(&mut self) -> Option<Duration> {
        let took = self.one_group_within(PATIENCE)?;
        self.run_until(self.now + LASTING);
        self.one_group_within(UNDER_WAY)?;
        Some(took)
    }

    fn one_group_within(&mut self, patience: Duration) -> Option<Duration> {
        let from = self.now;
        while self.now.since(from) < patience {
            self.run_until(self.now + LOOK);
            if self.is_one_group() {
                return Some(self.now.since(from));
            }
        }
        let places = self.places();
        self.hold(Err(Violation::NotOneGroup(places)));
        None
    }

    pub(super) fn is_one_group(&self) -> bool {
        let mut there = self.slots.iter().filter(|slot| slot.counts());
        let Some(first) = there.next() else {
            return true;
        };
        let Some((_, None)) = first.place() else {
            return false;
        };
        let here = first.epoch();
        there.all(|slot| {
            slot.epoch() == here && slot.place().is_some_and(|(_, seeks)| seeks.is_none())
        }) && self.holds_everyone(first)
    }

    fn holds_everyone(&self, slot: &Slot) -> bool {
        let here = self.slots.iter().filter(|slot| slot.counts());
        let alive: BTreeSet<PeerId> = here.filter_map(Slot::call).map(Call::peer).collect();
        let members = slot.call().map(Call::members).unwrap_or_default();
        members.len() == alive.len() && members.iter().all(|(_, peer)| alive.contains(peer))
    }

    fn places(&self) -> String {
        let slots = self.slots.iter().enumerate();
        let lines: Vec<String> = slots
            .filter(|(_, slot)| slot.counts())
            .map(|(who, slot)| describe(who, slot))
            .collect();
        lines.join("; ")
    }
}

/// Where somebody stands, in a few words.
pub(super) fn describe(who: usize, slot: &Slot) -> String {
    let (Some((standing, seeks)), Some(call)) = (slot.place(), slot.call()) else {
        return format!("{who} is hostile");
    };
    let members: Vec<String> = call
        .members()
        .iter()
        .map(|(_, peer)| peer.short()[..4].into())
        .collect();
    format!(
        "{who}={} in {:?} epoch {} branch {:02x}{:02x} leaf {} of [{}] seeks {seeks:?}",
        &call.peer().short()[..4],
        standing.group,
        standing.epoch.0,
        standing.digest.0[0],
        standing.digest.0[1],
        standing.leaf.0,
        members.join(" "),
    )
}
