//! What others may have lost and are sent again: R7 and R9.

use super::{
    BEACON_INTERVAL, Ourselves, REPAIR_AFTER, Roster, Step,
    branches::{Branch, branch_of},
    same_branch,
};
use crate::{
    ids::{KeyPackageRef, PeerId},
    time::Instant,
    wire::Seek,
};

impl Roster {
    /// R7: whoever lags is sent the commit it lacks, by the lowest leaf that can. That may be one
    /// that removed it; then it knows.
    pub(super) fn repair_if_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Option<Step> {
        let lagging = self
            .standing_here(now, us)
            .filter(|(_, peer)| branch_of(&peer.beacon.standing, us) == Branch::Behind)
            .filter(|(_, peer)| now >= peer.standing_since.max(us.since) + REPAIR_AFTER)
            .map(|(_, peer)| peer.beacon.standing.epoch)
            .min()?;
        if self.rank_among_up_to_date(now, us) > 0 {
            return None;
        }
        let recently = self
            .repaired
            .is_some_and(|(epoch, at)| epoch == lagging && now.since(at) < REPAIR_AFTER);
        if recently {
            return None;
        }
        self.repaired = Some((lagging, now));
        Some(Step::Repair(lagging))
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
    pub(super) fn rewelcome_if_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Option<Step> {
        let waiting = self.additions.iter().find(|(id, addition)| {
            let Some((reference, by)) = addition.seen else {
                return false;
            };
            let ours = by == us.peer
                || (self.live_peer(now, &by).is_none() && self.rank_among_up_to_date(now, us) == 0);
            let last = self.rewelcomed.get(*id).copied().unwrap_or(addition.at);
            ours && self.asks(now, us, id, reference) && now.since(last) >= BEACON_INTERVAL
        });
        let id = *waiting?.0;
        self.rewelcomed.insert(id, now);
        Some(Step::Rewelcome(id))
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
