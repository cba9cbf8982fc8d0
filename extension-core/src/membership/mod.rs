//! The membership of one participant: where it stands, whom it seeks, what it commits. Sans-IO,
//! and over any [`Groups`], so that what is explored exhaustively is what ships. The roster
//! decides, this carries out, and the call around it gives both a network and media keys.
//!
//! ```text
//!              another group is better          a Welcome
//!   Content ---------------------------> Seeking ----------> Content, there
//!    |  ^  ^                              |   ^ |                  ^
//!    |  |  |             ours is the best |   +-+ 4 s: a fresh     |
//!    |  |  |                              v       package          |
//!    |  |  +------- 8 s after all ------ Sought ---- a Welcome ----+
//!    |  |                                   |
//!    |  +-- removed: alone, from any -------+--> Seeking, if another is better again
//!    |
//!    +-- leave, from any: a last beacon, and nothing that could act any more
//! ```
//!
//! After each call that takes `&mut self`, drain [`Membership::poll_output`].

mod act;
mod archive;
mod states;

use std::{
    collections::{BTreeSet, VecDeque},
    time::Duration,
};

use archive::Archive;
use states::{Mind, Offer, Voice, Wish};

use crate::{
    group::{GroupError, Groups},
    ids::{EpochId, GroupId, KeyPackageRef, Leaf, PeerId},
    roster::{BEACON_INTERVAL, Medium, Ourselves, Roster, Step},
    time::Instant,
    wire::{Beacon, MAX_MLS_MESSAGE, Presence, Seek, Standing, Unheard},
};

/// M1: senders switch to a new epoch at the latest after this.
pub const SWITCH_BOUND: Duration = Duration::from_millis(500);
/// M1: the same where a Commit takes its time: keys of the epoch before are held for longer (M2).
pub const LONGEST_SWITCH: Duration = Duration::from_secs(5);
/// R1: changes that follow closely on each other go into one beacon.
pub const BEACON_SPACING: Duration = Duration::from_millis(20);
/// R1: what is heard within this leads to one decision.
pub const DECISION_SPACING: Duration = Duration::from_millis(5);
/// R10: a key package that wasn't added within this is replaced by a fresh one.
pub const SEEK_PATIENCE: Duration = Duration::from_secs(4);
/// R10: how many key packages are made within that, however many groups are sought.
pub const MAX_KEY_PACKAGES: usize = 4;
/// R10: how long a key package waits for a Welcome once its group is no longer sought.
const SOUGHT_FOR: Duration = Duration::from_secs(8);
/// B5: the longest key package that is kept, in bytes; ours have some 2,700.
pub const MAX_KEY_PACKAGE: usize = 16 * 1024;
/// R19: who wakes up this much later than it meant to was asleep.
pub const ASLEEP: Duration = Duration::from_secs(2);

/// What a participant says to the others, before the call signs and packs it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outgoing {
    /// To everyone.
    Beacon(Beacon),
    /// R20: somebody's last beacon, to somebody who doesn't hear it.
    PassOn {
        /// Whose.
        of: PeerId,
        /// As it was heard; who passes it on has it as it was signed, too.
        beacon: Beacon,
        /// To whom.
        to: PeerId,
    },
    /// To everyone: an `MLSMessage` with a key package.
    KeyPackage(Vec<u8>),
    /// To its joiners, and to those who may have to send it again.
    Welcome(Vec<u8>, BTreeSet<PeerId>),
    /// To everyone: an `MLSMessage` with a Commit.
    Commit(Vec<u8>),
    /// The same again, to those who lack it.
    Repair(Vec<u8>, BTreeSet<PeerId>),
}

/// What the narrowest carrier has room for.
#[derive(Clone, Copy, Debug, Hash)]
pub struct Width {
    /// G11: the longest MLS message.
    pub longest: usize,
    /// R3: how many join by one Commit.
    pub joins: usize,
    /// M1: how many bytes go in a second, where that is worth waiting for.
    pub rate: Option<u64>,
}

