//! Who is here, and who commits: pure and deterministic, without crypto or IO. It learns from
//! beacons and from the group's member list, and says what to do next. PROTOCOL.md has the rules
//! by the ids named here (R1 and on).
//!
//! ```text
//!   a participant, seen from a group:
//!
//!     unheard --beacon--> here --seeks us--> pending --commit--> member
//!                          |                                       |
//!                          +---- silent, leaving, elsewhere <------+
//!                                        |
//!                                     removed
//! ```

mod pending;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use pending::Pending;

use crate::{
    ids::{BranchDigest, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    time::Instant,
    wire::{Beacon, Presence, Standing},
};

/// R1: how often a participant says that it is here.
pub const BEACON_INTERVAL: Duration = Duration::from_secs(1);
/// R2: a participant that was silent for this long is gone.
pub const LIVE: Duration = Duration::from_secs(5);
/// R2: the same once the channel to it has closed.
pub const LIVE_WITHOUT_LINK: Duration = Duration::from_millis(1500);
/// R3: how long the committer waits for more joins and leaves to put into the same commit.
pub const BATCH: Duration = Duration::from_millis(50);
/// R4: how much longer each further rank waits before it commits in the others' stead.
pub const STAGGER: Duration = Duration::from_millis(1500);
/// R5: how long a member that was added may take to show up in the group.
pub const JOIN_GRACE: Duration = Duration::from_secs(5);
/// R6: how long branches of a group may differ before the weaker one gives up.
pub const FORK_GRACE: Duration = Duration::from_secs(3);
/// R7: how long a member may lag an epoch behind before it is sent the commit again.
pub const REPAIR_AFTER: Duration = Duration::from_millis(300);

/// R17: how long a group that was sought in vain is left alone.
pub const SHUN: Duration = Duration::from_secs(20);

/// Participants that are kept track of; more are not heard.
pub const MAX_PEERS: usize = 1024;

/// How we see ourselves: where our beacon says that we stand, and who is in our group.
pub struct Ourselves<'a> {
    /// Our participant id.
    pub peer: PeerId,
    /// Where we stand.
    pub standing: Standing,
    /// Since when we stand there.
    pub since: Instant,
    /// Everyone in our group, by leaf.
    pub members: &'a [(Leaf, PeerId)],
    /// The key packages that are here: nobody can be added without.
    pub packages: &'a BTreeSet<KeyPackageRef>,
    /// The earliest epoch whose commit is still here to be sent again.
    pub archived_from: Option<Epoch>,
}

/// Whom to add, with the key package that each announced.
type Joins = Vec<(PeerId, KeyPackageRef)>;

/// What to do now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Commit these joins and leaves.
    Commit {
        /// Whom to add, with the key package each announced.
        add: Vec<(PeerId, KeyPackageRef)>,
        /// Which leaves to remove.
        remove: Vec<Leaf>,
    },
    /// Ask to be added to this group (or to our own again).
    Seek(GroupId),
    /// Send the commit that ended this epoch again: somebody lacks it.
    Repair(Epoch),
    /// Send this participant its Welcome again.
    Rewelcome(PeerId),
    /// Nothing before this time, if nobody says anything.
    Wait(Option<Instant>),
}

struct Peer {
    heard: Instant,
    beacon: Beacon,
    /// Since when it has stood in its present branch.
    standing_since: Instant,
    link_lost: bool,
}

impl Peer {
    fn deadline(&self) -> Instant {
        self.heard
            + if self.link_lost {
                LIVE_WITHOUT_LINK
            } else {
                LIVE
            }
    }

    fn is_live(&self, now: Instant) -> bool {
        self.beacon.presence == Presence::Here && now < self.deadline()
    }
}

/// A member that is new to us, and so may not have been heard yet.
struct Addition {
    /// The key package it was added with, where we saw that.
    reference: Option<KeyPackageRef>,
    at: Instant,
}

/// What is known of everyone else.
#[derive(Default)]
pub struct Roster {
    peers: BTreeMap<PeerId, Peer>,
    additions: BTreeMap<PeerId, Addition>,
    pending: Pending,
    shunned: BTreeMap<GroupId, Instant>,
    repaired: Option<(Epoch, Instant)>,
    rewelcomed: BTreeMap<PeerId, Instant>,
}

