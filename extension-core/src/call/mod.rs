//! One call: a membership, a network to carry it and the media keys that it yields. Composes and
//! orders these, and decides nothing that one of them can decide. It lives from the moment Sotto
//! is turned on in a tab until it is turned off, and takes every key with it when it goes.
//!
//! ```text
//!   packets <--> carrier <--> messages <--> membership --Entered, Switch--> keyring <--> frames
//! ```

mod epochs;
mod inband;
mod links;
mod names;
mod signed;

use std::collections::BTreeSet;

use epochs::Epochs;
pub use inband::Going;
use links::{Links, Origin, Via};
use names::{Names, To};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use signed::Signed;

use crate::{
    carrier::{Audience, Carrier, InbandCarrier, MeshCarrier, Owner},
    framing::Codec,
    group::{Group, GroupError, Groups, Mls},
    ids::{ConnectionId, Epoch, EpochId, Leaf, PeerId},
    media::{
        AesKey, Context, Job, Keyring, OpenError, Opened, Outcome, Room, SealError, Sender, Ticket,
    },
    membership::{Membership, Outgoing, Output},
    name::Name,
    safety::SafetyNumber,
    time::Instant,
    wire::{Message, SignedBeacon, WireError},
};

/// A frame that was opened, and whose it is.
#[derive(Debug)]
pub struct OpenedFrame<'b> {
    /// The plain frame.
    pub frame: &'b [u8],
    /// The member that sealed it, as far as the group's shared keys can tell.
    pub member: PeerId,
    /// Which of that member's streams it belongs to.
    pub context: Context,
    /// Whether it was sealed in our newest epoch.
    pub fresh: bool,
}

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

    fn take_message(
        &mut self,
        now: Instant,
        origin: Origin,
        message: Message,
    ) -> Result<(), WireError> {
        let outcome = self.handle_message(now, origin, message);
        self.drain(now);
        outcome
    }

    /// R19: nobody is taken for gone that we didn't hear for being asleep.
    pub fn wake_up(&mut self, now: Instant) {
        self.membership.wake_up(now);
    }

    fn handle_message(
        &mut self,
        now: Instant,
        origin: Origin,
        message: Message,
    ) -> Result<(), WireError> {
        let outcome = match message {
            Message::Beacon(beacon) => return self.handle_beacon(now, origin, beacon),
            Message::PassedOn(beacon) => return self.handle_passed_on(now, beacon),
            Message::KeyPackage(bytes) => self.membership.handle_key_package(now, bytes.as_slice()),
            Message::Welcome(bytes) => self.membership.handle_welcome(now, bytes.as_slice()),
            Message::Commit(bytes) => self.membership.handle_commit(now, bytes.as_slice()),
            Message::Name(bytes) => self.handle_name(bytes.as_slice()),
        };
        outcome.map_err(|_| WireError::Malformed)
    }

    /// N3: a name is its sender's, whoever brought it.
    fn handle_name(&mut self, message: &[u8]) -> Result<(), GroupError> {
        let (_, group) = self.membership.parts();
        let (peer, said) = group.hear(message)?;
        self.names.handle_said(peer, &said);
        Ok(())
    }

    fn handle_beacon(
        &mut self,
        now: Instant,
        origin: Origin,
        signed: SignedBeacon,
    ) -> Result<(), WireError> {
        let (peer, beacon) = signed.open().ok_or(WireError::Malformed)?;
        if peer == self.peer() || !self.introduce(now, origin, peer) {
            return Ok(());
        }
        self.keep_signed(now, peer, signed);
        if !self.links.is_from(origin, peer) {
            self.membership.handle_passed_on(now, peer, beacon);
            return Ok(());
        }
        self.membership.handle_beacon(now, peer, beacon);
        Ok(())
    }

    /// R20: nobody is introduced by somebody else.
    fn handle_passed_on(&mut self, now: Instant, signed: SignedBeacon) -> Result<(), WireError> {
        let (peer, beacon) = signed.open().ok_or(WireError::Malformed)?;
        if self.members().iter().any(|(_, member)| *member == peer) && peer != self.peer() {
            self.keep_signed(now, peer, signed);
            self.membership.handle_passed_on(now, peer, beacon);
        }
        Ok(())
    }

    fn keep_signed(&mut self, now: Instant, peer: PeerId, signed: SignedBeacon) {
        let membership = &self.membership;
        let is_live = |known| membership.is_live(now, known);
        self.signed.keep(peer, signed, is_live);
    }

    /// B6: a channel of the mesh ends at one participant. Whoever was heard on it first is who it
    /// belongs to; another takes its place only once that one is gone. I7: in the room everyone is
    /// heard. False for somebody who is neither there nor on a channel of its own.
    fn introduce(&mut self, now: Instant, origin: Origin, peer: PeerId) -> bool {
        let membership = &self.membership;
        let is_live = |known| membership.is_live(now, known);
        let link = match origin {
            Origin::Channel(link) => link,
            Origin::Room(via) => {
                let members = membership.members().iter().map(|(_, member)| *member);
                self.links.heard_in_room(now, via, peer, members, is_live);
                return self.note_guest(via, peer);
            }
        };
        match self.links.peer(link) {
            Some(known) if known == peer => true,
            Some(known) if is_live(known) => self.links.of(peer).is_some(),
            Some(_) => self.links.replace(now, link, peer) || self.links.of(peer).is_some(),
            None => {
                self.links.heard(link, peer);
                true
            }
        }
    }

    /// I7: whether somebody was let in there. Of who isn't a member, one counts for each stream.
    fn note_guest(&mut self, via: Via, peer: PeerId) -> bool {
        let surplus = self.links.surplus().filter(|one| !self.is_member(*one));
        let surplus = surplus.collect();
        self.membership.set_surplus(surplus);
        let is_there = self.links.is_in_room(peer);
        if let (Via::Channel(link), true) = (via, is_there) {
            self.links.note_relayed(link, peer);
        }
        is_there
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

    fn tell_name(&mut self, now: Instant) {
        let Some((to, said)) = self.names.poll(now) else {
            return;
        };
        let (groups, group) = self.membership.parts();
        // Without a key to seal with there is nobody to tell.
        let Ok(message) = group.tell(groups.identity(), &said) else {
            return;
        };
        let audience = match to {
            To::Everyone => Audience::Everyone,
            To::These(peers) => Audience::Links(self.links.to(&peers)),
        };
        self.broadcast(now, &Message::Name(message.into()), &audience);
    }

    /// Seals a frame; see [`Keyring::seal`].
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn seal<'b>(
        &mut self,
        now: Instant,
        context: Context,
        codec: Codec,
        frame: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        if self.is_alone() {
            return Err(SealError::NoKey);
        }
        self.keyring.switch_if_due(now);
        self.keyring.seal(context, codec, frame, buffer)
    }

    /// Opens a frame that came over a connection; see [`Keyring::open`].
    ///
    /// # Errors
    /// See [`OpenError`]; the frame must be dropped.
    pub fn open<'b>(
        &mut self,
        now: Instant,
        link: ConnectionId,
        codec: Codec,
        frame: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Result<OpenedFrame<'b>, OpenError> {
        self.hold_to_bounds(now);
        let who = senders(&self.epochs, &self.links, now, link);
        let opened = self.keyring.open(codec, frame, who, buffer)?;
        Ok(self.owned(opened))
    }

    /// M1 and M2, whether or not a timer fired.
    fn hold_to_bounds(&mut self, now: Instant) {
        self.keyring.switch_if_due(now);
        self.keyring.expire(now);
    }

    fn owned<'b>(&self, opened: Opened<'b>) -> OpenedFrame<'b> {
        OpenedFrame {
            frame: opened.frame,
            member: opened.member,
            context: opened.kid.context,
            fresh: self.keyring.newest() == Some(opened.epoch),
        }
    }

    /// Lays a frame out for WebCrypto to seal; see [`Keyring::seal_elsewhere`].
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal_elsewhere(
        &mut self,
        now: Instant,
        context: Context,
        codec: Codec,
        frame: &[u8],
        room: &mut Room,
    ) -> Result<Job, SealError> {
        if self.is_alone() {
            return Err(SealError::NoKey);
        }
        self.keyring.switch_if_due(now);
        let Room { buffer, subtle, .. } = room;
        self.keyring
            .seal_elsewhere(context, codec, frame, buffer, subtle)
    }

    /// See [`Keyring::finish_seal`].
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn finish_seal<'b>(
        &mut self,
        codec: Codec,
        frame: &[u8],
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        if self.is_alone() {
            return Err(SealError::NoKey);
        }
        let Outcome { ticket, data } = *outcome;
        self.keyring.finish_seal(ticket, codec, frame, data, buffer)
    }

    /// Lays a frame out for WebCrypto to open; see [`Keyring::open_elsewhere`].
    pub fn open_elsewhere(
        &mut self,
        now: Instant,
        link: ConnectionId,
        codec: Codec,
        frame: &[u8],
        room: &mut Room,
    ) -> Option<Job> {
        let Room { buffer, subtle, .. } = room;
        let who = senders(&self.epochs, &self.links, now, link);
        self.keyring
            .open_elsewhere(codec, frame, who, buffer, subtle)
    }

    /// See [`Keyring::finish_open`].
    ///
    /// # Errors
    /// See [`OpenError`]; the frame must be dropped.
    pub fn finish_open<'b>(
        &mut self,
        now: Instant,
        link: ConnectionId,
        codec: Codec,
        frame: &[u8],
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<OpenedFrame<'b>, OpenError> {
        let Outcome { ticket, data } = *outcome;
        self.hold_to_bounds(now);
        let who = senders(&self.epochs, &self.links, now, link);
        let opened = self
            .keyring
            .finish_open(ticket, codec, frame, who, data, buffer)?;
        Ok(self.owned(opened))
    }

    /// The key of a job; see [`Keyring::subtle_key`].
    pub fn subtle_key(&self, ticket: Ticket) -> Option<AesKey> {
        self.keyring.subtle_key(ticket)
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

    fn send(&mut self, now: Instant, message: Outgoing) {
        let (message, audience) = match message {
            Outgoing::Beacon(beacon) => {
                let signed = SignedBeacon::sign(self.membership.groups().identity(), beacon);
                (Message::Beacon(signed), Audience::Everyone)
            }
            Outgoing::PassOn { of, to, .. } => {
                let Some(signed) = self.signed.of(of) else {
                    return;
                };
                let links = self.links.to(&BTreeSet::from([to]));
                (Message::PassedOn(signed.clone()), Audience::Links(links))
            }
            Outgoing::KeyPackage(bytes) => (Message::KeyPackage(bytes.into()), Audience::Everyone),
            Outgoing::Commit(bytes) => (Message::Commit(bytes.into()), Audience::Everyone),
            Outgoing::Repair(bytes, to) => {
                let links = self.links.to(&to);
                (Message::Commit(bytes.into()), Audience::Links(links))
            }
            Outgoing::Welcome(bytes, to) => {
                let links = self.links.to(&to);
                (Message::Welcome(bytes.into()), Audience::Links(links))
            }
        };
        self.broadcast(now, &message, &audience);
    }

    fn broadcast(&mut self, now: Instant, message: &Message, audience: &Audience) {
        let bytes = message.to_bytes();
        let links = self.links.ways(now, message, audience);
        self.carrier.send(&bytes, &Audience::Links(links));
        self.inband.send(now, &bytes);
    }
}

/// M9, M10: who may have sealed what comes over a connection.
fn senders(
    epochs: &Epochs,
    links: &Links,
    now: Instant,
    link: ConnectionId,
) -> impl Fn(EpochId, Leaf) -> Option<Sender> {
    move |epoch, leaf| {
        let member = epochs.member(now, epoch, leaf)?;
        let is_there = links.may_bring(link, member);
        Some(Sender { member, is_there })
    }
}

#[cfg(test)]
mod tests;
