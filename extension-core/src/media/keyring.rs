//! The epochs whose media keys we hold: a [`Shelf`] of the keys that ship.

use zeroize::Zeroizing;

use super::{
    BASE_KEY_LENGTH,
    open::ReceiveKeys,
    seal::SendKeys,
    shelf::{Held, Shelf},
};
use crate::{
    ids::{EpochId, Leaf},
    time::Instant,
};

/// The base key of RFC 9605 section 5.2, wiped when dropped.
pub type BaseKey = Zeroizing<[u8; BASE_KEY_LENGTH]>;

pub(super) struct EpochKeys {
    pub send: SendKeys,
    pub receive: ReceiveKeys,
}

/// The media keys of a call, newest epoch last.
#[derive(Default)]
pub struct Keyring {
    pub(super) shelf: Shelf<EpochKeys>,
    /// Sealed bytes of the frame at hand, where a codec moves them about.
    pub(super) scratch: Vec<u8>,
}

impl Keyring {
    /// See [`Shelf::install`].
    pub fn install(&mut self, now: Instant, id: EpochId, own_leaf: Leaf, base_key: &BaseKey) {
        self.shelf.install(now, id, || EpochKeys {
            send: SendKeys::new(base_key.clone(), id.epoch, own_leaf),
            receive: ReceiveKeys::new(base_key.clone(), own_leaf),
        });
    }

    /// See [`Shelf::switch_by`].
    pub fn switch_by(&mut self, at: Instant) {
        self.shelf.switch_by(at);
    }

    /// See [`Shelf::switch_if_due`].
    pub fn switch_if_due(&mut self, now: Instant) {
        self.shelf.switch_if_due(now);
    }

    /// See [`Shelf::switch`].
    pub fn switch(&mut self) {
        self.shelf.switch();
    }

    /// See [`Shelf::sending`].
    pub fn sending(&self) -> Option<EpochId> {
        self.shelf.sending()
    }

    /// See [`Shelf::newest`].
    pub fn newest(&self) -> Option<EpochId> {
        self.shelf.newest()
    }

    /// See [`Shelf::expire`].
    pub fn expire(&mut self, now: Instant) {
        self.shelf.expire(now);
    }

    /// See [`Shelf::next_expiry`].
    pub fn next_expiry(&self) -> Option<Instant> {
        self.shelf.next_expiry()
    }

    /// Forgets everything at once.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn sending_keys(&mut self) -> Option<&mut Held<EpochKeys>> {
        self.shelf.sending_keys()
    }

    pub(super) fn epoch(&self, id: EpochId) -> Option<&EpochKeys> {
        let mut held = self.shelf.held().iter();
        held.find(|held| held.id == id).map(|held| &held.keys)
    }

    pub(super) fn newest_first(&mut self) -> impl Iterator<Item = &mut Held<EpochKeys>> {
        self.shelf.newest_first()
    }
}