/// Whether a beacon said anything new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// From someone never heard before, or back from the dead.
    Newcomer,
    /// It changed what we know.
    Changed,
    /// Only that its sender is still here.
    Alive,
    /// An old or surplus beacon; nothing was learnt.
    Stale,
}

impl Roster {
    /// Takes in a beacon whose signature was checked.
    pub fn handle_beacon(&mut self, now: Instant, peer: PeerId, beacon: Beacon) -> News {
        let Some(known) = self.peers.get_mut(&peer) else {
            return self.meet(now, peer, beacon);
        };
        if beacon.sequence <= known.beacon.sequence {
            return News::Stale;
        }
        let was_live = known.is_live(now);
        let moved = known.beacon.standing != beacon.standing;
        let changed =
            moved || known.beacon.seeks != beacon.seeks || known.beacon.presence != beacon.presence;
        if moved {
            known.standing_since = now;
        }
        known.beacon = beacon;
        known.heard = now;
        known.link_lost = false;
        match (was_live, changed) {
            (false, _) => News::Newcomer,
            (true, true) => News::Changed,
            (true, false) => News::Alive,
        }
    }

    fn meet(&mut self, now: Instant, peer: PeerId, beacon: Beacon) -> News {
        if self.peers.len() >= MAX_PEERS {
            self.peers.retain(|_, peer| peer.is_live(now));
        }
        if self.peers.len() >= MAX_PEERS {
            return News::Stale;
        }
        let known = Peer {
            heard: now,
            beacon,
            standing_since: now,
            link_lost: false,
        };
        self.peers.insert(peer, known);
        News::Newcomer
    }

