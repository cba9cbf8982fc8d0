//! How fast the group moves. Whoever comes and goes in turns could else make epochs as fast as
//! messages travel, and faster than media keys can follow; and where messages travel slowly, what is
//! taken for lost may still be on its way.

use std::{collections::VecDeque, time::Duration};

use super::BATCH;
use crate::time::Instant;

/// R3: so many epochs...
const EPOCHS: usize = 4;
/// R3: ...within this make a group fast.
const WITHIN: Duration = Duration::from_secs(5);
/// R3: how long joins and leaves wait for others in a fast group.
pub const SLOW_BATCH: Duration = Duration::from_secs(1);

/// In a room others are waited for so many times longer: what a change of ten takes there.
const ROOM: u32 = 3;
/// R4: the same for whoever commits before us, whose Commit has to come after its last one.
const ROOM_TURN: u32 = 4;
/// R3: a busy room is looked at again this soon.
const LOOK: Duration = Duration::from_millis(100);

/// What messages travel by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Medium {
    /// Channels, which bring a message at once.
    #[default]
    Channels,
    /// A room as well, where they take their time.
    Room {
        /// A Commit or a Welcome of ours hasn't all gone yet.
        busy: bool,
    },
}

/// See the module's text.
#[derive(Clone, Default, Hash)]
pub struct Pace {
    /// When the last few epochs began, oldest first.
    epochs: VecDeque<Instant>,
    pub medium: Medium,
    /// In a room: somebody who seeks us hasn't been heard out.
    expects: bool,
    /// R4: our rank, and when it last fell.
    rank: u32,
    fell: Instant,
}

impl Pace {
    pub fn note_epoch(&mut self, now: Instant) {
        if self.epochs.len() >= EPOCHS {
            self.epochs.pop_front();
        }
        self.epochs.push_back(now);
    }

    /// How many times longer than over channels others are waited for.
    pub fn patience(&self) -> u32 {
        self.in_room(ROOM)
    }

    /// R4: how many times longer whoever commits before us is.
    pub fn turn(&self) -> u32 {
        self.in_room(ROOM_TURN)
    }

    fn in_room(&self, times: u32) -> u32 {
        match self.medium {
            Medium::Channels => 1,
            Medium::Room { .. } => times,
        }
    }

    /// R4: our rank, now that somebody may have gone who was before us.
    pub fn note_rank(&mut self, now: Instant, rank: u32) {
        if self.medium == Medium::Channels {
            return;
        }
        if rank < self.rank {
            self.fell = now;
        }
        self.rank = rank;
    }

    /// R4: from when on to wait for those before us, since something has waited since then. In a
    /// room whoever is first now may need as long again; but nobody is put off for ever.
    pub fn counts_from(&self, oldest: Instant, stagger: Duration) -> Instant {
        oldest.max(self.fell.min(oldest + stagger * 2))
    }

    /// R3: whether the key package of somebody who seeks us isn't here yet.
    pub fn expect(&mut self, somebody: bool) {
        self.expects = somebody && self.medium != Medium::Channels;
    }

    /// R3: whether what we said last is still on its way.
    pub fn is_busy(&self) -> bool {
        self.medium == Medium::Room { busy: true }
    }

    /// When to see whether it still is.
    pub fn looks_again(&self, now: Instant) -> Option<Instant> {
        self.is_busy().then_some(now + LOOK)
    }

    /// How long joins and leaves wait for others.
    pub fn batch(&self, now: Instant) -> Duration {
        let is_fast = self.calms_down().is_some_and(|at| now < at);
        if is_fast || self.expects {
            SLOW_BATCH
        } else {
            BATCH
        }
    }

    /// Until when it is fast, or was.
    pub fn calms_down(&self) -> Option<Instant> {
        let first = self
            .epochs
            .front()
            .filter(|_| self.epochs.len() >= EPOCHS)?;
        Some(*first + WITHIN)
    }

    /// Another group.
    pub fn forget(&mut self) {
        self.epochs.clear();
    }
}
