//! How fast the group moves. Whoever comes and goes in turns could else make epochs as fast as
//! messages travel, and faster than media keys can follow.

use std::{collections::VecDeque, time::Duration};

use super::BATCH;
use crate::time::Instant;

/// R3: so many epochs...
const EPOCHS: usize = 4;
/// R3: ...within this make a group fast.
const WITHIN: Duration = Duration::from_secs(5);
/// R3: how long joins and leaves wait for others in a fast group.
pub const SLOW_BATCH: Duration = Duration::from_secs(1);

/// When the last few epochs began, oldest first.
#[derive(Clone, Default, Hash)]
pub struct Pace(VecDeque<Instant>);

impl Pace {
    pub fn note_epoch(&mut self, now: Instant) {
        if self.0.len() >= EPOCHS {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }

    /// How long joins and leaves wait for others.
    pub fn batch(&self, now: Instant) -> Duration {
        if self.calms_down().is_some_and(|at| now < at) {
            SLOW_BATCH
        } else {
            BATCH
        }
    }

    /// Until when it is fast, or was.
    pub fn calms_down(&self) -> Option<Instant> {
        let first = self.0.front().filter(|_| self.0.len() >= EPOCHS)?;
        Some(*first + WITHIN)
    }

    /// Another group.
    pub fn forget(&mut self) {
        self.0.clear();
    }
}
