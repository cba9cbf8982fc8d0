//! Participants, what flies between them, and one clock. A step is one packet delivered or one
//! timer fired; after each, the laws are checked.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{Hash, Hasher},
    time::Duration,
};

use sotto_core::{
    ids::{EpochId, Leaf, PeerId},
    media::Shelf,
    membership::{Membership, Outgoing, Output},
    time::Instant,
};

use crate::{
    abstract_group::{Abstract, Flaw},
    laws::{self, A_WHILE, Law},
};

/// How long a message is on its way.
pub const FLIGHT: Duration = Duration::from_millis(10);
/// How soon the others see that a crashed participant's channels are closed.
const CHANNEL_CLOSES: Duration = Duration::from_millis(200);
/// What has been quiet for this long stays so.
const REST: Duration = Duration::from_secs(6);
/// By when all must have come to rest after the end of the last fault.
pub const HORIZON: Duration = Duration::from_secs(20);

/// Who isn't heard for this long is heard no more.
const A_BREAK: Duration = Duration::from_millis(2500);
/// For how long a world at rest in which a channel stays dead is watched.
const WATCH: Duration = Duration::from_secs(20);

/// When whoever tires does.
const TIRED: Instant = Instant(16_000);

/// A participant's number.
pub type Who = usize;

/// A channel that nothing comes through, at one end or both, and nobody notices by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dead {
    pub from: Who,
    pub to: Who,
    pub ends: Ends,
    /// For how long it is; for ever, if not for a time.
    pub until: Option<Instant>,
}

/// Which of a channel's directions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ends {
    /// From the one to the other.
    One,
    /// Either.
    Both,
}

impl Dead {
    fn swallows(self, from: Who, to: Who) -> bool {
        let there = (self.from, self.to) == (from, to);
        there || (self.ends == Ends::Both && (self.from, self.to) == (to, from))
    }
}

/// Since when somebody has been heard by somebody on its own channel without a long break.
#[derive(Clone, Copy, Debug)]
pub struct Heard {
    pub since: Instant,
    pub last: Instant,
}

/// What flies from one participant to another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Parcel {
    /// A message.
    Said(Outgoing),
    /// The end of the channel between them.
    Closed,
}

#[derive(Clone, Debug, Hash)]
pub struct Flight {
    pub at: Instant,
    pub from: Who,
    pub to: Who,
    pub parcel: Parcel,
}

/// A participant, with what an observer may know of it.
#[derive(Clone, Hash)]
pub struct Node {
    pub membership: Membership<Abstract>,
    pub asleep_until: Instant,
    pub muted_until: Instant,
    pub deaf_until: Instant,
    /// The media keys that it holds: the shelf that ships, with the secrets of abstract groups.
    pub keys: Shelf<u64>,
    /// Since when a participant is no longer a member here.
    pub removed: BTreeMap<PeerId, Instant>,
    pub entered: Vec<EpochId>,
    members: Vec<PeerId>,
}

/// How the world itself departs from what ships, to show that the laws notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Sabotage {
    /// Nobody ever sends a Commit twice, and nobody ever gives up a branch.
    NoHealing,
    /// Nobody ever gives up a branch.
    NoSurrender,
    /// Nobody seals with a new epoch if somebody was removed in it.
    NoSwitch,
    /// Everyone seals with what somebody holds, whoever that is.
    EarlySwitch,
    /// Nobody ever lets go of a key.
    KeepsKeys,
    /// Nobody ever hears of a join.
    NoKeyPackages,
    /// Everyone hears every Welcome.
    WelcomesForAll,
    /// Nobody passes on what others don't hear.
    NoPassingOn,
    /// Nobody does after a while.
    PassingOnTires,
}

/// What made a step.
#[derive(Clone, Debug)]
pub enum Cause {
    /// A timer, or a channel that opened or closed.
    Time,
    /// A message that arrived.
    Heard(Outgoing),
}

/// See the module's text.
#[derive(Clone)]
pub struct World {
    pub now: Instant,
    pub nodes: Vec<Option<Node>>,
    pub flights: Vec<Flight>,
    /// Those on one side of a partition, as bits, and until when it lasts.
    pub apart: Option<(u8, Instant)>,
    pub dead: Option<Dead>,
    /// Who took the last step, and how many of the flights at the end are its.
    pub last: Option<(Who, usize)>,
    pub broken: BTreeSet<Law>,
    /// How long the world took to come to rest, once it has.
    pub rested: Option<Duration>,
    /// Who was a member of each epoch that there ever was.
    pub epochs: BTreeMap<EpochId, BTreeSet<PeerId>>,
    /// When somebody came from an epoch into another.
    pub left: BTreeMap<(Who, EpochId), Instant>,
    /// Who hears whom.
    pub hearing: BTreeMap<(Who, Who), Heard>,
    flaw: Option<Flaw>,
    sabotage: Option<Sabotage>,
}

