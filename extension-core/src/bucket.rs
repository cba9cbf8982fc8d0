//! A token bucket: what a peer may make us do in a second.

use crate::time::Instant;

/// Allows bursts up to its size and refills at a steady rate.
#[derive(Clone, Copy, Debug)]
pub struct Bucket {
    size: u64,
    per_second: u64,
    /// Thousandths of a token.
    level: u64,
    filled: Instant,
}

impl Bucket {
    /// A full bucket.
    pub fn new(now: Instant, size: u64, per_second: u64) -> Self {
        Self {
            size,
            per_second,
            level: size * 1000,
            filled: now,
        }
    }

    /// Takes `tokens`, or nothing and says no.
    pub fn take(&mut self, now: Instant, tokens: u64) -> bool {
        let elapsed = now.0.saturating_sub(self.filled.0);
        self.filled = now;
        let refill = elapsed.saturating_mul(self.per_second);
        self.level = self.level.saturating_add(refill).min(self.size * 1000);
        let wanted = tokens.saturating_mul(1000);
        let enough = self.level >= wanted;
        if enough {
            self.level -= wanted;
        }
        enough
    }

    /// Whether nothing is missing.
    pub fn is_full(mut self, now: Instant) -> bool {
        self.take(now, self.size)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn allows_a_burst_then_the_rate() {
        let mut bucket = Bucket::new(Instant(0), 3, 2);
        assert_eq!((0..5).filter(|_| bucket.take(Instant(0), 1)).count(), 3);
        assert!(!bucket.take(Instant(499), 1));
        assert!(bucket.take(Instant(500), 1));
        assert_eq!(
            (0..9).filter(|_| bucket.take(Instant(60_000), 1)).count(),
            3
        );
    }
}
