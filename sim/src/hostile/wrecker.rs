//! Joins as anyone may, and then commits what MLS lets it: everyone else out, half of them out,
//! one thing to some and another to the rest, an accomplice in, epoch after epoch for nothing.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_core::{
    carrier::{Audience, Carrier, MeshCarrier},
    group::{Candidate, Committed, Group, Groups, Joiner, Merged, Mls},
    ids::{ConnectionId, GroupId, Leaf, PeerId},
    time::Instant,
    wire::{Beacon, Company, Message, Presence, Seek, SignedBeacon, Standing, Unheard},
};

use super::Hostile;
use crate::dice::Dice;

const UPDATES: usize = 5;

/// See the module's text.
pub struct Wrecker {
    dice: Dice,
    mls: Mls,
    group: Option<Group>,
    seeking: Option<(Candidate, GroupId)>,
    carrier: MeshCarrier,
    links: BTreeSet<ConnectionId>,
    heard: BTreeMap<PeerId, Standing>,
    sequence: u64,
    ticks: u64,
}

impl Wrecker {
    pub fn new(mut dice: Dice) -> Self {
        let mut mls = Mls::new(ChaCha20Rng::from_seed(dice.seed()));
        Self {
            group: mls.found().ok(),
            mls,
            dice,
            seeking: None,
            carrier: MeshCarrier::default(),
            links: BTreeSet::new(),
            heard: BTreeMap::new(),
            sequence: 0,
            ticks: 0,
        }
    }

    fn handle_message(&mut self, message: Message) {
        match message {
            Message::Beacon(beacon) => {
                let opened = beacon.open();
                self.heard
                    .extend(opened.map(|(peer, beacon)| (peer, beacon.standing)));
            }
            Message::KeyPackage(_) | Message::PassedOn(_) => {}
            Message::Welcome(bytes) => self.join(bytes.as_slice()),
            Message::Commit(bytes) => self.follow(bytes.as_slice()),
        }
    }

    /// A group that it was removed from is of no use: openmls has forgotten its keys.
    fn follow(&mut self, commit: &[u8]) {
        let Some(group) = &mut self.group else { return };
        if matches!(self.mls.receive(group, commit), Ok(Merged::Removed)) {
            self.group = self.mls.found().ok();
        }
    }

    fn join(&mut self, welcome: &[u8]) {
        let Some((candidate, target)) = self.seeking.take() else {
            return;
        };
        match self.mls.join(candidate, welcome, |_, _| true) {
            Ok(group) => self.group = Some(group),
            Err((candidate, _)) => self.seeking = Some((candidate, target)),
        }
    }

    fn is_member(&self) -> bool {
        let size = self.group.as_ref().map(|group| group.members().len());
        size.is_some_and(|size| size > 1)
    }

    /// Asks to be added to a group that somebody is in.
    fn seek(&mut self) {
        let groups: Vec<GroupId> = self.heard.values().map(|standing| standing.group).collect();
        let candidate = self.mls.candidate().ok();
        self.seeking = candidate.zip(self.dice.pick(&groups));
    }

    fn say_so(&mut self) {
        let Some(group) = &self.group else { return };
        self.sequence += 1;
        let seeks = self.seeking.as_ref().map(|(candidate, target)| Seek {
            group: *target,
            key_package: candidate.reference(),
        });
        let beacon = Beacon {
            sequence: self.sequence,
            standing: self.mls.standing(group),
            seeks,
            presence: Presence::Here,
            company: Company::Together,
            unheard: Unheard::default(),
        };
        let signed = SignedBeacon::sign(self.mls.identity(), beacon);
        self.send(&Message::Beacon(signed), &Audience::Everyone);
        if let Some((candidate, _)) = &self.seeking {
            let announced = Message::KeyPackage(candidate.message().into());
            self.send(&announced, &Audience::Everyone);
        }
    }

    fn send(&mut self, message: &Message, audience: &Audience) {
        self.carrier.send(&message.to_bytes(), audience);
    }

    fn wreck(&mut self) {
        match self.dice.below(5) {
            0 => self.remove(1.0, &Audience::Everyone),
            1 => self.remove(0.5, &Audience::Everyone),
            2 => {
                let some = self.some_links();
                self.remove(0.2, &some);
            }
            3 => self.add_accomplice(),
            _ => (0..UPDATES).for_each(|_| self.remove(0.0, &Audience::Everyone)),
        }
    }

    fn some_links(&mut self) -> Audience {
        let dice = &mut self.dice;
        let links = self.links.iter().copied();
        Audience::Links(links.filter(|_| dice.chance(0.5)).collect())
    }

    /// Removes this share of the others, or nobody, which renews a leaf.
    fn remove(&mut self, share: f64, audience: &Audience) {
        let Some(group) = &self.group else { return };
        let (own, members) = (group.own_leaf(), group.members());
        let others = members
            .iter()
            .map(|(leaf, _)| *leaf)
            .filter(|leaf| *leaf != own);
        let victims: Vec<Leaf> = others.filter(|_| self.dice.chance(share)).collect();
        self.commit(&[], &victims, audience);
    }

    /// Adds somebody who isn't there.
    fn add_accomplice(&mut self) {
        let mut accomplice = Mls::new(ChaCha20Rng::from_seed(self.dice.seed()));
        let candidate = accomplice.candidate().ok();
        let joiner = candidate.and_then(|candidate| Joiner::parse(candidate.message()).ok());
        let joiner: Vec<&Joiner> = joiner.iter().collect();
        self.commit(&joiner, &[], &Audience::Everyone);
    }

    fn commit(&mut self, add: &[&Joiner], remove: &[Leaf], audience: &Audience) {
        let Some(group) = &mut self.group else { return };
        if let Ok(Committed { commit, .. }) = self.mls.commit(group, add, remove) {
            self.send(&Message::Commit(commit.into()), audience);
        }
    }
}

impl Hostile for Wrecker {
    fn open_link(&mut self, now: Instant, link: ConnectionId) {
        self.carrier.open(now, link);
        self.links.insert(link);
    }

    fn close_link(&mut self, link: ConnectionId) {
        self.carrier.close(link);
        self.links.remove(&link);
    }

    fn handle_packet(&mut self, now: Instant, link: ConnectionId, bytes: &[u8]) {
        let whole = self.carrier.handle_packet(now, link, bytes);
        if let Ok(Some(bytes)) = whole {
            let message = Message::parse(&bytes).ok();
            message
                .into_iter()
                .for_each(|message| self.handle_message(message));
        }
    }

    fn tick(&mut self, _: Instant) {
        self.ticks += 1;
        if self.ticks.is_multiple_of(40) && !self.is_member() {
            self.group = self.mls.found().ok();
            self.seek();
        }
        if self.ticks.is_multiple_of(5) {
            self.say_so();
        }
        if self.is_member() && self.dice.chance(0.05) {
            self.wreck();
        }
    }

    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.carrier.poll_packet()
    }
}