/// What was once true and only serves the laws is not part of the state: who was in which epoch is
/// told by its digest, and when somebody left one by the keys that it holds.
impl Hash for World {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.now, &self.nodes, &self.flights, self.apart, self.last).hash(state);
        (&self.broken, self.rested, self.dead).hash(state);
        for (pair, heard) in &self.hearing {
            let heard_for = self.now.since(heard.since).min(A_WHILE);
            (pair, heard_for, heard.last).hash(state);
        }
    }
}

impl World {
    /// A world in which nobody is yet.
    pub fn new(people: usize, flaw: Option<Flaw>, sabotage: Option<Sabotage>) -> Self {
        Self {
            now: Instant(0),
            nodes: (0..people).map(|_| None).collect(),
            flights: Vec::new(),
            apart: None,
            dead: None,
            last: None,
            broken: BTreeSet::new(),
            rested: None,
            epochs: BTreeMap::new(),
            left: BTreeMap::new(),
            hearing: BTreeMap::new(),
            flaw,
            sabotage,
        }
    }

    /// The participant's id.
    pub fn peer(who: Who) -> PeerId {
        PeerId([who as u8 + 1; 16])
    }

    /// Somebody comes, with a channel to everyone.
    pub fn join(&mut self, who: Who) {
        let groups = Abstract::new(Self::peer(who), self.flaw);
        let membership = Membership::new(self.now, groups, 0);
        let membership = membership.expect("an abstract group can always be founded");
        self.nodes[who] = Some(Node {
            membership,
            asleep_until: Instant(0),
            muted_until: Instant(0),
            deaf_until: Instant(0),
            keys: Shelf::default(),
            removed: BTreeMap::new(),
            entered: Vec::new(),
            members: Vec::new(),
        });
        for other in 0..self.nodes.len() {
            self.touch(other, Cause::Time, |membership, now| {
                membership.handle_link(now);
            });
        }
    }

    /// Somebody says goodbye and is gone.
    pub fn leave(&mut self, who: Who) {
        if let Some(node) = self.nodes[who].take() {
            let muted = node.muted_until > self.now;
            let (_, goodbye) = node.membership.leave();
            self.post(who, muted, vec![Outgoing::Beacon(goodbye)]);
        }
        self.vanish(who);
    }

    /// Somebody is gone without a word, in the middle of its last step: of what it sent there only
    /// the first `kept` flights are on their way.
    pub fn crash(&mut self, who: Who, kept: usize) {
        if let Some((_, sent)) = self.last.filter(|(last, _)| *last == who) {
            let lost = sent.saturating_sub(kept);
            self.flights.truncate(self.flights.len() - lost);
        }
        self.vanish(who);
    }

    fn vanish(&mut self, who: Who) {
        self.nodes[who] = None;
        let at = self.now + CHANNEL_CLOSES;
        let others = (0..self.nodes.len()).filter(|other| self.nodes[*other].is_some());
        let closed = others.map(|to| Flight {
            at,
            from: who,
            to,
            parcel: Parcel::Closed,
        });
        self.flights.extend(closed.collect::<Vec<_>>());
        self.last = None;
    }

    /// The next flight to arrive, before any timer.
    pub fn next_flight(&self) -> Option<usize> {
        let first = self.first_flight()?;
        let at = self.flights[first].at;
        self.next_timer()
            .is_none_or(|(timer, _)| at <= timer)
            .then_some(first)
    }

    fn first_flight(&self) -> Option<usize> {
        let flights = self.flights.iter().enumerate();
        let first = flights.min_by_key(|(number, flight)| (flight.at, *number));
        first.map(|(number, _)| number)
    }

    fn next_timer(&self) -> Option<(Instant, Who)> {
        let nodes = self.nodes.iter().enumerate();
        let timers = nodes.filter_map(|(who, node)| {
            let node = node.as_ref()?;
            let at = node.membership.poll_timeout()?;
            Some((at.max(node.asleep_until).max(self.now), who))
        });
        timers.min()
    }

    /// The next thing happens, punctually.
    pub fn step(&mut self) {
        self.last = None;
        if let Some(number) = self.next_flight() {
            let flight = self.flights.remove(number);
            self.deliver(flight);
        } else if let Some((at, who)) = self.next_timer() {
            self.now = at;
            self.touch(who, Cause::Time, |membership, now| {
                membership.handle_timeout(now);
            });
        }
        if self.apart.is_some_and(|(_, until)| self.now >= until) {
            self.apart = None;
        }
        let over = |dead: &mut Dead| dead.until.is_some_and(|until| self.now >= until);
        self.dead.take_if(over);
    }

