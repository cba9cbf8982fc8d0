//! The control channels of a call and who was heard on each, and the room that its forwarded
//! connections lead to and who was heard there.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    ids::{ConnectionId, PeerId},
    time::Instant,
};

/// B6: how long after its owner left a channel, and another came, a third has to wait.
const TURNOVER: Duration = Duration::from_secs(10);

/// I7: so many are told apart in the room.
const MAX_HEARD: usize = 1_024;

/// I7: of these, so many who are neither members nor heard on a channel of their own.
const MAX_STRANGERS: usize = 256;

/// Where a message came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A channel of the mesh, which ends at one participant.
    Channel(ConnectionId),
    /// The room, from whoever is there.
    Room,
}

#[derive(Default)]
pub struct Links {
    owners: BTreeMap<ConnectionId, Option<PeerId>>,
    /// When a channel's owner last made way for another.
    replaced: BTreeMap<ConnectionId, Instant>,
    shared: BTreeSet<ConnectionId>,
    /// Those of the shared whose channels brought a message.
    relayed: BTreeSet<ConnectionId>,
    room: BTreeSet<PeerId>,
}

impl Links {
    pub fn open(&mut self, link: ConnectionId) {
        self.owners.insert(link, None);
    }

    /// Closes a link; names the participant that can't be heard on any link now.
    pub fn close(&mut self, link: ConnectionId) -> Option<PeerId> {
        self.replaced.remove(&link);
        self.relayed.remove(&link);
        let peer = self.owners.remove(&link)??;
        (!self.is_heard(peer)).then_some(peer)
    }

    /// A connection leads to the room, and so belongs to nobody. Names the participant that can't be
    /// heard on any link now.
    pub fn share(&mut self, link: ConnectionId) -> Option<PeerId> {
        self.shared.insert(link);
        let owner = self.owners.get_mut(&link)?.take()?;
        (!self.is_heard(owner)).then_some(owner)
    }

    /// It does so no more; names the participants that can't be heard on any link now.
    pub fn unshare(&mut self, link: ConnectionId) -> Vec<PeerId> {
        self.shared.remove(&link);
        self.relayed.remove(&link);
        if self.has_room() {
            return Vec::new();
        }
        let heard = std::mem::take(&mut self.room);
        let lost = heard.into_iter().filter(|peer| !self.is_heard(*peer));
        lost.collect()
    }

    /// Somebody was heard in the room.
    pub fn heard_in_room(
        &mut self,
        peer: PeerId,
        members: impl Iterator<Item = PeerId>,
        is_live: impl Fn(PeerId) -> bool,
    ) {
        if self.room.contains(&peer) {
            return;
        }
        let mut known: BTreeSet<_> = self.owners.values().copied().flatten().collect();
        known.extend(members);
        if !self.has_space(peer, &known) {
            self.room.retain(|one| is_live(*one));
        }
        if self.has_space(peer, &known) {
            self.room.insert(peer);
        }
    }

    fn has_space(&self, peer: PeerId, known: &BTreeSet<PeerId>) -> bool {
        let strangers = self.room.difference(known).count();
        self.room.len() < MAX_HEARD && (known.contains(&peer) || strangers < MAX_STRANGERS)
    }

    pub fn is_shared(&self, link: ConnectionId) -> bool {
        self.shared.contains(&link)
    }

    pub fn has_room(&self) -> bool {
        !self.shared.is_empty()
    }

    /// Everyone who was heard in the room.
    pub fn room(&self) -> &BTreeSet<PeerId> {
        &self.room
    }

    /// Whether a channel is open.
    pub fn has_channel(&self, link: ConnectionId) -> bool {
        self.owners.contains_key(&link)
    }

    /// Whether who forwards frames forwards what channels carry, too.
    pub fn has_relayed(&self) -> bool {
        !self.relayed.is_empty()
    }

    /// Where a message on a channel came from.
    pub fn origin(&mut self, link: ConnectionId) -> Origin {
        if self.is_shared(link) {
            self.relayed.insert(link);
            Origin::Room
        } else {
            Origin::Channel(link)
        }
    }

    /// Whether a message from there may come from a participant itself, by what was heard before.
    pub fn is_from(&self, origin: Origin, peer: PeerId) -> bool {
        match origin {
            Origin::Channel(link) => self.peer(link) == Some(peer),
            Origin::Room => self.room.contains(&peer),
        }
    }

