//! I4: what all packets in frames may cost.

use crate::{bucket::Bucket, time::Instant};

/// 64 kbit/s while something changes.
pub const BYTES_PER_SECOND: u64 = 8_000;
const BYTES_BURST: u64 = 4_000;
/// 2 kbit/s while nothing does...
const IDLE_PER_SECOND: u64 = 250;
const IDLE_BURST: u64 = 1_000;
/// ...and 8 kbit/s of what somebody isn't heard without.
const HELP_PER_SECOND: u64 = 1_000;
const HELP_BURST: u64 = 2_000;

/// What a packet is for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Something changes, and nothing counts beside.
    Change,
    /// To say that one is here.
    Idle,
    /// To have those heard whom somebody doesn't hear.
    Help,
}

impl Purpose {
    pub const ALL: [Self; 3] = [Self::Change, Self::Idle, Self::Help];
}

/// See the module's text.
#[derive(Clone, Copy)]
pub struct Budget {
    all: Bucket,
    idle: Bucket,
    help: Bucket,
}

impl Budget {
    pub fn new(now: Instant) -> Self {
        Self {
            all: Bucket::new(now, BYTES_BURST, BYTES_PER_SECOND),
            idle: Bucket::new(now, IDLE_BURST, IDLE_PER_SECOND),
            help: Bucket::new(now, HELP_BURST, HELP_PER_SECOND),
        }
    }

    /// Whether so many bytes may go for this, but for what all may cost.
    pub fn has(mut self, now: Instant, purpose: Purpose, bytes: usize) -> bool {
        self.take_for(now, purpose, bytes)
    }

    /// Whether so many bytes may go now, which are spent then.
    pub fn take(&mut self, now: Instant, purpose: Purpose, bytes: usize) -> bool {
        let mut left = *self;
        let may = left.all.take(now, bytes as u64) && left.take_for(now, purpose, bytes);
        if may {
            *self = left;
        }
        may
    }

    fn take_for(&mut self, now: Instant, purpose: Purpose, bytes: usize) -> bool {
        match purpose {
            Purpose::Change => true,
            Purpose::Idle => self.idle.take(now, bytes as u64),
            Purpose::Help => self.help.take(now, bytes as u64),
        }
    }
}