    /// A flight arrives, unless a partition is in its way; who sleeps hears it on waking.
    pub fn deliver(&mut self, mut flight: Flight) {
        self.now = self.now.max(flight.at);
        let Some(node) = &self.nodes[flight.to] else {
            return;
        };
        if node.asleep_until > self.now {
            flight.at = node.asleep_until;
            self.flights.push(flight);
            return;
        }
        let side = |who: Who, mask: u8| mask & (1 << who) != 0;
        let cut = self
            .apart
            .is_some_and(|(mask, _)| side(flight.from, mask) != side(flight.to, mask));
        let dead = |dead: Dead| dead.swallows(flight.from, flight.to);
        let deaf = node.deaf_until > self.now && matches!(flight.parcel, Parcel::Said(_));
        if !cut && !deaf && !self.dead.is_some_and(dead) {
            self.hear(flight);
        }
    }

    fn hear(
        &mut self,
        Flight {
            from, to, parcel, ..
        }: Flight,
    ) {
        let peer = Self::peer(from);
        match parcel {
            Parcel::Closed => self.touch(to, Cause::Time, |membership, now| {
                membership.handle_link_lost(now, peer);
            }),
            Parcel::Said(message) => {
                if matches!(message, Outgoing::Beacon(_)) {
                    self.note_heard(to, from);
                }
                let cause = Cause::Heard(message.clone());
                self.touch(to, cause, |membership, now| {
                    hear(membership, now, peer, &message);
                });
            }
        }
    }

    fn note_heard(&mut self, at: Who, who: Who) {
        let now = self.now;
        let new = Heard {
            since: now,
            last: now,
        };
        let heard = self.hearing.entry((at, who)).or_insert(new);
        if now.since(heard.last) >= A_BREAK {
            heard.since = now;
        }
        heard.last = now;
    }

    /// Lets one participant do something, sends what it says and holds it to the laws.
    fn touch(
        &mut self,
        who: Who,
        cause: Cause,
        act: impl FnOnce(&mut Membership<Abstract>, Instant),
    ) {
        let Some(mut node) = self.nodes[who].take() else {
            return;
        };
        let before = laws::Before::of(&node);
        act(&mut node.membership, self.now);
        let mut sent = Vec::new();
        let mut entered = Vec::new();
        while let Some(output) = node.membership.poll_output() {
            match output {
                Output::Send(message) => sent.push(message),
                Output::Entered {
                    epoch,
                    members,
                    key,
                    switch_by,
                    ..
                } => {
                    self.note_left(who, &node);
                    node.keys.install(self.now, epoch, || key);
                    node.keys.switch_by(switch_by);
                    entered.push((epoch, members));
                }
                Output::Switch => self.switch(&mut node),
            }
        }
        self.let_go(&mut node);
        note_removals(&mut node, self.now, &entered);
        laws::check_step(self, who, &node, &before, &cause, &entered, &sent);
        node.entered
            .extend(entered.into_iter().map(|(epoch, _)| epoch));
        let muted = node.muted_until > self.now;
        self.nodes[who] = Some(node);
        self.post(who, muted, sent);
        laws::check_world(self, who);
    }

    fn note_left(&mut self, who: Who, node: &Node) {
        if let Some(epoch) = node.keys.newest() {
            self.left.insert((who, epoch), self.now);
        }
    }

    /// As a call does, before it seals and when its time has come.
    fn let_go(&self, node: &mut Node) {
        if self.sabotage != Some(Sabotage::NoSwitch) {
            node.keys.switch_if_due(self.now);
        }
        if self.sabotage != Some(Sabotage::KeepsKeys) {
            node.keys.expire(self.now);
        }
    }

    fn switch(&self, node: &mut Node) {
        let size =
            |epoch: Option<EpochId>| epoch.and_then(|it| self.epochs.get(&it)).map(BTreeSet::len);
        let shrinks = size(node.keys.newest()) < size(node.keys.sending());
        match self.sabotage {
            Some(Sabotage::NoSwitch) if shrinks => return,
            Some(Sabotage::EarlySwitch) => {
                if let Some(epoch) = self.epochs.keys().next_back() {
                    let key = u64::from_be_bytes(epoch.branch.0);
                    node.keys.install(self.now, *epoch, || key);
                }
            }
            _ => (),
        }
        node.keys.switch();
    }

    fn post(&mut self, from: Who, muted: bool, sent: Vec<Outgoing>) {
        let mut count = 0;
        for message in sent {
            let Some(message) = self.tamper(muted, message) else {
                continue;
            };
            for to in (0..self.nodes.len()).filter(|to| *to != from) {
                if self.nodes[to].is_some() && is_for(&message, to) {
                    let at = self.now + FLIGHT;
                    let parcel = Parcel::Said(message.clone());
                    self.flights.push(Flight {
                        at,
                        from,
                        to,
                        parcel,
                    });
                    count += 1;
                }
            }
        }
        self.last = Some((from, count));
    }

