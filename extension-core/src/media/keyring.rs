//! The epochs whose media keys we hold. Receivers use a new epoch at once, senders when told;
//! an old one stays for some seconds, for frames that are still on their way.
//!
//! ```text
//!            install              switch                   ten seconds
//!  (nothing) ------> receive only ------> send and receive ----------> gone
//!                                          (the one before: receive only)
//! ```

use std::time::Duration;

use zeroize::Zeroizing;

use super::{BASE_KEY_LENGTH, open::ReceiveKeys, seal::SendKeys};
use crate::{
    ids::{EpochId, Leaf},
    time::Instant,
};

/// How long an epoch's keys live on after another took its place.
pub const OLD_KEYS: Duration = Duration::from_secs(10);

/// Epochs whose keys are held at once: as many as their low bits tell apart, and more than R3 lets
/// a group go through in the time that old keys live.
pub const MAX_EPOCHS: usize = 16;

/// The base key of RFC 9605 section 5.2, wiped when dropped.
pub type BaseKey = Zeroizing<[u8; BASE_KEY_LENGTH]>;

pub(super) struct EpochKeys {
    pub id: EpochId,
    pub send: SendKeys,
    pub receive: ReceiveKeys,
    replaced: Option<Instant>,
}

/// The media keys of a call, newest epoch last.
#[derive(Default)]
pub struct Keyring {
    epochs: Vec<EpochKeys>,
    sending: Option<EpochId>,
    switch_by: Option<Instant>,
    /// Sealed bytes of the frame at hand, where a codec moves them about.
    pub(super) scratch: Vec<u8>,
}

impl Keyring {
    /// Takes the keys of a new epoch, for receiving. An epoch that is here already is left as it
    /// is: its counters must never start again.
    pub fn install(&mut self, now: Instant, id: EpochId, own_leaf: Leaf, base_key: &BaseKey) {
        if self.epochs.iter().any(|keys| keys.id == id) {
            return;
        }
        if let Some(newest) = self.epochs.last_mut() {
            newest.replaced = Some(now);
        }
        self.epochs.push(EpochKeys {
            id,
            send: SendKeys::new(base_key.clone(), id.epoch, own_leaf),
            receive: ReceiveKeys::new(base_key.clone(), own_leaf),
            replaced: None,
        });
        self.bound();
    }

    fn bound(&mut self) {
        while self.epochs.len() > MAX_EPOCHS {
            let oldest = self
                .epochs
                .iter()
                .position(|keys| Some(keys.id) != self.sending);
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
        self.sending = self.epochs.last().map(|keys| keys.id);
    }

    /// The epoch that frames are sealed with.
    pub fn sending(&self) -> Option<EpochId> {
        self.sending
    }

    /// The newest epoch, for receiving at least.
    pub fn newest(&self) -> Option<EpochId> {
        self.epochs.last().map(|keys| keys.id)
    }

    /// Drops epochs that were replaced long enough ago.
    pub fn expire(&mut self, now: Instant) {
        let sending = self.sending;
        self.epochs.retain(|keys| {
            Some(keys.id) == sending
                || keys
                    .replaced
                    .is_none_or(|since| now.since(since) < OLD_KEYS)
        });
    }

    /// When [`Keyring::expire`] has something to do next.
    pub fn next_expiry(&self) -> Option<Instant> {
        self.epochs
            .iter()
            .filter(|keys| Some(keys.id) != self.sending)
            .filter_map(|keys| keys.replaced.map(|since| since + OLD_KEYS))
            .min()
    }

    /// Forgets everything at once.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn sending_keys(&mut self) -> Option<&mut EpochKeys> {
        let sending = self.sending?;
        self.epochs.iter_mut().find(|keys| keys.id == sending)
    }

    pub(super) fn epoch(&self, id: EpochId) -> Option<&EpochKeys> {
        self.epochs.iter().find(|keys| keys.id == id)
    }

    pub(super) fn newest_first(&mut self) -> impl Iterator<Item = &mut EpochKeys> {
        self.epochs.iter_mut().rev()
    }
}
