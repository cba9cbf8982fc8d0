//! The control channels of a call and who was heard on each, and the room that its forwarded
//! connections lead to and who was heard there.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    bucket::Bucket,
    carrier::Audience,
    ids::{ConnectionId, PeerId, StreamId},
    time::Instant,
    wire::Message,
};

/// B6: how long after its owner left a channel, and another came, a third has to wait.
const TURNOVER: Duration = Duration::from_secs(10);

/// I7: so many are told apart in the room.
const MAX_HEARD: usize = 1_024;

/// I7: of these, so many who are neither members nor heard on a channel of their own...
const MAX_STRANGERS: usize = 256;
/// ...and of these so many by one stream, where each takes so much of what [`turnover`] gives.
const GUESTS: usize = 4;
const A_GUEST: u64 = 10;

/// I4: how often who may be behind a channel of a server is called, until somebody answers.
const CALLS: Duration = Duration::from_secs(1);

/// B6, for a stream that may bring several.
fn turnover(now: Instant) -> Bucket {
    Bucket::new(now, GUESTS as u64 * A_GUEST, 1)
}

/// What brought a message from the room.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Via {
    /// Frames of this stream.
    Stream(StreamId),
    /// A channel, which a server forwards.
    Channel(ConnectionId),
}

/// Where a message came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A channel of the mesh, which ends at one participant.
    Channel(ConnectionId),
    /// The room, from whoever is there.
    Room(Via),
}

/// Somebody who was heard in the room.
pub struct Guest {
    via: Via,
    /// One of a stream does.
    counts: bool,
}

#[derive(Default)]
pub struct Links {
    owners: BTreeMap<ConnectionId, Option<PeerId>>,
    /// When a channel's owner last made way for another.
    replaced: BTreeMap<ConnectionId, Instant>,
    shared: BTreeSet<ConnectionId>,
    /// Who was heard last over a channel of one of the shared.
    relayed: BTreeMap<ConnectionId, PeerId>,
    /// When a beacon last went over a channel that nobody has answered.
    called: BTreeMap<ConnectionId, Instant>,
    room: BTreeMap<PeerId, Guest>,
    turnover: BTreeMap<Via, Bucket>,
}

impl Links {
    pub fn open(&mut self, link: ConnectionId) {
        self.owners.insert(link, None);
    }

    /// Closes a link; names the participant that can't be heard on any link now.
    pub fn close(&mut self, link: ConnectionId) -> Option<PeerId> {
        self.replaced.remove(&link);
        self.relayed.remove(&link);
        self.called.remove(&link);
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
        if self.leads_to_room() {
            return Vec::new();
        }
        let heard = std::mem::take(&mut self.room);
        let lost = heard.into_keys().filter(|peer| !self.is_heard(*peer));
        lost.collect()
    }

    /// Somebody was heard in the room. Who was silent for long has to be let in again.
    pub fn heard_in_room(
        &mut self,
        now: Instant,
        via: Via,
        peer: PeerId,
        members: impl Iterator<Item = PeerId>,
        is_live: impl Fn(PeerId) -> bool,
    ) {
        let others = self.room.iter().filter(|(one, _)| **one != peer);
        let mut ahead = others.filter(|(_, guest)| guest.via == via && guest.counts);
        let counts = !ahead.any(|(one, _)| is_live(*one));
        if let Some(guest) = self.room.get_mut(&peer).filter(|_| is_live(peer)) {
            if counts && !guest.counts {
                *guest = Guest { via, counts };
            }
            return;
        }
        self.room.remove(&peer);
        let mut known: BTreeSet<_> = self.owners.values().copied().flatten().collect();
        known.extend(members);
        let is_stranger = |one: &PeerId| is_live(*one) && !known.contains(one);
        if !known.contains(&peer) && !self.lets_in(now, via, is_stranger) {
            return;
        }
        if self.room.len() >= MAX_HEARD {
            self.room.retain(|one, _| is_live(*one));
        }
        if self.room.len() < MAX_HEARD {
            self.room.insert(peer, Guest { via, counts });
        }
    }

