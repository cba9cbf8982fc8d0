//! Plays packets again that it heard, to anybody, late, and over its own channels.

use std::collections::{BTreeSet, VecDeque};

use sotto_core::{ids::ConnectionId, time::Instant};

use super::Hostile;
use crate::dice::Dice;

const MEMORY: usize = 500;
const AT_ONCE: usize = 6;

/// See the module's text.
pub struct Replayer {
    dice: Dice,
    links: BTreeSet<ConnectionId>,
    heard: Vec<Vec<u8>>,
    outgoing: VecDeque<(ConnectionId, Vec<u8>)>,
}

impl Replayer {
    pub fn new(dice: Dice) -> Self {
        Self {
            dice,
            links: BTreeSet::new(),
            heard: Vec::new(),
            outgoing: VecDeque::new(),
        }
    }
}

impl Hostile for Replayer {
    fn open_link(&mut self, _: Instant, link: ConnectionId) {
        self.links.insert(link);
    }

    fn close_link(&mut self, link: ConnectionId) {
        self.links.remove(&link);
    }

    fn handle_packet(&mut self, _: Instant, _: ConnectionId, bytes: &[u8]) {
        if self.heard.len() < MEMORY {
            self.heard.push(bytes.to_vec());
        } else {
            let at = self.dice.below(MEMORY);
            self.heard[at] = bytes.to_vec();
        }
    }

    fn tick(&mut self, _: Instant) {
        let links: Vec<_> = self.links.iter().copied().collect();
        for _ in 0..self.dice.below(AT_ONCE) {
            let at = self.dice.below(self.heard.len());
            let packet = self.heard.get(at).cloned();
            self.outgoing.extend(self.dice.pick(&links).zip(packet));
        }
    }

    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.outgoing.pop_front()
    }
}