impl Width {
    /// Channels.
    pub const WIDE: Self = Self {
        longest: MAX_MLS_MESSAGE,
        joins: usize::MAX,
        rate: None,
    };
}

/// What a membership wants done.
#[derive(Clone, Hash)]
pub enum Output<K> {
    /// Send this.
    Send(Outgoing),
    /// An epoch began: open with its key.
    Entered {
        /// Which.
        epoch: EpochId,
        /// Our leaf in it.
        leaf: Leaf,
        /// Who is in it, by leaf.
        members: Vec<(Leaf, PeerId)>,
        /// What its media keys are derived from.
        key: K,
        /// M1: seal with it from then on at the latest.
        switch_by: Instant,
    },
    /// Seal with the newest epoch from now on.
    Switch,
}

/// See the module's text. It can be copied only where its groups can, and those that ship can't:
/// a copied key would make its counters twice.
#[derive(Clone, Hash)]
pub struct Membership<G: Groups> {
    groups: G,
    group: G::Group,
    members: Vec<(Leaf, PeerId)>,
    standing: Standing,
    since: Instant,
    renewed: Instant,
    wish: Wish<G::Candidate>,
    /// When the last few key packages were made.
    made: VecDeque<Instant>,
    roster: Roster,
    archive: Archive<G::Joiner>,
    width: Width,
    switch_by: Option<Instant>,
    sequence: u64,
    voice: Voice,
    mind: Mind,
    expected: Option<Instant>,
    outputs: VecDeque<Output<G::MediaKey>>,
}

