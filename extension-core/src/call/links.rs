//! The control channels of a call, and who was heard on each.

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{ConnectionId, PeerId};

#[derive(Default)]
pub struct Links(BTreeMap<ConnectionId, Option<PeerId>>);

impl Links {
    pub fn open(&mut self, link: ConnectionId) {
        self.0.insert(link, None);
    }

    /// Closes a link; names the participant that can't be heard on any link now.
    pub fn close(&mut self, link: ConnectionId) -> Option<PeerId> {
        let peer = self.0.remove(&link)??;
        (!self.0.values().any(|other| *other == Some(peer))).then_some(peer)
    }

    pub fn heard(&mut self, link: ConnectionId, peer: PeerId) {
        if let Some(known) = self.0.get_mut(&link) {
            *known = Some(peer);
        }
    }

    /// A link that belongs to a participant, if one does.
    pub fn of(&self, peer: PeerId) -> Option<ConnectionId> {
        let mut links = self.0.iter();
        links
            .find(|(_, owner)| **owner == Some(peer))
            .map(|(link, _)| *link)
    }

    /// The links to some participants, and those that may lead to them.
    pub fn to(&self, peers: &BTreeSet<PeerId>) -> BTreeSet<ConnectionId> {
        let links = self.0.iter();
        links
            .filter(|(_, owner)| owner.is_none_or(|owner| peers.contains(&owner)))
            .map(|(link, _)| *link)
            .collect()
    }

    pub fn peer(&self, link: ConnectionId) -> Option<PeerId> {
        self.0.get(&link).copied().flatten()
    }
}
