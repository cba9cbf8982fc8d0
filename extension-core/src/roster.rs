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
mod shunned;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use pending::Pending;
use shunned::ShunnedGroups;

use crate::{
    ids::{BranchDigest, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    time::Instant,
    wire::{Beacon, Presence, Seek, Standing},
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
/// R6: the same where it is certain that neither will follow the other.
pub const SURE_FORK_GRACE: Duration = Duration::from_millis(500);
/// R7: how long a member may lag an epoch behind before it is sent the commit again.
pub const REPAIR_AFTER: Duration = Duration::from_millis(300);
/// R11: whoever was added is not added again sooner than this.
pub const REJOIN_SPACING: Duration = Duration::from_secs(2);
/// R18: in a group of up to ten somebody renews its leaf this often, in larger ones everyone
/// once in ten times as long.
pub const UPDATE_INTERVAL: Duration = Duration::from_secs(60);
/// R18: the largest group is no more restless than this.
pub const LEAST_UPDATE_INTERVAL: Duration = Duration::from_secs(5);
/// R1: with each further crowd of this many, everyone speaks more seldom.
pub const CROWD: usize = 100;

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
    /// The epochs that our group went through and whose commits are still here.
    pub past: &'a [(Epoch, BranchDigest)],
    /// When a member last renewed its leaf, as far as we know.
    pub renewed: Instant,
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
    /// Renew our own leaf: it is our turn.
    Update,
    /// Ask to be added to this group (or to our own again).
    Seek(GroupId),
    /// Send the commit that ended this epoch again: somebody lacks it.
    Repair(Epoch),
    /// Send this participant its Welcome again.
    Rewelcome(PeerId),
    /// Nothing before this time, if nobody says anything.
    Wait(Option<Instant>),
}

#[derive(Clone, Hash)]
struct Peer {
    heard: Instant,
    beacon: Beacon,
    /// Since when it has stood in its present branch.
    standing_since: Instant,
    link_lost: bool,
}

/// How a participant's branch of our group looks beside ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Branch {
    /// The same epoch and the same digest.
    Ours,
    /// An epoch that we went through: it lacks commits that we have.
    Behind,
    /// Another branch, for certain.
    Forked,
    /// It may be ahead of us, or have left our branch before our memory begins.
    Unknown,
}

/// A member that is new to us, and so may not have been heard yet.
#[derive(Clone, Hash)]
struct Addition {
    /// The key package it was added with and who added it, where we saw that.
    seen: Option<(KeyPackageRef, PeerId)>,
    at: Instant,
}

/// What is known of everyone else.
#[derive(Clone, Default, Hash)]
pub struct Roster {
    /// How many times [`CROWD`] participants are live.
    crowds: u32,
    peers: BTreeMap<PeerId, Peer>,
    additions: BTreeMap<PeerId, Addition>,
    pending: Pending,
    shunned: ShunnedGroups,
    /// Since when a participant has been in another branch than ours, without a break.
    apart: BTreeMap<PeerId, Instant>,
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
        let was_live = is_live(known, now, self.crowds);
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
            let crowds = self.crowds;
            self.peers.retain(|_, peer| is_live(peer, now, crowds));
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
    pub fn handle_added(
        &mut self,
        now: Instant,
        peer: PeerId,
        reference: KeyPackageRef,
        by: PeerId,
    ) {
        let seen = Some((reference, by));
        self.additions.insert(peer, Addition { seen, at: now });
    }

    /// We were added ourselves: its members are given time to be heard.
    pub fn handle_joined(&mut self, now: Instant, group: GroupId, members: &[(Leaf, PeerId)]) {
        self.shunned.forgive(group);
        let addition = Addition {
            seen: None,
            at: now,
        };
        let unseen = members.iter().map(|(_, peer)| (*peer, addition.clone()));
        self.additions = unseen.collect();
    }

    /// We were asleep, and heard nobody because of that: everyone gets the time back.
    pub fn handle_sleep(&mut self, slept: Duration) {
        for peer in self.peers.values_mut() {
            peer.heard = peer.heard + slept;
            peer.standing_since = peer.standing_since + slept;
        }
        for addition in self.additions.values_mut() {
            addition.at = addition.at + slept;
        }
    }

    /// R1: how often we say that we are here.
    pub fn beacon_interval(&self) -> Duration {
        BEACON_INTERVAL * (1 + self.crowds)
    }

    /// Whether a participant was heard lately and hasn't left.
    pub fn is_live(&self, now: Instant, id: PeerId) -> bool {
        self.live_peer(now, &id).is_some()
    }

