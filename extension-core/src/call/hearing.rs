//! What a call does about what it hears: whose it is, and what is to be done with it.

use super::{
    Call,
    links::{Origin, Via},
};
use crate::{
    group::GroupError,
    ids::PeerId,
    time::Instant,
    wire::{Message, SignedBeacon, WireError},
};

impl Call {
    pub(super) fn take_message(
        &mut self,
        now: Instant,
        origin: Origin,
        message: Message,
    ) -> Result<(), WireError> {
        let outcome = self.handle_message(now, origin, message);
        self.drain(now);
        outcome
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
}
