//! What a frame costs in wasm, three ways: sealed and opened by the core, by the bare AES-128-GCM
//! call, and as an MLS application message. Each method does `rounds` frames of `size` bytes; the
//! script around it takes the time.

#![cfg(target_arch = "wasm32")]

mod bare;
mod mls;

use bare::Bare;
use mls::MessagePair;
use sotto_core::{
    framing::Codec,
    ids::{BranchDigest, Epoch, EpochId, GroupId, Leaf, PeerId},
    media::{BaseKey, Context, Keyring, Sender},
    time::Instant,
};
use wasm_bindgen::prelude::*;

/// Everything that is measured.
#[wasm_bindgen]
pub struct Bench {
    alice: Keyring,
    bob: Keyring,
    bare: Bare,
    messages: MessagePair,
    buffer: Vec<u8>,
    waiting: Vec<Vec<u8>>,
}

#[wasm_bindgen]
impl Bench {
    #[wasm_bindgen(constructor)]
    #[allow(clippy::new_without_default)]
    pub fn new() -> Self {
        Self {
            alice: member(Leaf(0)),
            bob: member(Leaf(1)),
            bare: Bare::new(),
            messages: MessagePair::new(),
            buffer: Vec::new(),
            waiting: Vec::new(),
        }
    }

    pub fn seal(&mut self, size: usize, rounds: usize) {
        let frame = vec![0x78; size];
        self.waiting.clear();
        for _ in 0..rounds {
            let sealed = self
                .alice
                .seal(Context(0), Codec::Opus.frame(&frame), &mut self.buffer);
            self.waiting
                .push(sealed.expect("the key is there").to_vec());
        }
    }

    /// Opens what [`Bench::seal`] made.
    pub fn open(&mut self) {
        for sealed in &self.waiting {
            let opened = self
                .bob
                .open(Codec::Opus.frame(sealed), anybody, &mut self.buffer);
            opened.expect("alice sealed it");
        }
    }

    #[wasm_bindgen(js_name = bareSeal)]
    pub fn bare_seal(&mut self, size: usize, rounds: usize) {
        let frame = vec![7; size];
        self.waiting.clear();
        self.bare.rewind();
        for _ in 0..rounds {
            self.bare.seal(&frame, &mut self.buffer);
            self.waiting.push(self.buffer.clone());
        }
    }

    /// Opens what [`Bench::bare_seal`] made.
    #[wasm_bindgen(js_name = bareOpen)]
    pub fn bare_open(&mut self) {
        self.bare.rewind();
        for sealed in &self.waiting {
            self.bare.open(sealed, &mut self.buffer);
        }
    }

    #[wasm_bindgen(js_name = mlsSeal)]
    pub fn mls_seal(&mut self, size: usize, rounds: usize) {
        let frame = vec![7; size];
        self.waiting = (0..rounds).map(|_| self.messages.seal(&frame)).collect();
    }

    /// Opens what [`Bench::mls_seal`] made.
    #[wasm_bindgen(js_name = mlsOpen)]
    pub fn mls_open(&mut self) {
        for sealed in &self.waiting {
            self.messages.open(sealed);
        }
    }
}

fn anybody(_: EpochId, leaf: Leaf) -> Option<Sender> {
    Some(Sender {
        member: PeerId([leaf.0 as u8; 16]),
        is_there: true,
    })
}

fn member(leaf: Leaf) -> Keyring {
    let epoch = EpochId {
        group: GroupId([1; 16]),
        epoch: Epoch(1),
        branch: BranchDigest([1; 8]),
    };
    let mut keyring = Keyring::default();
    keyring.install(Instant(0), epoch, leaf, &BaseKey::new([3; 16]));
    keyring.switch();
    keyring
}
