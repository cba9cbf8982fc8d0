//! Chance that can be repeated: one generator per purpose, so that one purpose's draws don't
//! shift another's.

use std::ops::RangeInclusive;

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

/// What a generator is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose {
    Network,
    Faults,
    Probes,
    Participant(usize),
}

/// A seeded generator.
pub struct Dice(ChaCha20Rng);

impl Dice {
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        let stream = match purpose {
            Purpose::Network => 0,
            Purpose::Faults => 1,
            Purpose::Probes => 2,
            Purpose::Participant(who) => 3 + who as u64,
        };
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&stream.to_le_bytes());
        Self(ChaCha20Rng::from_seed(bytes))
    }

    /// Below `bound`, which is at least 1.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.0.next_u64() % bound.max(1) as u64) as usize
    }

    pub fn within(&mut self, range: RangeInclusive<u64>) -> u64 {
        let width = range.end().saturating_sub(*range.start()) + 1;
        range.start() + self.0.next_u64() % width
    }

    /// From 0 to 1.
    pub fn share(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / f64::from(u32::MAX)
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.share() < probability
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        from.get(self.below(from.len())).copied()
    }

    pub fn bytes(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = vec![0; length];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// A seed for somebody else's generator.
    pub fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.0.fill_bytes(&mut seed);
        seed
    }
}
