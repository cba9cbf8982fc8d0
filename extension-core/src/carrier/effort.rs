//! What putting together may cost. A try is a polynomial through all pieces of a message, taken at as
//! many places (I12), so its cost is their number, squared.

use std::collections::BTreeMap;

use super::fragments::Source;
use crate::{bucket::Bucket, time::Instant};

/// In vain, of what one source brought the last fragment of: a message of 64 pieces, and each second
/// one of 32.
const VAIN_BURST: u64 = 64 * 64;
const VAIN_PER_SECOND: u64 = 32 * 32;

/// Of what several sources brought, all of them together: one of 128 pieces, and each second another.
/// What one brought alone it paid for with its packets.
const MIXED_BURST: u64 = 128 * 128;
const MIXED_PER_SECOND: u64 = 128 * 128;

pub struct Effort {
    vain: BTreeMap<Source, Bucket>,
    mixed: Bucket,
}

impl Default for Effort {
    fn default() -> Self {
        Self {
            vain: BTreeMap::new(),
            mixed: Bucket::new(Instant(0), MIXED_BURST, MIXED_PER_SECOND),
        }
    }
}

impl Effort {
    /// What is left for what a source brings.
    pub fn purse(&mut self, now: Instant, source: Source) -> Purse<'_> {
        let full = || Bucket::new(now, VAIN_BURST, VAIN_PER_SECOND);
        let vain = self.vain.entry(source).or_insert_with(full);
        Purse {
            before: *vain,
            vain,
            mixed: &mut self.mixed,
        }
    }

    pub fn forget_full(&mut self, now: Instant) {
        self.vain.retain(|_, vain| !vain.is_full(now));
    }
}

/// Pays for the tries that one fragment makes possible.
pub struct Purse<'e> {
    before: Bucket,
    vain: &'e mut Bucket,
    mixed: &'e mut Bucket,
}

impl Purse<'_> {
    /// Whether there was enough for a try.
    pub fn pay(&mut self, now: Instant, count: u16, is_mixed: bool) -> bool {
        let cost = u64::from(count) * u64::from(count);
        let (mut vain, mut mixed) = (*self.vain, *self.mixed);
        let is_paid = vain.take(now, cost.min(VAIN_BURST))
            && (!is_mixed || mixed.take(now, cost.min(MIXED_BURST)));
        if is_paid {
            (*self.vain, *self.mixed) = (vain, mixed);
        }
        is_paid
    }

    /// One of the tries was a message: its source isn't charged for what others spoilt.
    pub fn give_back(&mut self) {
        *self.vain = self.before;
    }
}
