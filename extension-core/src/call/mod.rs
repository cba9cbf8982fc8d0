//! One call: composes identity, roster, group, media and carrier, and orders them; decides
//! nothing that one of those can decide. It lives from the moment Sotto is turned on in a tab
//! until it is turned off, and takes every key with it when it goes.
//!
//! ```text
//!   found alone --another group is better--> seeking --Welcome--> member
//!        ^                                      |                   |
//!        |                                      +-- patience: a     |
//!        |                                          fresh package   |
//!        +------------------- removed ------------------------------+
//! ```

mod archive;
mod links;
mod membership;

use std::time::Duration;

use archive::Archive;
use links::Links;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::{
    carrier::{Carrier, MeshCarrier},
    framing::Codec,
    group::{Candidate, Group, GroupError},
    identity::Identity,
    ids::{ConnectionId, Epoch, GroupId, Leaf, PeerId},
    media::{Context, EpochId, Keyring, OpenError, SealError},
    roster::{BEACON_INTERVAL, Ourselves, Roster, Step},
    safety::{SafetyNumber, branch_digest},
    time::Instant,
    wire::{Beacon, Message, Presence, Seek, SignedBeacon, Standing, WireError},
};

/// M1: senders switch to a new epoch at the latest after this.
const SWITCH_BOUND: Duration = Duration::from_millis(500);
/// M2: changes that follow closely on each other go into one beacon.
const BEACON_SPACING: Duration = Duration::from_millis(20);
/// M3: a key package that wasn't added within this is replaced by a fresh one.
const SEEK_PATIENCE: Duration = Duration::from_secs(4);

/// R17: a group that answered none of this many key packages is shunned.
const SEEK_ATTEMPTS: u32 = 2;

struct Seeking {
    candidate: Candidate,
    target: GroupId,
    /// Since when the target is sought, with whatever key package.
    sought: Instant,
    since: Instant,
    announced: Option<Instant>,
}

/// A frame that was opened, and whose it is.
#[derive(Debug)]
pub struct OpenedFrame<'b> {
    /// The plain frame.
    pub frame: &'b [u8],
    /// The member that sealed it, as far as the group's shared keys can tell.
    pub member: Option<PeerId>,
}

/// See the module's text.
pub struct Call {
    rng: ChaCha20Rng,
    identity: Identity,
    group: Group,
    members: Vec<(Leaf, PeerId)>,
    standing: Standing,
    since: Instant,
    seeking: Option<Seeking>,
    presence: Presence,
    roster: Roster,
    archive: Archive,
    carrier: MeshCarrier,
    links: Links,
    keyring: Keyring,
    switch_by: Option<Instant>,
    sequence: u64,
    beacon_due: bool,
    last_beacon: Option<Instant>,
    wake: Option<Instant>,
}