    fn lets_in(&mut self, now: Instant, via: Via, is_stranger: impl Fn(&PeerId) -> bool) -> bool {
        let strangers = || self.room.iter().filter(|(one, _)| is_stranger(one));
        let of_stream = strangers().filter(|(_, guest)| guest.via == via).count();
        if of_stream >= GUESTS || strangers().count() >= MAX_STRANGERS {
            return false;
        }
        self.turnover.retain(|_, left| !left.is_full(now));
        let left = self.turnover.entry(via).or_insert_with(|| turnover(now));
        left.take(now, A_GUEST)
    }

    /// R6, R8: who isn't the first of its stream.
    pub fn surplus(&self) -> impl Iterator<Item = PeerId> {
        let surplus = self.room.iter().filter(|(_, guest)| !guest.counts);
        surplus.map(|(peer, _)| *peer)
    }

    pub fn is_shared(&self, link: ConnectionId) -> bool {
        self.shared.contains(&link)
    }

    pub fn leads_to_room(&self) -> bool {
        !self.shared.is_empty()
    }

    /// Everyone who was heard in the room.
    pub fn room(&self) -> impl Iterator<Item = &PeerId> {
        self.room.keys()
    }

    /// Whether somebody was heard in the room.
    pub fn is_in_room(&self, peer: PeerId) -> bool {
        self.room.contains_key(&peer)
    }

    /// M9, I10: whether somebody's frames may come over a connection.
    pub fn may_bring(&self, link: ConnectionId, peer: PeerId) -> bool {
        if self.is_shared(link) {
            return self.is_in_room(peer);
        }
        self.peer(link) == Some(peer)
    }

    /// Whether a channel is open.
    pub fn has_channel(&self, link: ConnectionId) -> bool {
        self.owners.contains_key(&link)
    }

    /// A channel of a server brought what somebody else said.
    pub fn note_relayed(&mut self, link: ConnectionId, peer: PeerId) {
        self.relayed.insert(link, peer);
    }

    /// Whom who forwards frames forwarded over channels, too.
    pub fn relayed(&self) -> impl Iterator<Item = PeerId> {
        self.relayed.values().copied()
    }

    /// Where a message on a channel came from.
    pub fn origin(&self, link: ConnectionId) -> Origin {
        if self.is_shared(link) {
            Origin::Room(Via::Channel(link))
        } else {
            Origin::Channel(link)
        }
    }

    /// Whether a message from there may come from a participant itself, by what was heard before.
    pub fn is_from(&self, origin: Origin, peer: PeerId) -> bool {
        match origin {
            Origin::Channel(link) => self.peer(link) == Some(peer),
            Origin::Room(_) => self.is_in_room(peer),
        }
    }

