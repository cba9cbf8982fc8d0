//! A token bucket: how many messages one participant may send.

use std::time::{Duration, Instant};

/// Enough for the candidates and descriptions of a large mesh that forms at once.
const BURST: u32 = 2_000;
/// One message each 10 ms over a longer time.
const REFILL: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(crate) struct Bucket {
    tokens: u32,
    refilled: Instant,
}

impl Bucket {
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            tokens: BURST,
            refilled: now,
        }
    }

    /// Takes one token, or tells that none is left.
    pub(crate) fn take(&mut self, now: Instant) -> bool {
        self.refill(now);
        let had_one = self.tokens > 0;
        self.tokens = self.tokens.saturating_sub(1);
        had_one
    }

    fn refill(&mut self, now: Instant) {
        let passed = now.saturating_duration_since(self.refilled);
        let earned = u32::try_from(passed.as_nanos() / REFILL.as_nanos()).unwrap_or(u32::MAX);
        self.tokens = self.tokens.saturating_add(earned).min(BURST);
        // A full bucket forgets the remainder; otherwise only whole tokens advance the clock.
        self.refilled = match REFILL.checked_mul(earned) {
            Some(span) if self.tokens < BURST => self.refilled + span,
            _ => now,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_the_next_message_does_not() {
        let now = Instant::now();
        let mut bucket = Bucket::new(now);
        assert!((0..BURST).all(|_| bucket.take(now)));
        assert!(!bucket.take(now));
    }

    #[test]
    fn time_earns_tokens_and_loses_no_fraction() {
        let now = Instant::now();
        let mut bucket = Bucket::new(now);
        while bucket.take(now) {}
        assert!(!bucket.take(now + REFILL * 3 / 4));
        assert!(bucket.take(now + REFILL * 5 / 4));
        assert!(bucket.take(now + REFILL * 2));
        assert!(!bucket.take(now + REFILL * 2));
    }
}
