//! Which group, and which branch of it, is the one to stay in: R6, R8 and R17.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
};

use super::{FORK_GRACE, Ourselves, Peer, Roster, SURE_FORK_GRACE, is_live, same_branch};
use crate::{
    ids::{BranchDigest, Epoch, GroupId, PeerId},
    time::Instant,
    wire::{Beacon, Company, Standing},
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

/// How strong a group or one of its branches is: with more participants, of equals with one who
/// isn't alone, then in a later epoch.
type Strength = (usize, Company, Epoch);

const WEAKEST: Strength = (0, Company::Alone, Epoch(0));

fn strengthen(strength: &mut Strength, company: Company, epoch: Epoch) {
    let (count, best, latest) = *strength;
    *strength = (count + 1, best.max(company), latest.max(epoch));
}

impl Roster {
    /// R6, R8 and R17: the group to seek, if ours isn't the one to stay in.
    pub(super) fn place_to_seek(&mut self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
        self.shunned.count(now, self.waste());
        let place = self.better_place(now, us);
        let sought = place.map(|group| self.strongest_branch(now, us, group));
        self.shunned.seek_for(sought.unwrap_or_default());
        place
    }

    fn better_place(&self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
        let other = self.best_other_group(now, us);
        let beaten = || self.is_beaten(now, us).then_some(us.standing.group);
        other.or_else(beaten)
    }

    /// R17: those who make a group, or another branch of ours, the one to seek.
    fn strongest_branch(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        group: GroupId,
    ) -> BTreeSet<PeerId> {
        let there = || {
            self.counted(now)
                .filter(|(_, peer)| peer.beacon.standing.group == group)
                .filter(|(_, peer)| !same_branch(&peer.beacon.standing, &us.standing))
        };
        let mut strengths: BTreeMap<BranchId, Strength> = BTreeMap::new();
        for (_, Peer { beacon, .. }) in there() {
            let branch = branch_id(&beacon.standing);
            let strength = strengths.entry(branch).or_insert(WEAKEST);
            strengthen(strength, beacon.company, beacon.standing.epoch);
        }
        let strongest = strengths.into_iter();
        let strongest = strongest.max_by_key(|((_, digest), it)| (*it, Reverse(*digest)));
        let strongest = strongest.map(|(branch, _)| branch);
        there()
            .filter(|(_, peer)| Some(branch_id(&peer.beacon.standing)) == strongest)
            .map(|(id, _)| *id)
            .collect()
    }

    /// R17 and I7: everyone live who isn't left out.
    fn counted(&self, now: Instant) -> impl Iterator<Item = (&PeerId, &Peer)> {
        let live = self.peers.iter();
        live.filter(move |(_, peer)| is_live(peer, now, self.crowds))
            .filter(move |(id, _)| !self.shunned.is_shunned(now, **id))
            .filter(move |(id, _)| !self.surplus.contains(*id))
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
        let grace = FORK_GRACE * (1 + self.crowds) * self.patience();
        let (since, grace) = match branch_of(&peer.beacon.standing, us) {
            Branch::Forked => (self.apart.get(id), SURE_FORK_GRACE),
            Branch::Unknown => (self.apart.get(id), grace),
            Branch::Behind | Branch::Ours => (None, grace),
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
        let here = |peer: &Peer| peer.beacon.standing.group == us.standing.group;
        let elsewhere: Vec<(&PeerId, &Peer)> = self
            .counted(now)
            .filter(|(_, peer)| here(peer))
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

    /// R6: of branches of one strength the one with the lower digest stays. Every member computes
    /// the same from the same beacons.
    fn branch_strengths(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
    ) -> BTreeMap<BranchId, (Strength, Reverse<BranchDigest>)> {
        let mut strengths = BTreeMap::new();
        let others = self.counted(now).map(|(_, peer)| &peer.beacon);
        let others = others.map(|beacon| (beacon.standing, beacon.company));
        let all = others.chain([(us.standing, us.company())]);
        for (standing, company) in all.filter(|(it, _)| it.group == us.standing.group) {
            let weakest = (WEAKEST, Reverse(standing.digest));
            let (strength, _) = strengths.entry(branch_id(&standing)).or_insert(weakest);
            strengthen(strength, company, standing.epoch);
        }
        strengths
    }

    /// R8: of the groups in sight the strongest, of equals the one with the lowest id.
    fn best_other_group(&self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
        let ours = (1, us.company(), us.standing.epoch);
        let mut groups = BTreeMap::from([(us.standing.group, ours)]);
        for (_, peer) in self.counted(now) {
            let Beacon {
                standing, company, ..
            } = &peer.beacon;
            let strength = groups.entry(standing.group).or_insert(WEAKEST);
            strengthen(strength, *company, standing.epoch);
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
