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
}

impl Links {
    pub fn open(&mut self, link: ConnectionId) {
        self.owners.insert(link, None);
    }

    /// Closes a link; names the participant that can't be heard on any link now.
    pub fn close(&mut self, link: ConnectionId) -> Option<PeerId> {
        self.replaced.remove(&link);
        let peer = self.owners.remove(&link)??;
        (!self.owners.values().any(|other| *other == Some(peer))).then_some(peer)
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