    /// The channel that a participant was heard on has closed: it is given less time.
    pub fn handle_link_lost(&mut self, peer: PeerId) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.link_lost = true;
        }
    }

    /// Someone was added by a commit, ours or another's.
    pub fn handle_added(&mut self, now: Instant, peer: PeerId, reference: KeyPackageRef) {
        self.additions.insert(
            peer,
            Addition {
                reference: Some(reference),
                at: now,
            },
        );
    }

    /// We were added ourselves: its members are given time to be heard.
    pub fn handle_joined(&mut self, now: Instant, members: &[(Leaf, PeerId)]) {
        let addition = |(_, peer): &(Leaf, PeerId)| {
            (
                *peer,
                Addition {
                    reference: None,
                    at: now,
                },
            )
        };
        self.additions = members.iter().map(addition).collect();
    }

    /// Whether a participant was heard lately and hasn't left.
    pub fn is_live(&self, now: Instant, id: PeerId) -> bool {
        self.peers.get(&id).is_some_and(|peer| peer.is_live(now))
    }

    /// Everyone heard of lately who hasn't left.
    pub fn live(&self, now: Instant) -> impl Iterator<Item = (PeerId, &Beacon)> {
        self.peers
            .iter()
            .filter(move |(_, peer)| peer.is_live(now))
            .map(|(id, peer)| (*id, &peer.beacon))
    }

    /// How many members are not present, and so about to be removed.
    pub fn silent_members(&self, now: Instant, us: &Ourselves<'_>) -> usize {
        let others = us.members.iter().filter(|(_, peer)| *peer != us.peer);
        others
            .filter(|(_, peer)| !self.is_present(now, us, peer))
            .count()
    }

    /// Whether every other live member shows exactly our standing.
    pub fn all_confirm(&self, now: Instant, us: &Ourselves<'_>) -> bool {
        let mut live_members = us
            .members
            .iter()
            .filter_map(|(_, id)| self.peers.get(id).filter(|peer| peer.is_live(now)));
        live_members.all(|peer| same_branch(&peer.beacon.standing, &us.standing))
    }

    /// R17: a group that was sought in vain is left alone for a while.
    pub fn shun(&mut self, now: Instant, group: GroupId) {
        self.shunned.insert(group, now);
    }

    /// A participant makes room: another was heard in its place.
    pub fn forget(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
    }

    /// Decides. Everything follows from what is known and the time; called again after each
    /// change and when its `Wait` is over.
    pub fn decide(&mut self, now: Instant, us: &Ourselves<'_>) -> Vec<Step> {
        self.additions
            .retain(|_, addition| now.since(addition.at) < JOIN_GRACE);
        self.rewelcomed.retain(|_, at| now.since(*at) < JOIN_GRACE);
        self.shunned.retain(|_, since| now.since(*since) < SHUN);
        let mut steps = Vec::new();
        let seeks = self.better_place(now, us);
        steps.extend(seeks.map(Step::Seek));
        steps.extend(self.commit_if_due(now, us, seeks));
        steps.extend(self.repair_if_due(now, us));
        steps.extend(self.rewelcome_if_due(now, us));
        steps.push(Step::Wait(self.next_deadline(now, us)));
        steps
    }

    /// R6 and R8: the group to seek, if ours isn't the one to stay in.
    fn better_place(&self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
        let other = self.best_other_group(now, us);
        if other.is_some() {
            return other;
        }
        let mine = self.branch_strength(now, us, &us.standing);
        let beaten = self.live(now).any(|(id, beacon)| {
            let theirs = &beacon.standing;
            theirs.group == us.standing.group
                && !same_branch(theirs, &us.standing)
                && now >= self.apart_since(&id, us) + FORK_GRACE
                && self.branch_strength(now, us, theirs) > mine
        });
        let shunned = self.shunned.contains_key(&us.standing.group);
        (beaten && !shunned).then_some(us.standing.group)
    }

    /// Since when a participant and we have stood as we do, both.
    fn apart_since(&self, id: &PeerId, us: &Ourselves<'_>) -> Instant {
        self.peers
            .get(id)
            .map_or(us.since, |peer| peer.standing_since.max(us.since))
    }

    /// R8: of the groups in sight the one with most participants, of equals the one that has
    /// come furthest, then the lowest id.
    fn best_other_group(&self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
        let mut groups = BTreeMap::from([(us.standing.group, (1usize, us.standing.epoch))]);
        for (_, Beacon { standing, .. }) in self.live(now) {
            let elsewhere = standing.group != us.standing.group;
            if elsewhere && self.shunned.contains_key(&standing.group) {
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

    /// R6: a branch is stronger with more participants, then with a later epoch, then with the
    /// lower digest. Every member computes the same from the same beacons.
    fn branch_strength(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        branch: &Standing,
    ) -> (usize, Epoch, Reverse<BranchDigest>) {
        let others = self
            .live(now)
            .filter(|(_, beacon)| same_branch(&beacon.standing, branch))
            .count();
        let ours = usize::from(same_branch(&us.standing, branch));
        (others + ours, branch.epoch, Reverse(branch.digest))
    }

    /// R3 and R4. Whoever seeks adds nobody, but removes whoever is gone.
    fn commit_if_due(
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
        self.pending.update(now, us.standing.epoch, &add, &remove);
        let due = self.pending.oldest()? + BATCH + STAGGER * self.rank(now, us);
        (now >= due).then_some(Step::Commit { add, remove })
    }

    fn pending_leaves(&self, now: Instant, us: &Ourselves<'_>, add: &Joins) -> Vec<Leaf> {
        let rejoining = |peer: &PeerId| add.iter().any(|(joiner, _)| joiner == peer);
        us.members
            .iter()
            .filter(|(_, peer)| *peer != us.peer)
            .filter(|(_, peer)| rejoining(peer) || !self.is_present(now, us, peer))
            .map(|(leaf, _)| *leaf)
            .collect()
    }

    fn pending_joins(&self, now: Instant, us: &Ourselves<'_>) -> Joins {
        self.live(now)
            .filter_map(|(id, beacon)| Some((id, beacon.seeks?)))
            .filter(|(_, seek)| seek.group == us.standing.group)
            .map(|(id, seek)| (id, seek.key_package))
            .filter(|(_, reference)| us.packages.contains(reference))
            .filter(|(id, reference)| {
                self.additions
                    .get(id)
                    .is_none_or(|added| added.reference != Some(*reference))
            })
            .collect()
    }

    /// R5: a member is present while it is live and stands in our group, or was added just now.
    fn is_present(&self, now: Instant, us: &Ourselves<'_>, id: &PeerId) -> bool {
        let added_just_now = self.additions.contains_key(id);
        match self.peers.get(id) {
            Some(peer) if peer.beacon.presence == Presence::Leaving => false,
            Some(peer) => {
                peer.is_live(now)
                    && (added_just_now || peer.beacon.standing.group == us.standing.group)
            }
            None => added_just_now,
        }
    }

    /// R4: our place among the members present, by leaf. Rank 0 is the designated committer.
    fn rank(&self, now: Instant, us: &Ourselves<'_>) -> u32 {
        let before_us = us
            .members
            .iter()
            .filter(|(leaf, _)| *leaf < us.standing.leaf)
            .filter(|(_, peer)| self.is_present(now, us, peer))
            .count();
        u32::try_from(before_us).unwrap_or(u32::MAX)
    }

    /// R7: members that lag are sent the commit they lack, by the lowest leaf that can.
    fn repair_if_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Option<Step> {
        let lagging = self
            .live_members(now, us)
            .filter(|peer| peer.beacon.standing.epoch < us.standing.epoch)
            .filter(|peer| now >= peer.standing_since.max(us.since) + REPAIR_AFTER)
            .map(|peer| peer.beacon.standing.epoch)
            .filter(|epoch| us.archived_from.is_some_and(|oldest| *epoch >= oldest))
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

    fn live_members<'a>(
        &'a self,
        now: Instant,
        us: &'a Ourselves<'a>,
    ) -> impl Iterator<Item = &'a Peer> {
        us.members
            .iter()
            .filter_map(|(_, id)| self.peers.get(id))
            .filter(move |peer| peer.is_live(now))
            .filter(|peer| peer.beacon.standing.group == us.standing.group)
    }

    fn rank_among_up_to_date(&self, now: Instant, us: &Ourselves<'_>) -> usize {
        self.live_members(now, us)
            .filter(|peer| same_branch(&peer.beacon.standing, &us.standing))
            .filter(|peer| peer.beacon.standing.leaf < us.standing.leaf)
            .count()
    }

    /// R9: whoever was added and still asks, with the same key package, didn't get its Welcome.
    fn rewelcome_if_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Option<Step> {
        let waiting = self.additions.iter().find(|(id, addition)| {
            let asks = self.peers.get(*id).is_some_and(|peer| {
                peer.is_live(now)
                    && peer.beacon.seeks.is_some_and(|seek| {
                        seek.group == us.standing.group
                            && Some(seek.key_package) == addition.reference
                    })
            });
            let last = self.rewelcomed.get(*id).copied().unwrap_or(addition.at);
            asks && now.since(last) >= BEACON_INTERVAL
        });
        let id = *waiting?.0;
        self.rewelcomed.insert(id, now);
        Some(Step::Rewelcome(id))
    }

    /// The next time at which something can fall due without anybody saying anything.
    fn next_deadline(&self, now: Instant, us: &Ourselves<'_>) -> Option<Instant> {
        let deaths = self.peers.values().map(Peer::deadline);
        let grace = self.peers.values().flat_map(|peer| {
            let apart = peer.standing_since.max(us.since);
            [apart + FORK_GRACE, apart + REPAIR_AFTER]
        });
        let additions = self
            .additions
            .values()
            .flat_map(|a| [a.at + BEACON_INTERVAL, a.at + JOIN_GRACE]);
        let repairs = self.repaired.map(|(_, at)| at + REPAIR_AFTER);
        let commit = self.pending.oldest();
        let commit = commit.map(|since| since + BATCH + STAGGER * self.rank(now, us));
        deaths
            .chain(grace)
            .chain(additions)
            .chain(repairs)
            .chain(commit)
            .filter(|at| *at > now)
            .min()
    }
}

fn same_branch(one: &Standing, other: &Standing) -> bool {
    one.group == other.group && one.epoch == other.epoch && one.digest == other.digest
}

#[cfg(test)]
mod tests;
