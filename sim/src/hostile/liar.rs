//! Signs beacons of its own that are not so: others' groups, huge epochs, other digests, wishes
//! with key packages that don't exist, something else to each. And sends what can't be read.

use std::collections::{BTreeSet, VecDeque};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_core::{
    carrier::cut,
    identity::Identity,
    ids::{BranchDigest, ConnectionId, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    time::Instant,
    wire::{
        Beacon, Company, Lack, Message, MessageId, Packet, Presence, Seek, SignedBeacon, Standing,
        Unheard,
    },
};

use super::{Hostile, misfits};
use crate::dice::Dice;

const IDENTITIES: usize = 3;
const MEMORY: usize = 32;

/// See the module's text.
pub struct Liar {
    dice: Dice,
    identities: Vec<Identity>,
    sequence: u64,
    links: BTreeSet<ConnectionId>,
    standings: Vec<Standing>,
    peers: Vec<PeerId>,
    /// The last beacon that it heard.
    heard: Vec<u8>,
    outgoing: VecDeque<(ConnectionId, Vec<u8>)>,
}

impl Liar {
    pub fn new(mut dice: Dice) -> Self {
        let mut rng = ChaCha20Rng::from_seed(dice.seed());
        Self {
            dice,
            identities: (0..IDENTITIES)
                .map(|_| Identity::generate(&mut rng))
                .collect(),
            sequence: 0,
            links: BTreeSet::new(),
            standings: Vec::new(),
            peers: Vec::new(),
            heard: Vec::new(),
            outgoing: VecDeque::new(),
        }
    }

    /// A standing that somebody showed, bent or not.
    fn standing(&mut self) -> Standing {
        let known = self.dice.pick(&self.standings);
        let mut standing = known.unwrap_or(Standing {
            group: GroupId([1; 16]),
            epoch: Epoch(1),
            digest: BranchDigest([1; 8]),
            leaf: Leaf(0),
        });
        match self.dice.below(6) {
            0 => standing.epoch = Epoch(u64::MAX),
            1 => standing.epoch.0 = standing.epoch.0.saturating_add(1),
            2 => standing.digest.0[0] ^= 1,
            3 => standing.leaf = Leaf(u32::MAX),
            4 => standing.group.0[0] = 0,
            _ => {}
        }
        standing
    }

    fn beacon(&mut self) -> Beacon {
        let standing = self.standing();
        let target = self.standing().group;
        let reference = KeyPackageRef(self.dice.seed());
        let seeks = self.dice.chance(0.5).then_some(Seek {
            group: target,
            key_package: reference,
        });
        self.sequence += if self.dice.chance(0.05) { 1 << 32 } else { 1 };
        let leaving = self.dice.chance(0.05);
        Beacon {
            sequence: self.sequence,
            standing,
            seeks,
            presence: if leaving {
                Presence::Leaving
            } else {
                Presence::Here
            },
            company: Company::Together,
            unheard: self.unheard(),
        }
    }

    /// Some of those it has heard of, and what it can't lack.
    fn unheard(&mut self) -> Unheard {
        let lacks: Vec<Lack> = (0..self.dice.below(4))
            .map(|_| Lack {
                peer: self.dice.pick(&self.peers).unwrap_or(PeerId([1; 16])),
                sequence: if self.dice.chance(0.5) { 0 } else { u64::MAX },
            })
            .collect();
        Unheard::of(lacks)
    }

    fn lie(&mut self) -> Vec<Vec<u8>> {
        let beacon = self.beacon();
        let most = if self.dice.chance(0.1) { IDENTITIES } else { 1 };
        let identity = &self.identities[self.dice.below(most)];
        cut(&Message::Beacon(SignedBeacon::sign(identity, beacon)).to_bytes())
    }

    /// Bytes, fragments of nothing, messages that hold nothing, and what breaks a bound.
    fn garbage(&mut self) -> Vec<Vec<u8>> {
        let length = self.dice.below(20_000);
        let body = self.dice.bytes(length);
        match self.dice.below(8) {
            0 => vec![body],
            1 => vec![self.fragment(&body)],
            2 => vec![misfits::of_too_many(&mut self.dice)],
            3 => cut(&misfits::forged(&mut self.dice, &self.heard)),
            4 => cut(&misfits::fat(&mut self.dice)),
            5 => {
                let beacon = self.beacon();
                cut(&misfits::lacking(&self.identities[0], beacon, 65))
            }
            6 => cut(&Message::Commit(body.into()).to_bytes()),
            _ => cut(&Message::Welcome(body.into()).to_bytes()),
        }
    }

    fn fragment(&mut self, body: &[u8]) -> Vec<u8> {
        let packet = Packet {
            message: MessageId::of(body),
            index: self.dice.below(40) as u16,
            count: 40,
            fragment: body,
        };
        packet.to_bytes()
    }
}

impl Hostile for Liar {
    fn open_link(&mut self, _: Instant, link: ConnectionId) {
        self.links.insert(link);
    }

    fn close_link(&mut self, link: ConnectionId) {
        self.links.remove(&link);
    }

    fn handle_packet(&mut self, _: Instant, _: ConnectionId, bytes: &[u8]) {
        let Ok(packet) = Packet::parse(bytes) else {
            return;
        };
        let Ok(Message::Beacon(beacon)) = Message::parse(packet.fragment) else {
            return;
        };
        self.heard = packet.fragment.to_vec();
        if let Some((peer, beacon)) = beacon.open() {
            if !self.peers.contains(&peer) && self.peers.len() < MEMORY {
                self.peers.push(peer);
            }
            if self.standings.len() >= MEMORY {
                let at = self.dice.below(MEMORY);
                self.standings.swap_remove(at);
            }
            self.standings.push(beacon.standing);
        }
    }

    fn tick(&mut self, _: Instant) {
        for link in self.links.clone() {
            let packets = match self.dice.below(5) {
                0 => self.garbage(),
                1..=2 => self.lie(),
                _ => Vec::new(),
            };
            let packets = packets.into_iter().map(|packet| (link, packet));
            self.outgoing.extend(packets);
        }
    }

    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.outgoing.pop_front()
    }
}
