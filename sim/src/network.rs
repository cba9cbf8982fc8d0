//! The network: what becomes of each packet, link by link and way by way.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use sotto_core::time::Instant;

use crate::dice::{Dice, Purpose};

const GOOD_DELAY: u64 = 5;
const MAX_LOSS: f64 = 0.9;

/// One way of one link.
#[derive(Clone, Copy)]
struct Way {
    loss: f64,
    duplication: f64,
    least: u64,
    most: u64,
}

/// See the module's text.
pub struct Network {
    dice: Dice,
    loss: f64,
    ways: BTreeMap<(usize, usize), Way>,
    apart: BTreeSet<usize>,
    /// Channels of which a direction is dead, for good.
    dead: BTreeSet<(usize, usize)>,
    good: bool,
}

impl Network {
    pub fn new(seed: u64, loss: f64) -> Self {
        Self {
            dice: Dice::new(seed, Purpose::Network),
            loss,
            ways: BTreeMap::new(),
            apart: BTreeSet::new(),
            dead: BTreeSet::new(),
            good: false,
        }
    }

    /// Keeps these and the rest apart.
    pub fn split(&mut self, these: BTreeSet<usize>) {
        self.apart = these;
    }

    pub fn heal(&mut self) {
        self.apart.clear();
    }

    /// Nothing comes from one to the other any more.
    pub fn kill(&mut self, from: usize, to: usize) {
        self.dead.insert((from, to));
    }

    /// Mends what was dead.
    pub fn revive(&mut self) {
        self.dead.clear();
    }

    /// Whether anything is dead.
    pub fn is_maimed(&self) -> bool {
        !self.dead.is_empty()
    }

    /// Faults are over, but what is dead stays so.
    pub fn make_good(&mut self) {
        self.heal();
        self.good = true;
    }

    /// When the copies of a packet arrive: none, one or two.
    pub fn arrivals(&mut self, now: Instant, from: usize, to: usize) -> Vec<Instant> {
        if self.dead.contains(&(from, to)) {
            return Vec::new();
        }
        if self.good {
            return vec![now + Duration::from_millis(GOOD_DELAY)];
        }
        if self.apart.contains(&from) != self.apart.contains(&to) {
            return Vec::new();
        }
        let way = self.way(from, to);
        if self.dice.chance(way.loss) {
            return Vec::new();
        }
        let copies = 1 + usize::from(self.dice.chance(way.duplication));
        (0..copies)
            .map(|_| now + Duration::from_millis(self.dice.within(way.least..=way.most)))
            .collect()
    }

    fn way(&mut self, from: usize, to: usize) -> Way {
        let (dice, loss) = (&mut self.dice, self.loss);
        *self.ways.entry((from, to)).or_insert_with(|| {
            let least = dice.within(2..=80);
            Way {
                loss: (loss * (0.5 + dice.share())).min(MAX_LOSS),
                duplication: 0.1 * dice.share(),
                least,
                most: least + dice.within(0..=200),
            }
        })
    }
}
