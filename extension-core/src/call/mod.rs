//! One call: a membership, a network to carry it and the media keys that it yields. Composes and
//! orders these, and decides nothing that one of them can decide. It lives from the moment Sotto
//! is turned on in a tab until it is turned off, and takes every key with it when it goes.
//!
//! ```text
//!   packets <--> carrier <--> messages <--> membership --Entered, Switch--> keyring <--> frames
//! ```

mod epochs;
mod hearing;
mod inband;
mod links;
mod media;
mod names;
mod saying;
mod signed;

use epochs::Epochs;
pub use inband::Going;
use links::Links;
pub use media::OpenedFrame;
use names::Names;
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use signed::Signed;

use crate::{
    carrier::{Audience, Carrier, InbandCarrier, MeshCarrier, Owner},
    group::{Group, GroupError, Groups, Mls},
    ids::{ConnectionId, Epoch, EpochId, Leaf, PeerId},
    media::Keyring,
    membership::{Membership, Output},
    name::Name,
    safety::SafetyNumber,
    time::Instant,
    wire::{Message, SignedBeacon, WireError},
};

/// See the module's text.
pub struct Call {
    membership: Membership<Mls>,
    carrier: MeshCarrier,
    inband: InbandCarrier,
    links: Links,
    signed: Signed,
    keyring: Keyring,
    epochs: Epochs,
    names: Names,
}