    /// Everyone heard of lately who hasn't left.
    pub fn live(&self, now: Instant) -> impl Iterator<Item = (PeerId, &Beacon)> {
        self.peers
            .iter()
            .filter(move |(_, peer)| is_live(peer, now, self.crowds))
            .map(|(id, peer)| (*id, &peer.beacon))
    }

    fn live_peer(&self, now: Instant, id: &PeerId) -> Option<&Peer> {
        let peer = self.peers.get(id)?;
        is_live(peer, now, self.crowds).then_some(peer)
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
            .filter_map(|(_, id)| self.live_peer(now, id));
        live_members.all(|peer| same_branch(&peer.beacon.standing, &us.standing))
    }

    /// Everyone live who stands in a group, in whatever branch.
    pub fn standing_in(&self, now: Instant, group: GroupId) -> impl Iterator<Item = PeerId> {
        self.live(now)
            .filter(move |(_, beacon)| beacon.standing.group == group)
            .map(|(peer, _)| peer)
    }

    /// What a participant last said that it seeks.
    pub fn seeks(&self, peer: PeerId) -> Option<Seek> {
        self.peers.get(&peer)?.beacon.seeks
    }

    /// How many joins and leaves wait to be committed.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// R17: a group that was sought in vain is left alone for a while.
    pub fn shun(&mut self, now: Instant, group: GroupId) {
        self.shunned.shun(now, group);
    }

    /// A participant makes room: another was heard in its place.
    pub fn forget(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
    }

    /// Decides. Everything follows from what is known and the time; called again after each
    /// change and when its `Wait` is over.
    pub fn decide(&mut self, now: Instant, us: &Ourselves<'_>) -> Vec<Step> {
        self.crowds = u32::try_from(self.live(now).count() / CROWD).unwrap_or(u32::MAX);
        let grace = JOIN_GRACE * (1 + self.crowds);
        self.additions
            .retain(|_, addition| now.since(addition.at) < grace);
        self.rewelcomed.retain(|_, at| now.since(*at) < JOIN_GRACE);
        self.shunned.forget_old(now);
        self.note_branches(now, us);
        let mut steps = Vec::new();
        let seeks = self.better_place(now, us);
        steps.extend(seeks.map(Step::Seek));
        steps.extend(self.commit_if_due(now, us, seeks));
        steps.extend(self.update_if_due(now, us, seeks));
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
        let beaten = self.is_beaten(now, us);
        let shunned = self.shunned.is_shunned(now, us.standing.group);
        (beaten && !shunned).then_some(us.standing.group)
    }

