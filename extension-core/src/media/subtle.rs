//! Frames whose AES-GCM operation WebCrypto does, because it is cheaper there for large ones. What
//! decides a frame is decided here: the key, the nonce, what is authenticated, and afterwards the
//! replay window and the layout. Elsewhere only the cipher runs.
//!
//! ```text
//!  frame --(lay out)--> Job --> WebCrypto --> ciphertext or plaintext --(finish)--> frame
//!                        its ticket stays here, and comes back with the outcome
//! ```

use std::sync::{Arc, Weak};

use super::{Keyring, Kid, cipher::AesKey};
use crate::ids::EpochId;

/// What WebCrypto is to do with a frame that was laid out: metadata, then data.
#[derive(Clone, Debug)]
pub struct Job {
    /// Which way.
    pub operation: Operation,
    /// The number of the key.
    pub key: u32,
    /// The nonce.
    pub nonce: [u8; 12],
    /// How many bytes of what was laid out are authenticated; the rest is sealed or opened.
    pub aad: usize,
    /// Which frame it is.
    pub ticket: Ticket,
}

/// What is to be done with a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Make a ciphertext, with its tag, of a plaintext.
    Seal,
    /// The other way.
    Open,
}

/// What the outcome is good for: one counter of one stream in one epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub(super) epoch: EpochId,
    pub(super) kid: Kid,
    pub(super) counter: u64,
}

/// What WebCrypto made of a frame: its ciphertext with the tag, or its plaintext.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    /// Which frame it is.
    pub ticket: Ticket,
    /// What came back.
    pub data: &'a [u8],
}

/// Where frames are laid out, and who has which key.
#[derive(Default)]
pub struct Workspace {
    /// The frame that is laid out, or was sealed or opened.
    pub buffer: Vec<u8>,
    /// Where a codec moves bytes about.
    pub scratch: Vec<u8>,
    /// The keys that WebCrypto holds.
    pub subtle: SubtleKeys,
}

/// The keys that WebCrypto holds, of all calls. It forgets one when it is gone here.
#[derive(Default)]
pub struct SubtleKeys {
    last: u32,
    held: Vec<(u32, Weak<()>)>,
}

impl SubtleKeys {
    /// The next key that is gone here and is to be forgotten there.
    pub fn poll_forgotten(&mut self) -> Option<u32> {
        let gone = |(_, key): &(u32, Weak<()>)| key.strong_count() == 0;
        let place = self.held.iter().position(gone)?;
        Some(self.held.swap_remove(place).0)
    }

    fn issue(&mut self) -> SubtleKey {
        self.last += 1;
        let held = Arc::new(());
        self.held.push((self.last, Arc::downgrade(&held)));
        SubtleKey {
            number: self.last,
            _held: held,
        }
    }
}

/// One of them, kept beside the key that it stands for.
pub struct SubtleKey {
    number: u32,
    _held: Arc<()>,
}

impl SubtleKey {
    /// The number of a key, which it is given when it is first used.
    pub(super) fn number(key: &mut Option<Self>, keys: &mut SubtleKeys) -> u32 {
        key.get_or_insert_with(|| keys.issue()).number
    }
}

impl Keyring {
    /// The key of a job, to be imported.
    pub fn subtle_key(&self, ticket: Ticket) -> Option<AesKey> {
        let keys = self.epoch(ticket.epoch)?;
        Some(keys.receive.aes_key(ticket.kid))
    }
}