    /// A stuck committer's beacons go out and its Commits don't; sabotage as it is.
    fn tamper(&mut self, muted: bool, message: Outgoing) -> Option<Outgoing> {
        let changes = matches!(
            message,
            Outgoing::Commit(_) | Outgoing::Repair(..) | Outgoing::Welcome(..)
        );
        if muted && changes {
            return None;
        }
        match (self.sabotage, message) {
            (Some(Sabotage::NoHealing), Outgoing::Repair(..)) => None,
            (Some(Sabotage::NoKeyPackages), Outgoing::KeyPackage(_)) => None,
            (Some(Sabotage::NoPassingOn), Outgoing::PassOn { .. }) => None,
            (Some(Sabotage::PassingOnTires), Outgoing::PassOn { .. }) if self.now >= TIRED => None,
            (Some(Sabotage::WelcomesForAll), Outgoing::Welcome(bytes, _)) => {
                let everyone = (0..self.nodes.len()).map(Self::peer).collect();
                Some(Outgoing::Welcome(bytes, everyone))
            }
            (Some(Sabotage::NoSurrender | Sabotage::NoHealing), Outgoing::Beacon(mut beacon)) => {
                let here = beacon.standing.group;
                beacon.seeks = beacon.seeks.filter(|seek| seek.group != here);
                Some(Outgoing::Beacon(beacon))
            }
            (_, message) => Some(message),
        }
    }

    /// Runs on, punctually, until nothing more will change.
    pub fn settle(&mut self) {
        let start = self.faults_end();
        let mut quiet_since = None;
        while self.now.since(start) < HORIZON {
            self.step();
            if self.now < start || !laws::is_at_rest(self) {
                quiet_since = None;
                continue;
            }
            let since = *quiet_since.get_or_insert(self.now);
            if self.now.since(since) >= REST {
                self.rested = Some(since.since(start));
                break;
            }
        }
        if laws::can_all_meet(self) {
            laws::check_rest(self);
            self.watch();
        }
        self.last = None;
    }

    /// A channel that stays dead is something that goes on happening: what is at rest must stay so.
    fn watch(&mut self) {
        if self.dead.is_some() && self.rested.is_some() {
            let known: BTreeSet<EpochId> = self.epochs.keys().copied().collect();
            let start = self.now;
            while self.now.since(start) < WATCH {
                self.step();
            }
            laws::check_lasting(self, &known);
        }
    }

    /// When the last fault that has begun is over.
    fn faults_end(&self) -> Instant {
        let split = self.apart.map(|(_, until)| until);
        let mended = self.dead.and_then(|dead| dead.until);
        let people = self.present();
        let people =
            people.flat_map(|(_, node)| [node.asleep_until, node.muted_until, node.deaf_until]);
        people
            .chain(split)
            .chain(mended)
            .fold(self.now, Instant::max)
    }

    /// Everyone who is here.
    pub fn present(&self) -> impl Iterator<Item = (Who, &Node)> {
        let nodes = self.nodes.iter().enumerate();
        nodes.filter_map(|(who, node)| Some((who, node.as_ref()?)))
    }
}

/// Who was a member in the last epoch and isn't in the next.
fn note_removals(node: &mut Node, now: Instant, entered: &[(EpochId, Vec<(Leaf, PeerId)>)]) {
    for (_, members) in entered {
        let is_member = |peer: &PeerId| members.iter().any(|(_, member)| member == peer);
        node.removed.retain(|peer, _| !is_member(peer));
        for peer in node.members.iter().filter(|peer| !is_member(peer)) {
            node.removed.entry(*peer).or_insert(now);
        }
        node.members = members.iter().map(|(_, peer)| *peer).collect();
    }
}

fn hear(membership: &mut Membership<Abstract>, now: Instant, from: PeerId, message: &Outgoing) {
    // What a peer sends may be wrong or late; that is not the world's business.
    let _ = match message {
        Outgoing::Beacon(beacon) => {
            membership.handle_beacon(now, from, beacon.clone());
            Ok(())
        }
        Outgoing::PassOn { of, beacon, .. } => {
            membership.handle_passed_on(now, *of, beacon.clone());
            Ok(())
        }
        Outgoing::KeyPackage(bytes) => membership.handle_key_package(now, bytes),
        Outgoing::Welcome(bytes, _) => membership.handle_welcome(now, bytes),
        Outgoing::Commit(bytes) | Outgoing::Repair(bytes, _) => {
            membership.handle_commit(now, bytes)
        }
    };
}

fn is_for(message: &Outgoing, to: Who) -> bool {
    match message {
        Outgoing::Welcome(_, audience) | Outgoing::Repair(_, audience) => {
            audience.contains(&World::peer(to))
        }
        Outgoing::PassOn { to: asker, .. } => *asker == World::peer(to),
        _ => true,
    }
}
