//! What others may have lost and are sent again: R7 and R9.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Addition, BEACON_INTERVAL, Ourselves, REPAIR_AFTER, Roster, Step,
    branches::{Branch, branch_of},
    same_branch,
};
use crate::{
    ids::{Epoch, KeyPackageRef, PeerId},
    time::Instant,
    wire::Seek,
};

impl Roster {
    /// R7: whoever lags is sent the commit it lacks, by the lowest leaf that can. That may be one
    /// that removed it; then it knows.
    pub(super) fn repairs_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Vec<Step> {
        let mut lagging: BTreeMap<Epoch, BTreeSet<PeerId>> = BTreeMap::new();
        for (id, peer) in self.standing_here(now, us) {
            let behind = branch_of(&peer.beacon.standing, us) == Branch::Behind;
            if behind && now >= peer.standing_since.max(us.since) + REPAIR_AFTER {
                let epoch = peer.beacon.standing.epoch;
                lagging.entry(epoch).or_default().insert(*id);
            }
        }
        lagging.retain(|epoch, _| !self.repaired.contains_key(epoch));
        if lagging.is_empty() || self.rank_among_up_to_date(now, us) > 0 {
            return Vec::new();
        }
        self.repaired
            .extend(lagging.keys().map(|epoch| (*epoch, now)));
        let repair = |(epoch, who)| Step::Repair(epoch, who);
        lagging.into_iter().map(repair).collect()
    }

    /// How many members on our branch have a lower leaf than we.
    pub(super) fn rank_among_up_to_date(&self, now: Instant, us: &Ourselves<'_>) -> usize {
        us.members
            .iter()
            .filter(|(leaf, _)| *leaf < us.standing.leaf)
            .filter_map(|(_, id)| self.live_peer(now, id))
            .filter(|peer| same_branch(&peer.beacon.standing, &us.standing))
            .count()
    }

    /// R9: whoever was added and still asks, with the same key package, didn't get its Welcome.
    /// Who committed it sends it again, or in its stead the lowest leaf that is up to date.
    pub(super) fn rewelcomes_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Vec<Step> {
        let first = self.rank_among_up_to_date(now, us) == 0;
        let due = |(id, addition): (&PeerId, &Addition)| {
            let (reference, by) = addition.seen?;
            let ours = by == us.peer || (first && self.live_peer(now, &by).is_none());
            let last = self.rewelcomed.get(id).copied().unwrap_or(addition.at);
            let waits = self.asks(now, us, id, reference);
            (ours && waits && now.since(last) >= BEACON_INTERVAL).then_some(*id)
        };
        let due: Vec<PeerId> = self.additions.iter().filter_map(due).collect();
        self.rewelcomed.extend(due.iter().map(|id| (*id, now)));
        due.into_iter().map(Step::Rewelcome).collect()
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
