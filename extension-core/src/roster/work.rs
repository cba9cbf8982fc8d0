//! What is to be committed, and by whom: R3 to R5, R11 and R18.

use std::time::Duration;

use super::{
    Joins, LEAST_UPDATE_INTERVAL, Ourselves, REJOIN_SPACING, Roster, STAGGER, Step,
    UPDATE_INTERVAL,
    branches::{Branch, branch_of},
    is_live,
};
use crate::{
    ids::{GroupId, KeyPackageRef, Leaf, PeerId},
    time::Instant,
    wire::{Beacon, Presence},
};

/// R18: so many neighbours don't renew their leaves at the same time.
const LEAVES_APART: u32 = 10;

impl Roster {
    /// R3 and R4. Whoever seeks adds nobody, but removes whoever is gone.
    pub(super) fn commit_if_due(
        &mut self,
        now: Instant,
        us: &Ourselves<'_>,
        seeks: Option<GroupId>,
    ) -> Option<Step> {
        let add = match seeks {
            Some(_) => Vec::new(),
            None => self.pending_joins(now, us),
        };
        let remove = self.pending_leaves(now, us, &add);
        let place = (us.standing.group, us.standing.epoch);
        let wishes = self.wishes(now, us).map(|(id, _)| id).collect();
        self.pending.update(now, place, &add, &remove, &wishes);
        let batch = self.pace.batch(now);
        let due = self.pending.oldest()? + batch + STAGGER * self.rank(now, us);
        (now >= due).then_some(Step::Commit { add, remove })
    }

    /// R18: members renew their leaves in turn, whoever has the oldest first; should it sleep, the
    /// next one does.
    pub(super) fn update_if_due(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        seeks: Option<GroupId>,
    ) -> Option<Step> {
        let idle = seeks.is_none() && self.pending.oldest().is_none() && us.members.len() > 1;
        (idle && now >= self.update_due(now, us)).then_some(Step::Update)
    }

    pub(super) fn update_due(&self, now: Instant, us: &Ourselves<'_>) -> Instant {
        let interval = update_interval(us.members.len());
        let jitter = interval * u32::from(us.standing.digest.0[0]) / 1024;
        // Who came by one Commit can't tell which of them is before the other.
        let by_leaf = STAGGER / LEAVES_APART * (self.rank(now, us) % LEAVES_APART);
        us.renewed + interval + jitter + STAGGER * self.turn(now, us) + by_leaf
    }

    /// How many present members have an older leaf than we. Whoever was here before us has one,
    /// unless we saw it renewed since, so that all agree without a word and without a state.
    pub(super) fn turn(&self, now: Instant, us: &Ourselves<'_>) -> u32 {
        let age = |leaf: Leaf, peer: &PeerId| (self.renewals.get(peer).copied(), leaf);
        let ours = age(us.standing.leaf, &us.peer);
        let others = us.members.iter().filter(|(_, peer)| *peer != us.peer);
        let before_us = others
            .filter(|(leaf, peer)| age(*leaf, peer) < ours)
            .filter(|(_, peer)| self.may_commit(now, us, peer))
            .count();
        u32::try_from(before_us).unwrap_or(u32::MAX)
    }

    pub(super) fn pending_leaves(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        add: &Joins,
    ) -> Vec<Leaf> {
        let rejoining = |peer: &PeerId| add.iter().any(|(joiner, _)| joiner == peer);
        us.members
            .iter()
            .filter(|(_, peer)| *peer != us.peer)
            .filter(|(_, peer)| rejoining(peer) || !self.is_present(now, us, peer))
            .map(|(leaf, _)| *leaf)
            .collect()
    }

    pub(super) fn pending_joins(&self, now: Instant, us: &Ourselves<'_>) -> Joins {
        self.wishes(now, us)
            .filter(|wish| us.packages.contains(wish))
            .filter(|(id, _)| {
                self.additions
                    .get(id)
                    .filter(|added| added.seen.is_some())
                    .is_none_or(|added| now.since(added.at) >= REJOIN_SPACING)
            })
            .collect()
    }

    /// Who seeks our group, and by which key package.
    fn wishes(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
    ) -> impl Iterator<Item = (PeerId, KeyPackageRef)> {
        let here = us.standing.group;
        self.live(now)
            .filter_map(|(id, beacon)| Some((id, beacon.seeks?)))
            .filter(move |(_, seek)| seek.group == here)
            .map(|(id, seek)| (id, seek.key_package))
    }

    /// R5: a member is present while it is live and stands in our group, or was added just now.
    pub(super) fn is_present(&self, now: Instant, us: &Ourselves<'_>, id: &PeerId) -> bool {
        let added = self.additions.get(id);
        match self.peers.get(id) {
            Some(peer) if peer.beacon.presence == Presence::Leaving => false,
            Some(peer) if is_live(peer, now, self.crowds) => {
                added.is_some() || peer.beacon.standing.group == us.standing.group
            }
            Some(peer) => added.is_some_and(|addition| peer.heard < addition.at),
            None => added.is_some(),
        }
    }

    /// R4: our place among those that may commit, by leaf. Rank 0 is the designated committer. Who
    /// seeks adds nobody, and who is in another branch for certain commits there.
    pub(super) fn rank(&self, now: Instant, us: &Ourselves<'_>) -> u32 {
        let before_us = us
            .members
            .iter()
            .filter(|(leaf, _)| *leaf < us.standing.leaf)
            .filter(|(_, peer)| self.may_commit(now, us, peer))
            .count();
        u32::try_from(before_us).unwrap_or(u32::MAX)
    }

    fn may_commit(&self, now: Instant, us: &Ourselves<'_>, id: &PeerId) -> bool {
        let gave_up = self.live_peer(now, id).is_some_and(|peer| {
            let Beacon {
                standing, seeks, ..
            } = &peer.beacon;
            let elsewhere = standing.group != us.standing.group;
            !elsewhere && (seeks.is_some() || branch_of(standing, us) == Branch::Forked)
        });
        self.is_present(now, us, id) && !gave_up
    }
}

pub(super) fn update_interval(members: usize) -> Duration {
    let tenth = u32::try_from(members.div_ceil(10)).unwrap_or(u32::MAX);
    (UPDATE_INTERVAL / tenth.max(1)).max(LEAST_UPDATE_INTERVAL)
}