impl<G: Groups> Membership<G> {
    /// Founds a group, alone. Beacons are numbered from `sequence` on.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    pub fn new(now: Instant, mut groups: G, sequence: u64) -> Result<Self, GroupError> {
        let group = groups.found()?;
        let mut membership = Self {
            standing: groups.standing(&group),
            groups,
            group,
            members: Vec::new(),
            since: now,
            renewed: now,
            wish: Wish::Content,
            made: VecDeque::new(),
            roster: Roster::default(),
            archive: Archive::default(),
            width: Width::WIDE,
            switch_by: None,
            sequence,
            voice: Voice::Unheard,
            mind: Mind::Open,
            expected: None,
            outputs: VecDeque::new(),
        };
        membership.enter_epoch(now, Duration::ZERO)?;
        Ok(membership)
    }

    /// The groups and ours, for what is said inside it.
    pub fn parts(&mut self) -> (&G, &mut G::Group) {
        (&self.groups, &mut self.group)
    }

    /// There is a new way to reach somebody: what was said is said again.
    pub fn handle_link(&mut self, now: Instant) {
        self.wake_up(now);
        self.say_unless_crowded();
        if let Some(offer) = self.wish.seeking_mut() {
            offer.announced = None;
        }
        self.run(now);
    }

    /// The last way to a participant is gone: it is given less time.
    pub fn handle_link_lost(&mut self, now: Instant, peer: PeerId) {
        self.wake_up(now);
        self.roster.handle_link_lost(now, peer);
        self.say_unless_crowded();
        self.mind.stir();
        self.run(now);
    }

    /// See [`Roster::set_surplus`].
    pub fn set_surplus(&mut self, surplus: BTreeSet<PeerId>) {
        self.roster.set_surplus(surplus);
    }

    /// I15: a participant's media says that it lives.
    pub fn note_media(&mut self, now: Instant, peer: PeerId) {
        self.roster.note_media(now, peer);
    }

    /// What messages travel by from now on, and what of them goes through it.
    pub fn handle_medium(&mut self, medium: Medium, width: Width) {
        self.width = width;
        if self.roster.handle_medium(medium) {
            self.mind.stir();
        }
    }

    /// Does what is due by now.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.run(now);
    }

    /// When to call [`Membership::handle_timeout`] next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let beacon = self.voice.last().map(|at| at + self.beacon_wait());
        let patience = self.patience_ends();
        let (wake, decision) = (self.mind.until(), self.mind.decides_at());
        [wake, beacon, patience, decision, self.switch_by]
            .into_iter()
            .flatten()
            .min()
    }

    fn patience_ends(&self) -> Option<Instant> {
        let offer = self.wish.seeking();
        offer.map(|offer| offer.since + self.seek_patience())
    }

    fn seek_patience(&self) -> Duration {
        SEEK_PATIENCE * self.roster.patience()
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output<G::MediaKey>> {
        self.outputs.pop_front()
    }

    /// Ends, with a goodbye to be said to everyone. What arrives later finds nothing that it could
    /// move.
    pub fn leave(self) -> (G, Beacon) {
        let goodbye = Beacon {
            sequence: self.sequence + 1,
            presence: Presence::Leaving,
            ..self.words(Unheard::default())
        };
        (self.groups, goodbye)
    }

    /// The participant's groups: its identity, in the one that ships.
    pub fn groups(&self) -> &G {
        &self.groups
    }

    /// The group that it is a member of.
    pub fn group(&self) -> &G::Group {
        &self.group
    }

    /// Everyone in the group, by leaf.
    pub fn members(&self) -> &[(Leaf, PeerId)] {
        &self.members
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// Since when it stands there.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// The group that it wants to be added to, if any.
    pub fn seeks(&self) -> Option<GroupId> {
        self.wish.seeking().map(|offer| offer.target)
    }

    /// Everyone who was heard lately, in the group or not.
    pub fn live_peers(&self, now: Instant) -> impl Iterator<Item = PeerId> {
        self.roster.live(now).map(|(peer, _)| peer)
    }

    /// Whether a participant was heard lately.
    pub fn is_live(&self, now: Instant, peer: PeerId) -> bool {
        self.roster.is_live(now, peer)
    }

    /// Members that were not heard lately, and will be removed.
    pub fn silent_members(&self, now: Instant) -> usize {
        self.roster.silent_members(now, &self.ourselves())
    }

    /// Live members that somebody in the group doesn't hear by themselves.
    pub fn members_apart(&self, now: Instant) -> usize {
        self.roster.apart(now, &self.ourselves())
    }

    /// R4: the leaf of whoever is to commit what waits.
    pub fn designated(&self, now: Instant) -> Leaf {
        self.roster.designated(now, &self.ourselves())
    }

    /// Joins and leaves that wait to be committed.
    pub fn pending(&self) -> usize {
        self.roster.pending()
    }

    /// Its key packages that may be answered by a Welcome, and the group that each is for.
    pub fn awaited(&self) -> impl Iterator<Item = (KeyPackageRef, GroupId)> {
        let offer = self.wish.offer();
        offer
            .map(|offer| (offer.reference, offer.target))
            .into_iter()
    }

    fn ourselves(&self) -> Ourselves<'_> {
        Ourselves {
            peer: self.groups.peer(),
            standing: self.standing,
            since: self.since,
            members: &self.members,
            packages: self.archive.packages(),
            past: self.archive.past(),
            renewed: self.renewed,
        }
    }

    /// Lets the roster act on how we see ourselves.
    fn with_roster<T>(&mut self, act: impl FnOnce(&mut Roster, &Ourselves<'_>) -> T) -> T {
        let mut roster = std::mem::take(&mut self.roster);
        let outcome = act(&mut roster, &self.ourselves());
        self.roster = roster;
        outcome
    }

    fn run(&mut self, now: Instant) {
        self.wake_up(now);
        self.decide_if_due(now);
        self.switch_if_confirmed(now);
        self.beacon_if_due(now);
        self.expected = self.poll_timeout();
    }

    /// R19: who slept heard nobody, which says nothing about the others. To be called before anybody
    /// is asked for after a while; what takes anything in does so by itself. What we mean to do next
    /// stays as it is.
    pub fn wake_up(&mut self, now: Instant) {
        let late = self.expected.map(|at| now.since(at));
        if let Some(slept) = late.filter(|late| *late >= ASLEEP) {
            self.expected = Some(now);
            self.roster.handle_sleep(slept);
            self.since = self.since + slept;
            self.renewed = self.renewed + slept;
            self.wish.handle_sleep(slept);
        }
    }

    fn decide_if_due(&mut self, now: Instant) {
        let patience_is_over = self.patience_ends().is_some_and(|at| now >= at);
        if patience_is_over || self.mind.is_due(now) {
            self.mind.decide(now);
            while self.take_steps(now) {}
        }
    }

    /// Takes the roster's next steps. True when one of them moved the group, so that there may be
    /// more to do at once.
    fn take_steps(&mut self, now: Instant) -> bool {
        self.drop_idle_packages(now);
        let steps = self.with_roster(|roster, us| roster.decide(now, us));
        if !steps.iter().any(|step| matches!(step, Step::Seek(_))) {
            self.settle(now);
        }
        let (mut moved, mut refused) = (false, false);
        for step in steps {
            match step {
                Step::Commit { add, remove } => {
                    let committed = self.commit(now, &add, &remove);
                    moved |= committed;
                    refused |= !committed;
                }
                Step::Update => moved |= self.update(now),
                Step::Seek(group) => self.seek(now, group),
                Step::Repair(epoch, to) => self.resend_commit(epoch, to),
                Step::Rewelcome(peer) => self.resend_welcome(peer),
                Step::Wait(until) => self.mind.rest_until(until),
            }
        }
        if refused {
            self.mind.rest_until_at_most(now + BEACON_INTERVAL);
        }
        moved
    }

    fn switch_if_confirmed(&mut self, now: Instant) {
        let Some(bound) = self.switch_by else { return };
        if now >= bound || self.roster.all_confirm(now, &self.ourselves()) {
            self.outputs.push_back(Output::Switch);
            self.switch_by = None;
        }
    }

    fn beacon_wait(&self) -> Duration {
        match self.voice {
            Voice::News(_) => BEACON_SPACING,
            _ if self.wish.seeking().is_some() => BEACON_INTERVAL,
            _ => self.roster.beacon_interval(),
        }
    }

    /// R1: in a crowd not every change is worth a word.
    fn say_unless_crowded(&mut self) {
        if !self.roster.is_crowded() {
            self.voice.note_news();
        }
    }

    fn beacon_if_due(&mut self, now: Instant) {
        let elapsed = self.voice.last().map(|at| now.since(at));
        if elapsed.is_none_or(|elapsed| elapsed >= self.beacon_wait()) {
            self.send_beacon(now);
        }
    }

    fn send_beacon(&mut self, now: Instant) {
        let unheard = self.roster.unheard(now, &self.ourselves());
        self.sequence += 1;
        self.send(Outgoing::Beacon(self.words(unheard)));
        self.announce_key_package(now);
        self.voice = Voice::Rested(now);
    }

    fn words(&self, unheard: Unheard) -> Beacon {
        let seeks = self.wish.seeking().map(|offer| Seek {
            group: offer.target,
            key_package: offer.reference,
        });
        Beacon {
            sequence: self.sequence,
            standing: self.standing,
            seeks,
            presence: Presence::Here,
            company: self.ourselves().company(),
            unheard,
        }
    }

    fn announce_key_package(&mut self, now: Instant) {
        let Some(offer) = self.wish.seeking_mut() else {
            return;
        };
        let due = offer
            .announced
            .is_none_or(|at| now.since(at) >= BEACON_INTERVAL);
        if due {
            offer.announced = Some(now);
            let (_, message) = self.groups.announcement(&offer.candidate);
            let message = Outgoing::KeyPackage(message.to_vec());
            self.send(message);
        }
    }

    fn send(&mut self, message: Outgoing) {
        self.outputs.push_back(Output::Send(message));
    }
}

#[cfg(test)]
mod tests;