    fn is_heard(&self, peer: PeerId) -> bool {
        let on_a_channel = self.owners.values().any(|owner| *owner == Some(peer));
        on_a_channel || self.is_in_room(peer)
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

    /// Over which of the channels to somebody a message goes. I4: where a server opened it and may
    /// forward nothing, beacons alone, and seldom.
    pub fn ways(
        &mut self,
        now: Instant,
        message: &Message,
        to: &Audience,
    ) -> BTreeSet<ConnectionId> {
        let calls = matches!(message, Message::Beacon(_));
        let all: Vec<_> = self.owners.keys().copied().collect();
        let ways = all.into_iter().filter(|link| to.has(*link));
        ways.filter(|link| self.is_answered(*link) || calls && self.may_call(now, *link))
            .collect()
    }

    fn is_answered(&self, link: ConnectionId) -> bool {
        !self.is_shared(link) || self.relayed.contains_key(&link)
    }

    fn may_call(&mut self, now: Instant, link: ConnectionId) -> bool {
        let last = self.called.get(&link);
        let may = last.is_none_or(|at| now.since(*at) >= CALLS);
        if may {
            self.called.insert(link, now);
        }
        may
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

    fn stream(number: u32) -> Via {
        let page = PageId(1);
        Via::Stream(StreamId { page, number })
    }

    fn in_room() -> Links {
        let mut links = Links::default();
        links.share(link(1));
        links
    }

    const NOW: Instant = Instant(0);

    fn nobody() -> impl Iterator<Item = PeerId> {
        [].into_iter()
    }

    /// Strangers of these numbers, each by a stream of its own.
    fn come(links: &mut Links, numbers: std::ops::Range<u32>) {
        for number in numbers {
            links.heard_in_room(NOW, stream(number), peer(number), nobody(), |_| true);
        }
    }

    #[test]
    fn i7_who_is_heard_in_the_room_is_bounded_and_the_dead_make_room() {
        let mut links = in_room();
        let members = || (0..2_000).map(peer);
        for member in members() {
            links.heard_in_room(NOW, stream(1), member, members(), |_| true);
        }
        assert_eq!(links.room().count(), MAX_HEARD);
        let lives = |known| known == peer(7);
        links.heard_in_room(NOW, stream(1), peer(1_999), members(), lives);
        assert!(links.room().eq(&[peer(7), peer(1_999)]));
    }

    #[test]
    fn i7_strangers_are_bounded_and_take_nobody_elses_place() {
        let mut links = in_room();
        come(&mut links, 0..1_000);
        assert_eq!(links.room().count(), MAX_STRANGERS);
        links.open(link(2));
        links.heard(link(2), peer(2_000));
        for [known, member] in [[2_000, 0], [3_000, 3_000]] {
            let members = [peer(member)].into_iter();
            links.heard_in_room(NOW, stream(1), peer(known), members, |_| true);
            assert!(links.is_in_room(peer(known)));
        }
        links.heard_in_room(NOW, stream(2), peer(4_000), nobody(), |known| {
            known > peer(7)
        });
        assert!(links.is_in_room(peer(4_000)), "the dead make room");
    }

    #[test]
    fn i7_a_stream_brings_four_strangers_at_once_and_another_each_ten_seconds() {
        let mut links = in_room();
        let mut comes = |now, number: u32, lives: std::ops::Range<u32>| {
            let lives = |one| lives.clone().any(|number| one == peer(number));
            links.heard_in_room(Instant(now), stream(1), peer(number), nobody(), lives);
            links.is_in_room(peer(number))
        };
        assert!((0..4).all(|number| comes(0, number, 0..number)));
        assert!(!comes(60_000, 4, 0..4), "four are there");
        let came: Vec<_> = (10..60)
            .filter(|number| comes(60_000, *number, 0..0))
            .collect();
        assert_eq!(came, [10, 11, 12, 13]);
        assert!(!comes(69_999, 70, 0..0) && comes(70_000, 71, 0..0));
        assert!(!comes(70_001, 10, 0..0), "who was silent comes anew");
    }

    #[test]
    fn i7_of_one_stream_one_counts_and_another_once_that_is_gone() {
        let mut links = in_room();
        let comes = |links: &mut Links, number, lives: fn(PeerId) -> bool| {
            links.heard_in_room(NOW, stream(1), peer(number), nobody(), lives);
        };
        (0..3).for_each(|number| comes(&mut links, number, |_| true));
        assert!(links.surplus().eq([peer(1), peer(2)]));
        comes(&mut links, 2, |one| one != peer(0));
        assert!(links.surplus().eq([peer(1)]));
        links.heard_in_room(NOW, stream(2), peer(1), nobody(), |_| true);
        assert_eq!(links.surplus().count(), 0, "it has a stream of its own");
    }

    #[test]
    fn i7_the_room_ends_with_the_last_connection_that_leads_there() {
        let mut links = Links::default();
        for number in [1, 2] {
            links.share(link(number));
        }
        links.heard_in_room(NOW, stream(1), peer(1), nobody(), |_| true);
        links.open(link(3));
        links.heard(link(3), peer(3));
        links.heard_in_room(NOW, stream(3), peer(3), nobody(), |_| true);
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
        let room = Origin::Room(Via::Channel(link(1)));
        assert_eq!(links.origin(link(1)), room);
    }
}
