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

mod branches;
mod hearing;
mod pace;
mod pending;
mod repair;
mod shunned;
mod turns;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

pub use pace::Medium;
use pace::Pace;
use pending::Pending;
use shunned::{Shunned, WASTE};
use turns::Turns;

use crate::{
    ids::{BranchDigest, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    time::Instant,
    wire::{Beacon, Company, Presence, Seek, Standing},
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
/// once in ten times as long. With the jitter that is at most a quarter more.
pub const UPDATE_INTERVAL: Duration = Duration::from_secs(48);
/// R18: the largest group is no more restless than this.
pub const LEAST_UPDATE_INTERVAL: Duration = Duration::from_millis(4800);
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
    /// Whose key packages are here: nobody can be added without.
    pub packages: &'a BTreeSet<(PeerId, KeyPackageRef)>,
    /// The epochs that our group went through and whose commits are still here.
    pub past: &'a [(Epoch, BranchDigest)],
    /// When a member last renewed its leaf, as far as we know.
    pub renewed: Instant,
}

impl Ourselves<'_> {
    fn has_member(&self, peer: PeerId) -> bool {
        self.members.iter().any(|(_, member)| *member == peer)
    }

    /// Whether anybody else is in our group.
    pub fn company(&self) -> Company {
        if self.members.len() > 1 {
            Company::Together
        } else {
            Company::Alone
        }
    }
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
    /// Send the commit that ended this epoch again, to those who lack it.
    Repair(Epoch, BTreeSet<PeerId>),
    /// Send this participant its Welcome again.
    Rewelcome(PeerId),
    /// Nothing before this time, if nobody says anything.
    Wait(Option<Instant>),
}

/// The way that a beacon took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// Its sender's own channel.
    Direct,
    /// Somebody passed it on.
    PassedOn,
}

#[derive(Clone, Hash)]
struct Peer {
    heard: Instant,
    /// When it was last heard on its own channel, if ever.
    heard_itself: Option<Instant>,
    /// When its media last said that it lives.
    seen: Option<Instant>,
    beacon: Beacon,
    /// Since when it has stood in its present branch.
    standing_since: Instant,
    /// Since when it has had no channel of its own.
    link_lost: Option<Instant>,
    /// R20: the newest beacon of each that we passed on to it, by its sequence.
    passed: BTreeMap<PeerId, u64>,
}

impl Peer {
    fn note_heard(&mut self, now: Instant, way: Way) {
        self.heard = now;
        self.note_itself(now, way);
    }

    fn note_itself(&mut self, now: Instant, way: Way) {
        if way == Way::Direct {
            self.heard_itself = Some(now);
            self.link_lost = None;
        }
    }
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
    pace: Pace,
    shunned: Shunned,
    /// R18: in which epoch each last got a new leaf, as far as we know: whoever isn't here did
    /// before we came.
    renewals: BTreeMap<PeerId, Epoch>,
    /// Since when a participant has been in another branch than ours, without a break.
    apart: BTreeMap<PeerId, Instant>,
    /// When the Commit that ended an epoch was last sent again.
    repaired: BTreeMap<Epoch, Instant>,
    rewelcomed: BTreeMap<PeerId, Instant>,
    surplus: BTreeSet<PeerId>,
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
    /// Takes in a beacon that came on its sender's own channel.
    pub fn handle_beacon(&mut self, now: Instant, peer: PeerId, beacon: Beacon) -> News {
        self.hear(now, peer, beacon, Way::Direct)
    }

    /// R20: the same, of one that somebody else passed on.
    pub fn handle_passed_on(&mut self, now: Instant, peer: PeerId, beacon: Beacon) -> News {
        self.hear(now, peer, beacon, Way::PassedOn)
    }

    fn hear(&mut self, now: Instant, peer: PeerId, beacon: Beacon, way: Way) -> News {
        let Some(known) = self.peers.get_mut(&peer) else {
            return self.meet(now, peer, beacon, way);
        };
        let gone_for_good = known.beacon.presence == Presence::Leaving;
        if !gone_for_good && beacon == known.beacon {
            known.note_itself(now, way);
        }
        if gone_for_good || beacon.sequence <= known.beacon.sequence {
            return News::Stale;
        }
        let was_live = is_live(known, now, self.crowds);
        let moved = known.beacon.standing != beacon.standing;
        let changed = Beacon {
            sequence: known.beacon.sequence,
            ..beacon.clone()
        } != known.beacon;
        if moved {
            known.standing_since = now;
        }
        known.beacon = beacon;
        known.note_heard(now, way);
        match (was_live, changed) {
            (false, _) => News::Newcomer,
            (true, true) => News::Changed,
            (true, false) => News::Alive,
        }
    }

