//! The control channels of a call, and who was heard on each.

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

#[derive(Default)]
pub struct Links {
    owners: BTreeMap<ConnectionId, Option<PeerId>>,
    /// When a channel's owner last made way for another.
    replaced: BTreeMap<ConnectionId, Instant>,
    /// Who was heard in the frames of connections that many may share.
    shared: BTreeMap<ConnectionId, BTreeSet<PeerId>>,
}

/// I7: so many are told apart on one connection that is shared.
const MAX_HEARD: usize = 1_024;

impl Links {
    pub fn open(&mut self, link: ConnectionId) {
        self.owners.insert(link, None);
    }

    /// Closes a link; names the participant that can't be heard on any link now.
    pub fn close(&mut self, link: ConnectionId) -> Option<PeerId> {
        self.replaced.remove(&link);
        let peer = self.owners.remove(&link)??;
        (!self.is_heard(peer)).then_some(peer)
    }

    /// A connection carries messages in its frames.
    pub fn share(&mut self, link: ConnectionId) {
        self.shared.entry(link).or_default();
    }

    /// It does so no more; names the participants that can't be heard on any link now.
    pub fn unshare(&mut self, link: ConnectionId) -> Vec<PeerId> {
        let heard = self.shared.remove(&link).unwrap_or_default();
        let lost = heard.into_iter().filter(|peer| !self.is_heard(*peer));
        lost.collect()
    }

    /// Somebody was heard in the frames of a connection.
    pub fn heard_in_band(
        &mut self,
        link: ConnectionId,
        peer: PeerId,
        is_live: impl Fn(PeerId) -> bool,
    ) {
        let Some(heard) = self.shared.get_mut(&link) else {
            return;
        };
        if heard.len() >= MAX_HEARD {
            heard.retain(|known| is_live(*known));
        }
        if heard.len() < MAX_HEARD {
            heard.insert(peer);
        }
    }

    pub fn is_shared(&self, link: ConnectionId) -> bool {
        self.shared.contains_key(&link)
    }

    /// Everyone who was heard in the frames of a connection.
    pub fn sharers(&self, link: ConnectionId) -> impl Iterator<Item = PeerId> {
        self.shared.get(&link).into_iter().flatten().copied()
    }

    fn is_heard(&self, peer: PeerId) -> bool {
        let on_a_channel = self.owners.values().any(|owner| *owner == Some(peer));
        on_a_channel || self.shared.values().any(|heard| heard.contains(&peer))
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
    fn i7_who_is_heard_in_frames_is_bounded_and_the_dead_make_room() {
        let mut links = Links::default();
        links.share(link(1));
        for number in 0..2_000 {
            links.heard_in_band(link(1), peer(number), |_| true);
        }
        assert_eq!(links.sharers(link(1)).count(), MAX_HEARD);
        links.heard_in_band(link(1), peer(3_000), |known| known == peer(7));
        assert!(links.sharers(link(1)).eq([peer(7), peer(3_000)]));
    }

    #[test]
    fn i7_who_is_heard_elsewhere_as_well_is_not_lost() {
        let mut links = Links::default();
        for number in [1, 2] {
            links.share(link(number));
            links.heard_in_band(link(number), peer(1), |_| true);
        }
        links.heard_in_band(link(1), peer(2), |_| true);
        links.open(link(3));
        links.heard(link(3), peer(3));
        links.heard_in_band(link(1), peer(3), |_| true);
        assert_eq!(links.unshare(link(1)), [peer(2)]);
        assert_eq!(links.unshare(link(2)), [peer(1)]);
        assert_eq!(links.close(link(3)), Some(peer(3)));
    }
}