    fn is_heard(&self, peer: PeerId) -> bool {
        let on_a_channel = self.owners.values().any(|owner| *owner == Some(peer));
        on_a_channel || self.room.contains(&peer)
    }

    pub fn heard(&mut self, link: ConnectionId, peer: PeerId) {
        if let Some(known) = self.owners.get_mut(&link) {
            *known = Some(peer);
        }
    }

    /// The owner of a link is gone, and another takes its place. False where that was so just
    /// now: whoever comes and goes on one channel does so at a walk.
    pub fn replace(&mut self, now: Instant, link: ConnectionId, peer: PeerId) -> bool {
        let last = self.replaced.get(&link);
        if last.is_some_and(|at| now.since(*at) < TURNOVER) {
            return false;
        }
        self.replaced.insert(link, now);
        self.heard(link, peer);
        true
    }

    /// A link that belongs to a participant, if one does.
    pub fn of(&self, peer: PeerId) -> Option<ConnectionId> {
        let mut links = self.owners.iter();
        links
            .find(|(_, owner)| **owner == Some(peer))
            .map(|(link, _)| *link)
    }

    /// Whether somebody was heard on a channel of its own.
    pub fn has_owners(&self) -> bool {
        self.owners.values().any(Option::is_some)
    }

    /// The links to some participants, and those that may lead to them.
    pub fn to(&self, peers: &BTreeSet<PeerId>) -> BTreeSet<ConnectionId> {
        let links = self.owners.iter();
        links
            .filter(|(_, owner)| owner.is_none_or(|owner| peers.contains(&owner)))
            .map(|(link, _)| *link)
            .collect()
    }

    pub fn peer(&self, link: ConnectionId) -> Option<PeerId> {
        self.owners.get(&link).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::ids::PageId;

    fn link(number: u32) -> ConnectionId {
        let page = PageId(1);
        ConnectionId { page, number }
    }

    fn peer(number: u32) -> PeerId {
        let mut id = [0; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        PeerId(id)
    }

    #[test]
    fn i7_who_is_heard_in_the_room_is_bounded_and_the_dead_make_room() {
        let mut links = Links::default();
        links.share(link(1));
        let members = || (0..2_000).map(peer);
        for member in members() {
            links.heard_in_room(member, members(), |_| true);
        }
        assert_eq!(links.room().len(), MAX_HEARD);
        links.heard_in_room(peer(3_000), members(), |known| known == peer(7));
        assert!(links.room().iter().eq(&[peer(7), peer(3_000)]));
    }

    #[test]
    fn i7_strangers_are_bounded_and_take_nobody_elses_place() {
        let mut links = Links::default();
        links.share(link(1));
        let nobody = || [].into_iter();
        for number in 0..1_000 {
            links.heard_in_room(peer(number), nobody(), |_| true);
        }
        assert_eq!(links.room().len(), MAX_STRANGERS);
        links.open(link(2));
        links.heard(link(2), peer(2_000));
        for [known, member] in [[2_000, 0], [3_000, 3_000]] {
            let members = [peer(member)].into_iter();
            links.heard_in_room(peer(known), members, |_| true);
            assert!(links.room().contains(&peer(known)));
        }
        links.heard_in_room(peer(4_000), nobody(), |known| known > peer(7));
        assert!(links.room().contains(&peer(4_000)), "the dead make room");
    }

    #[test]
    fn i7_the_room_ends_with_the_last_connection_that_leads_there() {
        let mut links = Links::default();
        for number in [1, 2] {
            links.share(link(number));
        }
        links.heard_in_room(peer(1), [].into_iter(), |_| true);
        links.open(link(3));
        links.heard(link(3), peer(3));
        links.heard_in_room(peer(3), [].into_iter(), |_| true);
        assert_eq!(links.unshare(link(1)), []);
        assert_eq!(links.unshare(link(2)), [peer(1)]);
        assert_eq!(links.close(link(3)), Some(peer(3)));
    }

    #[test]
    fn i2_a_channel_of_a_connection_that_leads_to_the_room_belongs_to_nobody() {
        let mut links = Links::default();
        links.open(link(1));
        links.heard(link(1), peer(1));
        assert_eq!(links.share(link(1)), Some(peer(1)));
        assert_eq!(links.peer(link(1)), None);
        assert_eq!(links.origin(link(1)), Origin::Room);
    }
}