impl Call {
    /// Starts a call, alone.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    pub fn new(now: Instant, seed: [u8; 32]) -> Result<Self, GroupError> {
        let mut rng = ChaCha20Rng::from_seed(seed);
        let sequence = u64::from(rng.next_u32());
        let mut call = Self {
            membership: Membership::new(now, Mls::new(rng), sequence)?,
            carrier: MeshCarrier::default(),
            inband: InbandCarrier::default(),
            links: Links::default(),
            signed: Signed::default(),
            keyring: Keyring::default(),
            epochs: Epochs::default(),
            names: Names::default(),
        };
        call.drain(now);
        Ok(call)
    }

    /// A control channel to another participant opened.
    pub fn open_link(&mut self, now: Instant, link: ConnectionId) {
        if self.carrier.open(now, link) {
            self.links.open(link);
            self.membership.handle_link(now);
        }
        self.drain(now);
    }

    /// A control channel closed.
    pub fn close_link(&mut self, now: Instant, link: ConnectionId) {
        self.carrier.close(link);
        if let Some(peer) = self.links.close(link) {
            self.membership.handle_link_lost(now, peer);
        }
        self.drain(now);
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
        self.wake_up(now);
        let owner = self.owner(link);
        let Some(message) = self.carrier.handle_packet(now, link, owner, bytes)? else {
            return Ok(());
        };
        let message = Message::parse(&message)?;
        let origin = self.links.origin(link);
        self.take_message(now, origin, message)
    }

    fn owner(&self, link: ConnectionId) -> Owner {
        match self.links.peer(link) {
            Some(_) => Owner::Somebody,
            None => Owner::Nobody,
        }
    }

    /// R19: nobody is taken for gone that we didn't hear for being asleep.
    pub fn wake_up(&mut self, now: Instant) {
        self.membership.wake_up(now);
    }

    /// Does what is due by now.
    pub fn handle_timeout(&mut self, now: Instant) {
        self.carrier.expire(now);
        self.inband.expire(now);
        self.sense();
        self.membership.handle_timeout(now);
        self.drain(now);
        self.tell_name(now);
        // Last: what was sealed with until now may be done with.
        self.keyring.expire(now);
    }

    /// When to call [`Call::handle_timeout`] next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let membership = self.membership.poll_timeout();
        [
            membership,
            self.keyring.next_expiry(),
            self.names.poll_timeout(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// The next packet to send, and on which channel.
    pub fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.carrier.poll_packet()
    }

    /// Ends, with a goodbye in these packets. All keys are wiped, and what arrives later finds
    /// nothing that it could move.
    pub fn leave(self) -> impl Iterator<Item = (ConnectionId, Vec<u8>)> {
        let Self {
            membership,
            mut carrier,
            ..
        } = self;
        let (groups, goodbye) = membership.leave();
        let signed = SignedBeacon::sign(groups.identity(), goodbye);
        carrier.send(&Message::Beacon(signed).to_bytes(), &Audience::Everyone);
        std::iter::from_fn(move || carrier.poll_packet())
    }

    /// What we call ourselves from now on.
    pub fn set_name(&mut self, now: Instant, name: Option<Name>) {
        self.names.choose(now, name);
    }

    /// What a member calls itself. It proves nothing.
    pub fn name_of(&self, member: PeerId) -> Option<&Name> {
        if member == self.peer() {
            return self.names.own();
        }
        self.names.of(member)
    }

    /// Whether nobody else is in our group.
    pub fn is_alone(&self) -> bool {
        self.members().len() < 2
    }

    /// Our participant id.
    pub fn peer(&self) -> PeerId {
        self.membership.groups().peer()
    }

    /// Everyone in our group, by leaf.
    pub fn members(&self) -> &[(Leaf, PeerId)] {
        self.membership.members()
    }

    /// Everyone who was heard lately, in our group or not.
    pub fn live_peers(&self, now: Instant) -> impl Iterator<Item = PeerId> {
        self.membership.live_peers(now)
    }

    /// Members that were not heard lately, and will be removed.
    pub fn silent_members(&self, now: Instant) -> usize {
        self.membership.silent_members(now)
    }

    /// The leaf of the designated committer.
    pub fn committer(&self, now: Instant) -> Leaf {
        self.membership.designated(now)
    }

    /// Members that not everybody in the group is connected with.
    pub fn members_apart(&self, now: Instant) -> usize {
        self.membership.members_apart(now)
    }

    /// The participant at the far end of a connection of the mesh, while it shows itself there.
    pub fn peer_on(&self, now: Instant, link: ConnectionId) -> Option<PeerId> {
        let peer = self.links.peer(link)?;
        self.membership.is_live(now, peer).then_some(peer)
    }

    /// Whether a connection's control channel is open.
    pub fn has_channel(&self, link: ConnectionId) -> bool {
        self.links.has_channel(link)
    }

    /// M13: whether the participant at the far end of a connection, or one in the room that it leads
    /// to, is a member, by what we know and in the epoch that we seal with. Silence is no reason: it
    /// is removed if it lasts.
    pub fn reaches_member(&mut self, now: Instant, link: ConnectionId) -> bool {
        self.keyring.switch_if_due(now);
        let Some(epoch) = self.keyring.sending() else {
            return false;
        };
        let is_there = |peer: &PeerId| self.is_member(*peer) && self.epochs.has(epoch, *peer);
        if self.is_shared(link) {
            return self.links.room().any(is_there);
        }
        self.links.peer(link).as_ref().is_some_and(is_there)
    }

    fn is_member(&self, peer: PeerId) -> bool {
        self.members().iter().any(|(_, member)| *member == peer)
    }

    /// What decides who is in the call, to look at.
    pub fn membership(&self) -> &Membership<Mls> {
        &self.membership
    }

    /// The group's epoch.
    pub fn epoch(&self) -> Epoch {
        self.membership.standing().epoch
    }

    /// The epochs that we went through and whose media keys may still be here, the oldest first.
    pub fn epochs(&self) -> impl Iterator<Item = EpochId> {
        self.epochs.ids()
    }

    /// The safety number of the group's present state.
    pub fn safety_number(&self) -> SafetyNumber {
        SafetyNumber::of(Group::epoch_authenticator(self.membership.group()))
    }

    fn drain(&mut self, now: Instant) {
        while let Some(output) = self.membership.poll_output() {
            match output {
                Output::Send(message) => self.send(now, message),
                Output::Entered {
                    epoch,
                    leaf,
                    members,
                    key,
                    switch_by,
                } => {
                    self.keyring.install(now, epoch, leaf, &key);
                    self.keyring.switch_by(switch_by);
                    let us = self.peer();
                    let others = members.iter().map(|(_, peer)| *peer);
                    let others = others.filter(|peer| *peer != us).collect();
                    self.names.handle_members(now, others);
                    self.epochs.keep(now, epoch, members);
                }
                Output::Switch => self.keyring.switch(),
            }
        }
        self.sense();
    }
}

#[cfg(test)]
mod tests;
