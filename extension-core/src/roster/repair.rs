//! What others may have lost and are sent again: R7 and R9.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::{
    Addition, BEACON_INTERVAL, Ourselves, Peer, Roster, Step, Turns,
    branches::{Branch, branch_of},
};
use crate::{
    ids::{Epoch, KeyPackageRef, PeerId},
    time::Instant,
    wire::Seek,
};

impl Roster {
    /// R7: whoever lags is sent the commit it lacks, by the lowest leaf that can. That may be one
    /// that removed it; then it knows.
    pub(super) fn repairs_due(
        &mut self,
        now: Instant,
        us: &Ourselves<'_>,
        turns: &Turns,
    ) -> Vec<Step> {
        let mut lagging: BTreeMap<Epoch, BTreeSet<PeerId>> = BTreeMap::new();
        for (id, peer) in self.standing_here(now, us) {
            let behind = branch_of(&peer.beacon.standing, us) == Branch::Behind;
            let epoch = peer.beacon.standing.epoch;
            let rested = !self.repaired.contains_key(&epoch);
            if behind && rested && self.lags(now, us, peer) && is_ours_to_repair(us, turns, peer) {
                lagging.entry(epoch).or_default().insert(*id);
            }
        }
        self.repaired
            .extend(lagging.keys().map(|epoch| (*epoch, now)));
        let repair = |(epoch, who)| Step::Repair(epoch, who);
        lagging.into_iter().map(repair).collect()
    }

    /// In a crowd nobody says at once that it has a new epoch: who lags has been heard since.
    fn lags(&self, now: Instant, us: &Ourselves<'_>, peer: &Peer) -> bool {
        if self.is_crowded() {
            peer.heard >= us.since + self.repair_after()
        } else {
            now >= peer.standing_since.max(us.since) + self.repair_after()
        }
    }

    /// R9: whoever was added and still asks, with the same key package, didn't get its Welcome.
    /// Who committed it sends it again; and so that a channel that is dead doesn't keep anybody
    /// out, those that keep it do after a while, one after the other.
    pub(super) fn rewelcomes_due(
        &mut self,
        now: Instant,
        us: &Ourselves<'_>,
        turns: &Turns,
    ) -> Vec<Step> {
        let due = |(id, addition): (&PeerId, &Addition)| {
            let (reference, by) = addition.seen?;
            let first = addition.at + self.rewelcome_after(now, us, turns, by);
            let again = self.rewelcomed.get(id).map(|last| *last + BEACON_INTERVAL);
            let waits = self.asks(now, us, id, reference);
            (waits && now >= again.unwrap_or(first)).then_some(*id)
        };
        let due: Vec<PeerId> = self.additions.iter().filter_map(due).collect();
        self.rewelcomed.extend(due.iter().map(|id| (*id, now)));
        due.into_iter().map(Step::Rewelcome).collect()
    }

    pub(super) fn rewelcome_after(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        turns: &Turns,
        by: PeerId,
    ) -> Duration {
        let before_us = turns.up_to_date.iter().filter(|id| **id != by).count();
        let turns = u32::try_from(before_us).unwrap_or(u32::MAX);
        let late = if self.live_peer(now, &by).is_some() {
            2
        } else {
            1
        };
        if by == us.peer {
            BEACON_INTERVAL
        } else {
            BEACON_INTERVAL * self.patience() * turns.saturating_add(late)
        }
    }

    pub(super) fn asks(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        id: &PeerId,
        key_package: KeyPackageRef,
    ) -> bool {
        let wish = Seek {
            group: us.standing.group,
            key_package,
        };
        let peer = self.live_peer(now, id);
        peer.is_some_and(|peer| peer.beacon.seeks == Some(wish))
    }
}

/// R7: whether we have the lowest leaf of those that are up to date and that it hears.
fn is_ours_to_repair(us: &Ourselves<'_>, turns: &Turns, peer: &Peer) -> bool {
    let hears = |id: &PeerId| peer.beacon.unheard.of_peer(*id).is_none();
    hears(&us.peer) && !turns.up_to_date.iter().any(hears)
}