impl Call {
    /// Starts a call, alone.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    pub fn new(now: Instant, seed: [u8; 32]) -> Result<Self, GroupError> {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let identity = Identity::generate(&mut rng);
        let group = found(&mut rng, &identity)?;
        let mut call = Self {
            identity,
            standing: standing_of(&group),
            group,
            members: Vec::new(),
            since: now,
            seeking: None,
            presence: Presence::Here,
            roster: Roster::default(),
            archive: Archive::default(),
            carrier: MeshCarrier::default(),
            links: Links::default(),
            keyring: Keyring::default(),
            switch_by: None,
            sequence: u64::from(rng.next_u32()),
            beacon_due: true,
            last_beacon: None,
            wake: None,
            rng,
        };
        call.enter_epoch(now)?;
        Ok(call)
    }

    /// A control channel to another participant opened.
    pub fn open_link(&mut self, now: Instant, link: ConnectionId) {
        if self.carrier.open(now, link) {
            self.links.open(link);
            self.beacon_due = true;
            if let Some(seeking) = &mut self.seeking {
                seeking.announced = None;
            }
        }
        self.run(now);
    }

    /// A control channel closed.
    pub fn close_link(&mut self, now: Instant, link: ConnectionId) {
        self.carrier.close(link);
        if let Some(peer) = self.links.close(link) {
            self.roster.handle_link_lost(peer);
        }
        self.run(now);
    }

    /// Takes bytes from a control channel.
    ///
    /// # Errors
    /// Says what was wrong with them; the call goes on as if they had been lost.
    pub fn handle_packet(
        &mut self,
        now: Instant,
        link: ConnectionId,
        bytes: &[u8],
    ) -> Result<(), WireError> {
        if let Some(message) = self.carrier.handle_packet(now, link, bytes)? {
            let message = Message::parse(&message)?;
            self.handle_message(now, link, message)?;
            self.run(now);
        }
        Ok(())
    }

    /// Does what is due by now.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.run(now);
    }

    /// When to call [`Call::handle_timeout`] next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let beacon = self.last_beacon.map(|at| {
            at + if self.beacon_due {
                BEACON_SPACING
            } else {
                BEACON_INTERVAL
            }
        });
        let patience = self
            .seeking
            .as_ref()
            .map(|seeking| seeking.since + SEEK_PATIENCE);
        [
            self.wake,
            beacon,
            patience,
            self.switch_by,
            self.keyring.next_expiry(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The next packet to send, and on which channel.
    pub fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.carrier.poll_packet()
    }

    /// Says goodbye. The packets are to be sent before the call is dropped.
    pub fn leave(&mut self, now: Instant) {
        self.presence = Presence::Leaving;
        self.send_beacon(now);
    }

    /// Seals a frame; see [`Keyring::seal`].
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn seal<'b>(
        &mut self,
        context: Context,
        codec: Codec,
        frame: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        if self.is_alone() {
            return Err(SealError::NoKey);
        }
        self.keyring.seal(context, codec, frame, buffer)
    }

    /// Opens a frame; see [`Keyring::open`].
    ///
    /// # Errors
    /// See [`OpenError`]; the frame must be dropped.
    pub fn open<'b>(
        &mut self,
        codec: Codec,
        frame: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Result<OpenedFrame<'b>, OpenError> {
        let opened = self.keyring.open(codec, frame, buffer)?;
        let member = self.archive.member(opened.epoch, opened.kid.leaf);
        Ok(OpenedFrame {
            frame: opened.frame,
            member,
        })
    }

    /// Whether nobody else is in our group.
    pub fn is_alone(&self) -> bool {
        self.members.len() < 2
    }

    /// Our participant id.
    pub fn peer(&self) -> PeerId {
        self.identity.peer()
    }

    /// Everyone in our group, by leaf.
    pub fn members(&self) -> &[(Leaf, PeerId)] {
        &self.members
    }

    /// Everyone who was heard lately, in our group or not.
    pub fn live_peers(&self, now: Instant) -> impl Iterator<Item = PeerId> {
        self.roster.live(now).map(|(peer, _)| peer)
    }

    /// Members that were not heard lately, and will be removed.
    pub fn silent_members(&self, now: Instant) -> usize {
        self.roster.silent_members(now, &self.ourselves())
    }

    /// The participant at the far end of a connection, while it shows itself there.
    pub fn peer_on(&self, now: Instant, link: ConnectionId) -> Option<PeerId> {
        let peer = self.links.peer(link)?;
        self.roster.is_live(now, peer).then_some(peer)
    }

    /// The group's epoch.
    pub fn epoch(&self) -> Epoch {
        self.standing.epoch
    }

    /// The safety number of the group's present state.
    pub fn safety_number(&self) -> SafetyNumber {
        SafetyNumber::of(self.group.epoch_authenticator())
    }

    fn ourselves(&self) -> Ourselves<'_> {
        Ourselves {
            peer: self.identity.peer(),
            standing: self.standing,
            since: self.since,
            members: &self.members,
            packages: self.archive.packages(),
            archived_from: self.archive.oldest_commit(),
        }
    }

    fn run(&mut self, now: Instant) {
        if self.presence == Presence::Leaving {
            return;
        }
        self.keyring.expire(now);
        self.carrier.expire(now);
        while self.take_steps(now) {}
        self.switch_if_confirmed(now);
        self.beacon_if_due(now);
    }

    /// Takes the roster's next steps. True when one of them moved the group, so that there may be
    /// more to do at once.
    fn take_steps(&mut self, now: Instant) -> bool {
        let ours = Ourselves {
            peer: self.identity.peer(),
            standing: self.standing,
            since: self.since,
            members: &self.members,
            packages: self.archive.packages(),
            archived_from: self.archive.oldest_commit(),
        };
        let steps = self.roster.decide(now, &ours);
        if !steps.iter().any(|step| matches!(step, Step::Seek(_))) {
            self.settle();
        }
        let mut moved = false;
        for step in steps {
            match step {
                Step::Commit { add, remove } => moved |= self.commit(now, &add, &remove),
                Step::Seek(group) => self.seek(now, group),
                Step::Repair(epoch) => self.resend_commit(epoch),
                Step::Rewelcome(peer) => self.resend_welcome(peer),
                Step::Wait(until) => self.wake = until,
            }
        }
        moved
    }

    fn switch_if_confirmed(&mut self, now: Instant) {
        let Some(bound) = self.switch_by else { return };
        if now >= bound || self.roster.all_confirm(now, &self.ourselves()) {
            self.keyring.switch();
            self.switch_by = None;
        }
    }

    fn beacon_if_due(&mut self, now: Instant) {
        let elapsed = self.last_beacon.map(|at| now.since(at));
        let wait = if self.beacon_due {
            BEACON_SPACING
        } else {
            BEACON_INTERVAL
        };
        if elapsed.is_none_or(|elapsed| elapsed >= wait) {
            self.send_beacon(now);
        }
    }

    fn send_beacon(&mut self, now: Instant) {
        self.sequence += 1;
        let seeks = self.seeking.as_ref().map(|seeking| Seek {
            group: seeking.target,
            key_package: seeking.candidate.reference(),
        });
        let beacon = Beacon {
            sequence: self.sequence,
            standing: self.standing,
            seeks,
            presence: self.presence,
        };
        self.broadcast(&Message::Beacon(SignedBeacon::sign(&self.identity, beacon)));
        self.announce_key_package(now);
        self.last_beacon = Some(now);
        self.beacon_due = false;
    }

    fn announce_key_package(&mut self, now: Instant) {
        let Some(seeking) = &mut self.seeking else {
            return;
        };
        if seeking
            .announced
            .is_none_or(|at| now.since(at) >= BEACON_INTERVAL)
        {
            seeking.announced = Some(now);
            let message = Message::KeyPackage(seeking.candidate.message().into());
            self.broadcast(&message);
        }
    }

    fn broadcast(&mut self, message: &Message) {
        self.carrier.broadcast(&message.to_bytes());
    }
}

fn found(rng: &mut ChaCha20Rng, identity: &Identity) -> Result<Group, GroupError> {
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    Group::found(identity, GroupId(id), fork(rng))
}

/// A generator of its own for a part that outlives the borrow.
fn fork(rng: &mut ChaCha20Rng) -> ChaCha20Rng {
    let mut seed = zeroize::Zeroizing::new([0; 32]);
    rng.fill_bytes(seed.as_mut());
    ChaCha20Rng::from_seed(*seed)
}

fn standing_of(group: &Group) -> Standing {
    Standing {
        group: group.id(),
        epoch: group.epoch(),
        digest: branch_digest(group.epoch_authenticator()),
        leaf: group.own_leaf(),
    }
}

fn epoch_id(standing: &Standing) -> EpochId {
    EpochId {
        group: standing.group,
        epoch: standing.epoch,
        branch: standing.digest,
    }
}

#[cfg(test)]
mod tests;