    /// Branches that go on, each by itself, are apart since they parted.
    fn note_branches(&mut self, now: Instant, us: &Ourselves<'_>) {
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
    fn fork_deadline(&self, id: &PeerId, peer: &Peer, us: &Ourselves<'_>) -> Instant {
        let (since, grace) = match branch_of(&peer.beacon.standing, us) {
            Branch::Forked => (self.apart.get(id), SURE_FORK_GRACE),
            Branch::Unknown => (self.apart.get(id), FORK_GRACE),
            Branch::Behind | Branch::Ours => (None, FORK_GRACE),
        };
        let since = since.copied().unwrap_or(peer.standing_since);
        since.max(us.since) + grace
    }

    /// R6: whether a stronger branch than ours has been there for long enough.
    fn is_beaten(&self, now: Instant, us: &Ourselves<'_>) -> bool {
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
    fn branch_strengths(
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
    fn best_other_group(&self, now: Instant, us: &Ourselves<'_>) -> Option<GroupId> {
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

    /// R18: members renew their leaves in turn. Whoever's turn it is follows from the epoch, so
    /// that all agree without a word; should it sleep, the next one does.
    fn update_if_due(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        seeks: Option<GroupId>,
    ) -> Option<Step> {
        let idle = seeks.is_none() && self.pending.oldest().is_none() && us.members.len() > 1;
        (idle && now >= self.update_due(now, us)).then_some(Step::Update)
    }

    fn update_due(&self, now: Instant, us: &Ourselves<'_>) -> Instant {
        let interval = update_interval(us.members.len());
        let jitter = interval * u32::from(us.standing.digest.0[0]) / 1024;
        us.renewed + interval + jitter + STAGGER * self.turn(now, us)
    }

    /// How many are before us: the first is the member whose place is the epoch's number modulo
    /// the members present.
    fn turn(&self, now: Instant, us: &Ourselves<'_>) -> u32 {
        let present = us
            .members
            .iter()
            .filter(|(leaf, peer)| *leaf == us.standing.leaf || self.is_present(now, us, peer))
            .count()
            .max(1) as u64;
        let first = us.standing.epoch.0 % present;
        let place = u64::from(self.rank(now, us));
        u32::try_from((place + present - first) % present).unwrap_or(u32::MAX)
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
            .filter(|(id, _)| {
                self.additions
                    .get(id)
                    .filter(|added| added.seen.is_some())
                    .is_none_or(|added| now.since(added.at) >= REJOIN_SPACING)
            })
            .collect()
    }

    /// R5: a member is present while it is live and stands in our group, or was added just now.
    fn is_present(&self, now: Instant, us: &Ourselves<'_>, id: &PeerId) -> bool {
        let added_just_now = self.additions.contains_key(id);
        match self.peers.get(id) {
            Some(peer) if peer.beacon.presence == Presence::Leaving => false,
            Some(peer) => {
                is_live(peer, now, self.crowds)
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

    /// R7: whoever lags is sent the commit it lacks, by the lowest leaf that can. That may be one
    /// that removed it; then it knows.
    fn repair_if_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Option<Step> {
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

    /// Everyone live who stands in our group, a member of our branch or not.
    fn standing_here<'a>(
        &'a self,
        now: Instant,
        us: &'a Ourselves<'a>,
    ) -> impl Iterator<Item = (&'a PeerId, &'a Peer)> {
        let live = self
            .peers
            .iter()
            .filter(move |(_, peer)| is_live(peer, now, self.crowds));
        live.filter(|(_, peer)| peer.beacon.standing.group == us.standing.group)
    }

    /// How many members on our branch have a lower leaf than we.
    fn rank_among_up_to_date(&self, now: Instant, us: &Ourselves<'_>) -> usize {
        us.members
            .iter()
            .filter(|(leaf, _)| *leaf < us.standing.leaf)
            .filter_map(|(_, id)| self.live_peer(now, id))
            .filter(|peer| same_branch(&peer.beacon.standing, &us.standing))
            .count()
    }

    /// R9: whoever was added and still asks, with the same key package, didn't get its Welcome.
    /// Who committed it sends it again, or in its stead the lowest leaf that is up to date.
    fn rewelcome_if_due(&mut self, now: Instant, us: &Ourselves<'_>) -> Option<Step> {
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

    fn asks(
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

    /// The next time at which something can fall due without anybody saying anything.
    fn next_deadline(&self, now: Instant, us: &Ourselves<'_>) -> Option<Instant> {
        let deaths = self.peers.values().map(|peer| deadline(peer, self.crowds));
        let apart = self
            .standing_here(now, us)
            .filter(|(_, peer)| !same_branch(&peer.beacon.standing, &us.standing));
        let grace = apart.flat_map(|(id, peer)| {
            let repair = peer.standing_since.max(us.since) + REPAIR_AFTER;
            [self.fork_deadline(id, peer, us), repair]
        });
        let update = (us.members.len() > 1).then(|| self.update_due(now, us));
        let join_grace = JOIN_GRACE * (1 + self.crowds);
        let additions = self
            .additions
            .values()
            .flat_map(|a| [BEACON_INTERVAL, REJOIN_SPACING, join_grace].map(|span| a.at + span));
        let repairs = self.repaired.map(|(_, at)| at + REPAIR_AFTER);
        let rewelcomes = self.rewelcomed.values().map(|at| *at + BEACON_INTERVAL);
        let commit = self.pending.oldest();
        let commit = commit.map(|since| since + BATCH + STAGGER * self.rank(now, us));
        deaths
            .chain(grace)
            .chain(additions)
            .chain(repairs)
            .chain(rewelcomes)
            .chain(commit)
            .chain(self.shunned.ends())
            .chain(update)
            .filter(|at| *at > now)
            .min()
    }
}

fn deadline(peer: &Peer, crowds: u32) -> Instant {
    let patience = if peer.link_lost {
        LIVE_WITHOUT_LINK
    } else {
        LIVE
    };
    peer.heard + patience * (1 + crowds)
}

fn is_live(peer: &Peer, now: Instant, crowds: u32) -> bool {
    peer.beacon.presence == Presence::Here && now < deadline(peer, crowds)
}

fn update_interval(members: usize) -> Duration {
    let tenth = u32::try_from(members.div_ceil(10)).unwrap_or(u32::MAX);
    (UPDATE_INTERVAL / tenth.max(1)).max(LEAST_UPDATE_INTERVAL)
}

/// What tells the branches of one group apart.
type BranchId = (Epoch, BranchDigest);

fn branch_id(standing: &Standing) -> BranchId {
    (standing.epoch, standing.digest)
}

fn branch_of(theirs: &Standing, us: &Ourselves<'_>) -> Branch {
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

fn same_branch(one: &Standing, other: &Standing) -> bool {
    one.group == other.group && one.epoch == other.epoch && one.digest == other.digest
}

#[cfg(test)]
mod tests;
