//! Which epochs' keys are held, and which of them seals: whatever the keys are, so that what is
//! explored exhaustively is what ships. Receivers use a new epoch at once, senders when told; an
//! old one stays for some seconds, for frames that are still on their way.
//!
//! ```text
//!            install              switch                   ten seconds
//!  (nothing) ------> receive only ------> send and receive ----------> gone
//!                                          (the one before: receive only)
//! ```

use std::time::Duration;

use crate::{ids::EpochId, time::Instant};

/// How long an epoch's keys live on after another took its place.
pub const OLD_KEYS: Duration = Duration::from_secs(10);

/// Epochs whose keys are held at once: as many as their low bits tell apart, and more than R3 lets
/// a group go through in the time that old keys live.
pub const MAX_EPOCHS: usize = 16;

/// An epoch, with its keys.
#[derive(Clone, Hash)]
pub struct Held<K> {
    /// Which.
    pub id: EpochId,
    /// Its keys.
    pub keys: K,
    replaced: Option<Instant>,
}

/// See the module's text. The newest epoch is last.
#[derive(Clone, Hash)]
pub struct Shelf<K> {
    epochs: Vec<Held<K>>,
    sending: Option<EpochId>,
    switch_by: Option<Instant>,
}

impl<K> Default for Shelf<K> {
    fn default() -> Self {
        Self {
            epochs: Vec::new(),
            sending: None,
            switch_by: None,
        }
    }
}

impl<K> Shelf<K> {
    /// Takes the keys of a new epoch, for receiving. An epoch that is here already is left as it
    /// is: its counters must never start again.
    pub fn install(&mut self, now: Instant, id: EpochId, keys: impl FnOnce() -> K) {
        if self.epochs.iter().any(|held| held.id == id) {
            return;
        }
        if let Some(newest) = self.epochs.last_mut() {
            newest.replaced = Some(now);
        }
        self.epochs.push(Held {
            id,
            keys: keys(),
            replaced: None,
        });
        self.bound();
    }

    fn bound(&mut self) {
        while self.epochs.len() > MAX_EPOCHS {
            let oldest = self
                .epochs
                .iter()
                .position(|held| Some(held.id) != self.sending);
            self.epochs.remove(oldest.unwrap_or(0));
        }
    }

    /// Sends with the newest epoch from this time on at the latest.
    pub fn switch_by(&mut self, at: Instant) {
        self.switch_by = Some(at);
    }

    /// Holds to that, for whoever is about to seal: no timer has to fire for it.
    pub fn switch_if_due(&mut self, now: Instant) {
        if self.switch_by.is_some_and(|at| now >= at) {
            self.switch();
        }
    }

    /// Sends with the newest epoch from now on.
    pub fn switch(&mut self) {
        self.switch_by = None;
        self.sending = self.newest();
    }

    /// The epoch that frames are sealed with.
    pub fn sending(&self) -> Option<EpochId> {
        self.sending
    }

    /// The newest epoch, for receiving at least.
    pub fn newest(&self) -> Option<EpochId> {
        self.epochs.last().map(|held| held.id)
    }

    /// Drops epochs that were replaced long enough ago.
    pub fn expire(&mut self, now: Instant) {
        let sending = self.sending;
        self.epochs.retain(|held| {
            Some(held.id) == sending
                || held
                    .replaced
                    .is_none_or(|since| now.since(since) < OLD_KEYS)
        });
    }

    /// When [`Shelf::expire`] has something to do next.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.epochs
            .iter()
            .filter(|held| Some(held.id) != self.sending)
            .filter_map(|held| held.replaced.map(|since| since + OLD_KEYS))
            .min()
    }

    /// All that are held, the oldest first.
    pub fn held(&self) -> &[Held<K>] {
        &self.epochs
    }

    /// The one that frames are sealed with.
    pub fn sending_keys(&mut self) -> Option<&mut Held<K>> {
        let sending = self.sending?;
        self.epochs.iter_mut().find(|held| held.id == sending)
    }

    /// All that frames may be opened with.
    pub fn newest_first(&mut self) -> impl Iterator<Item = &mut Held<K>> {
        self.epochs.iter_mut().rev()
    }
}