    fn meet(&mut self, now: Instant, peer: PeerId, beacon: Beacon, way: Way) -> News {
        if self.peers.len() >= MAX_PEERS {
            self.forget_the_dead(now);
        }
        if self.peers.len() >= MAX_PEERS {
            return News::Stale;
        }
        let heard_itself = (way == Way::Direct).then_some(now);
        let known = Peer {
            heard: now,
            heard_itself,
            seen: None,
            beacon,
            standing_since: now,
            link_lost: None,
            passed: BTreeMap::new(),
        };
        self.peers.insert(peer, known);
        News::Newcomer
    }

    fn forget_the_dead(&mut self, now: Instant) {
        let crowds = self.crowds;
        self.peers.retain(|_, peer| is_live(peer, now, crowds));
        let known: BTreeSet<PeerId> = self.peers.keys().copied().collect();
        for peer in self.peers.values_mut() {
            peer.passed.retain(|whose, _| known.contains(whose));
        }
    }

    /// The channel that a participant was heard on has closed: it is given less time.
    pub fn handle_link_lost(&mut self, now: Instant, peer: PeerId) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.link_lost = Some(now);
        }
    }

    /// I7: these are heard, and not counted, since somebody else is who came the same way.
    pub fn set_surplus(&mut self, surplus: BTreeSet<PeerId>) {
        self.surplus = surplus;
    }

    /// I15.
    pub fn note_media(&mut self, now: Instant, peer: PeerId) {
        if let Some(peer) = self.peers.get_mut(&peer) {
            peer.seen = Some(now);
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

    /// The group came into this epoch, and with it somebody to a new leaf.
    pub fn handle_renewed(&mut self, peer: PeerId, epoch: Epoch) {
        self.renewals.insert(peer, epoch);
    }

    /// Our branch went one epoch on.
    pub fn handle_epoch(&mut self, now: Instant, members: &[(Leaf, PeerId)]) {
        self.pace.note_epoch(now);
        let is_member = |peer: &PeerId| members.iter().any(|(_, member)| member == peer);
        self.renewals.retain(|peer, _| is_member(peer));
    }

    /// We are in another group: its members are given time to be heard. R18: whoever says that it
    /// seeks with one of the `welcomed` key packages came when we did.
    pub fn handle_joined(&mut self, now: Instant, us: &Ourselves<'_>, welcomed: &[KeyPackageRef]) {
        let members = us.members;
        let is_welcomed = |peer: &Peer| {
            let seeks = peer.beacon.seeks;
            seeks.is_some_and(|seek| welcomed.contains(&seek.key_package))
        };
        let came_now = |id: &PeerId| *id == us.peer || self.peers.get(id).is_some_and(is_welcomed);
        let newcomers = members.iter().map(|(_, id)| *id).filter(came_now);
        self.renewals = newcomers.map(|id| (id, us.standing.epoch)).collect();
        self.shunned.forgive(members.iter().map(|(_, peer)| *peer));
        self.pace.forget();
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
            let awake = peer.heard_itself.iter_mut().chain(&mut peer.link_lost);
            let awake = awake.chain(&mut peer.seen);
            awake.for_each(|at| *at = *at + slept);
        }
        for addition in self.additions.values_mut() {
            addition.at = addition.at + slept;
        }
        self.pending.handle_sleep(slept);
        self.shunned.handle_sleep(slept);
    }

    /// What messages travel by. True when that is news.
    pub fn handle_medium(&mut self, medium: Medium) -> bool {
        std::mem::replace(&mut self.pace.medium, medium) != medium
    }

    /// How many times longer others are waited for than over channels.
    pub fn patience(&self) -> u32 {
        self.pace.patience()
    }

    /// R4.
    fn stagger(&self) -> Duration {
        STAGGER * self.pace.turn()
    }

    /// R5: how long who was added may take without being heard.
    fn silent_grace(&self) -> Duration {
        JOIN_GRACE * (1 + self.crowds)
    }

    /// R5: how long it may take as long as it is heard.
    fn join_grace(&self) -> Duration {
        self.silent_grace() * self.patience()
    }

    /// R7.
    fn repair_after(&self) -> Duration {
        REPAIR_AFTER * self.patience()
    }

    /// R11.
    fn rejoin_spacing(&self) -> Duration {
        REJOIN_SPACING * self.patience()
    }

    /// R17.
    fn waste(&self) -> Duration {
        WASTE * self.patience()
    }

    /// R1: how often we say that we are here.
    pub fn beacon_interval(&self) -> Duration {
        BEACON_INTERVAL * (1 + self.crowds)
    }

    /// R1: whether there are so many that not every change is worth a word.
    pub fn is_crowded(&self) -> bool {
        self.crowds > 0
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
            .filter(move |peer| !self.surplus.contains(peer))
    }

    /// What a participant said last.
    pub fn beacon(&self, peer: PeerId) -> Option<&Beacon> {
        self.peers.get(&peer).map(|known| &known.beacon)
    }

    /// What a participant last said that it seeks.
    pub fn seeks(&self, peer: PeerId) -> Option<Seek> {
        self.peers.get(&peer)?.beacon.seeks
    }

    /// Of these joins so many, those that have waited longest.
    pub fn longest_waiting(&self, joins: &[(PeerId, KeyPackageRef)], most: usize) -> Joins {
        let mut joins = joins.to_vec();
        if joins.len() > most {
            joins.sort_by_key(|(peer, _)| self.pending.first(*peer));
            joins.truncate(most);
        }
        joins
    }

    /// How many joins and leaves wait to be committed.
    pub fn pending(&self) -> usize {
        self.pending.len()
    }

    /// Decides. Everything follows from what is known and the time; called again after each
    /// change and when its `Wait` is over.
    pub fn decide(&mut self, now: Instant, us: &Ourselves<'_>) -> Vec<Step> {
        let live = self.live(now).filter(|(id, _)| !self.surplus.contains(id));
        self.crowds = u32::try_from(live.count() / CROWD).unwrap_or(u32::MAX);
        let (grace, repair_after) = (self.join_grace(), self.repair_after());
        self.additions
            .retain(|_, addition| now.since(addition.at) < grace);
        self.repaired.retain(|_, at| now.since(*at) < repair_after);
        self.rewelcomed.retain(|_, at| now.since(*at) < JOIN_GRACE);
        self.note_branches(now, us);
        let mut steps = Vec::new();
        let seeks = self.place_to_seek(now, us);
        steps.extend(seeks.map(Step::Seek));
        let turns = self.turns(now, us);
        self.pace.note_rank(now, turns.rank);
        steps.extend(self.commit_if_due(now, us, seeks, &turns));
        steps.extend(self.update_if_due(now, us, seeks, &turns));
        steps.extend(self.repairs_due(now, us, &turns));
        steps.extend(self.rewelcomes_due(now, us, &turns));
        steps.push(Step::Wait(self.next_deadline(now, us, &turns)));
        steps
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

    /// The next time at which something can fall due without anybody saying anything.
    fn next_deadline(&self, now: Instant, us: &Ourselves<'_>, turns: &Turns) -> Option<Instant> {
        let deaths = self.peers.values().map(|peer| deadline(peer, self.crowds));
        let apart = self
            .standing_here(now, us)
            .filter(|(_, peer)| !same_branch(&peer.beacon.standing, &us.standing));
        let grace = apart.flat_map(|(id, peer)| {
            let repair = peer.standing_since.max(us.since) + self.repair_after();
            [self.fork_deadline(id, peer, us), repair]
        });
        let update = (us.members.len() > 1).then(|| turns.update_due(us));
        let additions = self.additions.values().flat_map(|addition| {
            let seen = addition.seen;
            let welcome = seen.map(|(_, by)| self.rewelcome_after(now, us, turns, by));
            let spans = [
                self.rejoin_spacing(),
                self.silent_grace(),
                self.join_grace(),
            ];
            let spans = spans.into_iter().chain(welcome);
            spans.map(|span| addition.at + span)
        });
        let repairs = self.repaired.values().map(|at| *at + self.repair_after());
        let rewelcomes = self.rewelcomed.values().map(|at| *at + BEACON_INTERVAL);
        let commit = self.commit_due(now, turns);
        deaths
            .chain(grace)
            .chain(additions)
            .chain(repairs)
            .chain(rewelcomes)
            .chain(commit)
            .chain(self.pace.calms_down())
            .chain(self.shunned.ends(self.waste()))
            .chain(update)
            .filter(|at| *at > now)
            .min()
    }
}

fn deadline(peer: &Peer, crowds: u32) -> Instant {
    let silence = peer.seen.map_or(peer.heard, |at| at.max(peer.heard)) + LIVE * (1 + crowds);
    let unheard_since = peer.link_lost.filter(|lost| peer.heard <= *lost);
    let without_link = unheard_since.map(|lost| lost + LIVE_WITHOUT_LINK * (1 + crowds));
    without_link.map_or(silence, |end| end.min(silence))
}

fn is_live(peer: &Peer, now: Instant, crowds: u32) -> bool {
    peer.beacon.presence == Presence::Here && now < deadline(peer, crowds)
}

/// Whether they stand in one epoch of one history.
pub(crate) fn same_branch(one: &Standing, other: &Standing) -> bool {
    one.group == other.group && one.epoch == other.epoch && one.digest == other.digest
}

#[cfg(test)]
mod tests;
