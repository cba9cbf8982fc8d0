//! Which group, and which branch of it, is the one to stay in: R6, R8 and R17.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{FORK_GRACE, Ourselves, Peer, Roster, SURE_FORK_GRACE, is_live, same_branch};
use crate::{
    ids::{BranchDigest, Epoch, GroupId, PeerId},
    time::Instant,
    wire::{Beacon, Standing},
};

/// How a participant's branch of our group looks beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Branch {
    /// The same epoch and the same digest.
    Ours,
    /// An epoch that we went through: it lacks commits that we have.
    Behind,
    /// Another branch, for certain.
    Forked,
    /// It may be ahead of us, or have left our branch before our memory begins.
    Unknown,
}

/// What tells the branches of one group apart.
type BranchId = (Epoch, BranchDigest);

impl Roster {
    /// R6 and R8: the group to seek, if ours isn't the one to stay in.
    pub(super) fn better_place(&self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
        let other = self.best_other_group(now, us);
        if other.is_some() {
            return other;
        }
        let beaten = self.is_beaten(now, us);
        let shunned = self.shunned.is_shunned(now, us.standing.group);
        (beaten && !shunned).then_some(us.standing.group)
    }

    /// Branches that go on, each by itself, are apart since they parted.
    pub(super) fn note_branches(&mut self, now: Instant, us: &Ourselves<'_>) {
        let parted = |(id, peer): (&PeerId, &Peer)| {
            let here =
                is_live(peer, now, self.crowds) && peer.beacon.standing.group == us.standing.group;
            let branch = branch_of(&peer.beacon.standing, us);
            let apart = here && matches!(branch, Branch::Forked | Branch::Unknown);
            let since = self.apart.get(id).copied().unwrap_or(peer.standing_since);
            apart.then_some((*id, since))
        };
        self.apart = self.peers.iter().filter_map(parted).collect();
    }

    /// R6: until when a participant's branch may differ from ours.
    pub(super) fn fork_deadline(&self, id: &PeerId, peer: &Peer, us: &Ourselves<'_>) -> Instant {
        let (since, grace) = match branch_of(&peer.beacon.standing, us) {
            Branch::Forked => (self.apart.get(id), SURE_FORK_GRACE),
            Branch::Unknown => (self.apart.get(id), FORK_GRACE),
            Branch::Behind | Branch::Ours => (None, FORK_GRACE),
        };
        // Every epoch that we go through may bring us nearer to one that we don't know yet, and
        // none to one that is a fork for certain.
        let since = match since {
            Some(parted) if grace == SURE_FORK_GRACE => *parted,
            Some(parted) => us.since.max(*parted),
            None => us.since.max(peer.standing_since),
        };
        since + grace
    }

    /// R6: whether a stronger branch than ours has been there for long enough.
    pub(super) fn is_beaten(&self, now: Instant, us: &Ourselves<'_>) -> bool {
        let elsewhere: Vec<(&PeerId, &Peer)> = self
            .standing_here(now, us)
            .filter(|(_, peer)| branch_of(&peer.beacon.standing, us) != Branch::Ours)
            .collect();
        if elsewhere.is_empty() {
            return false;
        }
        let strengths = self.branch_strengths(now, us);
        let mine = strengths.get(&branch_id(&us.standing));
        elsewhere.into_iter().any(|(id, peer)| {
            let theirs = strengths.get(&branch_id(&peer.beacon.standing));
            now >= self.fork_deadline(id, peer, us) && theirs > mine
        })
    }

    /// R6: a branch is stronger with more participants, then with a later epoch, then with the
    /// lower digest. Every member computes the same from the same beacons.
    pub(super) fn branch_strengths(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
    ) -> BTreeMap<BranchId, (usize, Epoch, Reverse<BranchDigest>)> {
        let mut strengths = BTreeMap::new();
        let others = self
            .standing_here(now, us)
            .map(|(_, peer)| &peer.beacon.standing);
        for standing in others.chain([&us.standing]) {
            let weakest = (0, standing.epoch, Reverse(standing.digest));
            strengths.entry(branch_id(standing)).or_insert(weakest).0 += 1;
        }
        strengths
    }

    /// R8: of the groups in sight the one with most participants, of equals the one that has
    /// come furthest, then the lowest id.
    pub(super) fn best_other_group(&self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
        let mut groups = BTreeMap::from([(us.standing.group, (1usize, us.standing.epoch))]);
        for (_, Beacon { standing, .. }) in self.live(now) {
            let elsewhere = standing.group != us.standing.group;
            if elsewhere && self.shunned.is_shunned(now, standing.group) {
                continue;
            }
            let group = groups.entry(standing.group).or_insert((0, standing.epoch));
            *group = (group.0 + 1, group.1.max(standing.epoch));
        }
        let best = groups
            .into_iter()
            .max_by_key(|(id, strength)| (*strength, Reverse(*id)));
        best.map(|(id, _)| id).filter(|id| *id != us.standing.group)
    }
}

fn branch_id(standing: &Standing) -> BranchId {
    (standing.epoch, standing.digest)
}

pub(super) fn branch_of(theirs: &Standing, us: &Ourselves<'_>) -> Branch {
    if same_branch(theirs, &us.standing) {
        return Branch::Ours;
    }
    let present = branch_id(&us.standing);
    let ours = us.past.iter().chain([&present]);
    match ours.into_iter().find(|(epoch, _)| *epoch == theirs.epoch) {
        Some((_, digest)) if *digest == theirs.digest => Branch::Behind,
        Some(_) => Branch::Forked,
        None => Branch::Unknown,
    }
}
