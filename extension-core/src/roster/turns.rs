//! The members, as several rules of one decision ask for them: found once for each.

use std::time::Duration;

use super::{
    Joins, LEAST_UPDATE_INTERVAL, Ourselves, Peer, Roster, UPDATE_INTERVAL,
    branches::{Branch, branch_of},
    same_branch,
};
use crate::{
    ids::{Leaf, PeerId},
    time::Instant,
};

/// R18: so many neighbours don't renew their leaves at the same time.
const LEAVES_APART: u32 = 10;

/// See the module's text.
pub(super) struct Turns {
    /// R4: our place among those that may commit, by leaf. Rank 0 is the designated committer.
    pub rank: u32,
    /// R4: how much time is left to each of those before us.
    stagger: Duration,
    /// R18: how many present members have an older leaf than we. Whoever was here before us has
    /// one, unless we saw it renewed since, so that all agree without a word and without a state.
    pub turn: u32,
    /// R7, R9: the members on our branch that have a lower leaf than we.
    pub up_to_date: Vec<PeerId>,
    /// R5: the other members, and whether each is present.
    others: Vec<(Leaf, PeerId, bool)>,
}

impl Turns {
    /// R18: when it is for us to renew our leaf.
    pub fn update_due(&self, us: &Ourselves<'_>) -> Instant {
        let interval = update_interval(us.members.len());
        let jitter = interval * u32::from(us.standing.digest.0[0]) / 1024;
        // Who came by one Commit can't tell which of them is before the other.
        let by_leaf = self.stagger / LEAVES_APART * (self.rank % LEAVES_APART);
        us.renewed + interval + jitter + self.stagger * self.turn + by_leaf
    }
}

impl Turns {
    /// R5 and R11: whom to remove.
    pub fn pending_leaves(&self, add: &Joins) -> Vec<Leaf> {
        let rejoining = |peer: &PeerId| add.iter().any(|(joiner, _)| joiner == peer);
        let others = self.others.iter();
        others
            .filter(|(_, peer, present)| !present || rejoining(peer))
            .map(|(leaf, ..)| *leaf)
            .collect()
    }
}

impl Roster {
    /// R4: the leaf of the designated committer, as far as we know.
    pub fn designated(&self, now: Instant, us: &Ourselves<'_>) -> Leaf {
        let others = us.members.iter().filter(|(_, id)| *id != us.peer);
        let fit = others
            .filter(|(_, id)| self.is_present(now, us, id) && !self.has_given_up(now, us, id))
            .map(|(leaf, _)| *leaf);
        fit.fold(us.standing.leaf, Leaf::min)
    }

    /// R4: who seeks adds nobody, and who is in another branch for certain commits there.
    fn has_given_up(&self, now: Instant, us: &Ourselves<'_>, id: &PeerId) -> bool {
        self.live_peer(now, id).is_some_and(|Peer { beacon, .. }| {
            let standing = &beacon.standing;
            let here = standing.group == us.standing.group;
            here && (beacon.seeks.is_some() || branch_of(standing, us) == Branch::Forked)
        })
    }

    pub(super) fn turns(&self, now: Instant, us: &Ourselves<'_>) -> Turns {
        let age = |leaf: Leaf, peer: &PeerId| (self.renewals.get(peer).copied(), leaf);
        let ours = age(us.standing.leaf, &us.peer);
        let mut turns = Turns {
            rank: 0,
            stagger: self.stagger(),
            turn: 0,
            up_to_date: Vec::new(),
            others: Vec::new(),
        };
        for (leaf, id) in us.members.iter().filter(|(_, id)| *id != us.peer) {
            let peer = self.live_peer(now, id);
            let (present, before) = (self.is_present(now, us, id), *leaf < us.standing.leaf);
            let fit = present && !self.has_given_up(now, us, id);
            turns.rank += u32::from(fit && before);
            turns.turn += u32::from(fit && age(*leaf, id) < ours);
            turns.others.push((*leaf, *id, present));
            if before && peer.is_some_and(|it| same_branch(&it.beacon.standing, &us.standing)) {
                turns.up_to_date.push(*id);
            }
        }
        turns
    }
}

pub(super) fn update_interval(members: usize) -> Duration {
    let tenth = u32::try_from(members.div_ceil(10)).unwrap_or(u32::MAX);
    (UPDATE_INTERVAL / tenth.max(1)).max(LEAST_UPDATE_INTERVAL)
}
