//! The key id of RFC 9605 section 5.2, with the bits that Sotto gives to each part.
//!
//! ```text
//!   2 bits   6 bits    12 bits   4 bits
//! +--------+---------+---------+--------+
//! | role   | index   | leaf    | epoch  |    24 bits, so at most 3 bytes of header
//! +--------+---------+---------+--------+
//!      context
//! ```
//!
//! The context is one of the sender's streams, so each stream has a key and a counter of its own
//! and none can be passed off as another. Its role is in it, so it is authenticated with it.

use std::ops::RangeInclusive;

use serde::Serialize;
use sframe::mls::{MlsKeyId, MlsKeyIdBitRange};

use crate::ids::{Epoch, Leaf};

const EPOCH_BITS: u8 = 4;
const LEAF_BITS: u8 = 12;
const CONTEXT_BITS: u8 = ROLE_BITS + INDEX_BITS;
const ROLE_BITS: u8 = 2;
const INDEX_BITS: u8 = 6;

/// The streams of one role that a sender may have at once.
pub const STREAMS_OF_A_ROLE: u8 = 1 << INDEX_BITS;

/// The members a group may have: what a leaf index can say in a key id.
pub const MAX_MEMBERS: u32 = 1 << LEAF_BITS;

/// Frames that may be sealed under one key: what three bytes of counter can say. At 60 frames a
/// second that is 77 hours in one epoch.
pub const MAX_COUNTER: u64 = (1 << 24) - 1;

/// What a stream carries, and what of its sender it shows. The numbers are part of the protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Sound that isn't a screen's.
    Microphone = 0,
    /// A picture that isn't a screen's.
    Camera = 1,
    /// The sound of a screen, window or tab.
    ScreenSound = 2,
    /// The picture of a screen, window or tab.
    ScreenPicture = 3,
}

impl Role {
    const ALL: [Self; 4] = [
        Self::Microphone,
        Self::Camera,
        Self::ScreenSound,
        Self::ScreenPicture,
    ];
}

/// One of a sender's streams, as a key id names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Context(pub u8);

impl Context {
    /// The context of a stream; none when the index is beyond what a context can say.
    pub fn new(role: Role, index: u8) -> Option<Self> {
        (index < STREAMS_OF_A_ROLE).then_some(Self((role as u8) << INDEX_BITS | index))
    }

    /// Which of the role's streams it is.
    pub fn index(self) -> u8 {
        self.0 % STREAMS_OF_A_ROLE
    }

    /// What the stream is.
    pub fn role(self) -> Role {
        Role::ALL[usize::from(self.0 >> INDEX_BITS)]
    }
}

/// A key id taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Kid {
    /// The sender.
    pub leaf: Leaf,
    /// The sender's stream.
    pub context: Context,
    epoch_bits: u8,
}

impl Kid {
    /// The key id of a stream; none when the leaf is beyond what a key id can say.
    pub fn new(context: Context, leaf: Leaf, epoch: Epoch) -> Option<Self> {
        let epoch_bits = (epoch.0 & ((1 << EPOCH_BITS) - 1)) as u8;
        (leaf.0 < MAX_MEMBERS).then_some(Self {
            context,
            leaf,
            epoch_bits,
        })
    }

    /// Takes apart the number that a frame carries; none when it is larger than ours can be.
    pub fn from_number(number: u64) -> Option<Self> {
        if number >> (EPOCH_BITS + LEAF_BITS + CONTEXT_BITS) != 0 {
            return None;
        }
        let leaf = (number >> EPOCH_BITS) as u32 & (MAX_MEMBERS - 1);
        let context = Context((number >> (EPOCH_BITS + LEAF_BITS)) as u8);
        let epoch_bits = (number & ((1 << EPOCH_BITS) - 1)) as u8;
        Some(Self {
            context,
            leaf: Leaf(leaf),
            epoch_bits,
        })
    }

    /// The number that a frame carries.
    pub fn number(self) -> u64 {
        let range = MlsKeyIdBitRange::new(EPOCH_BITS, LEAF_BITS);
        MlsKeyId::try_new(self.context.0, self.epoch_bits, self.leaf.0, range)
            .expect("each part was checked against its bits")
            .into()
    }

    /// All of its sender's streams, in its epoch.
    pub fn of_its_sender(self) -> RangeInclusive<Self> {
        let [first, last] = [u8::MIN, u8::MAX].map(|number| Self {
            context: Context(number),
            ..self
        });
        first..=last
    }

    /// Whether the key id can be of this epoch.
    pub fn fits(self, epoch: Epoch) -> bool {
        u64::from(self.epoch_bits) == epoch.0 & ((1 << EPOCH_BITS) - 1)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_key_id_survives_the_way() {
        for (context, leaf, epoch) in [(0, 0, 0), (255, 4095, 15), (3, 17, 1_000_003)] {
            let kid = Kid::new(Context(context), Leaf(leaf), Epoch(epoch)).expect("in range");
            assert_eq!(Kid::from_number(kid.number()), Some(kid));
            assert!(kid.fits(Epoch(epoch)));
            assert!(!kid.fits(Epoch(epoch + 1)));
        }
    }

    #[test]
    fn is_laid_out_as_rfc_9605_says() {
        let kid = Kid::new(Context(2), Leaf(3), Epoch(0x25)).expect("in range");
        assert_eq!(kid.number(), (2 << 16) + (3 << 4) + 5);
    }

    #[test]
    fn a_context_says_its_role() {
        for (number, role) in (0..).zip(Role::ALL) {
            let context = Context::new(role, 5).expect("in range");
            assert_eq!(context, Context(number << 6 | 5));
            assert_eq!((context.role(), context.index()), (role, 5));
            assert_eq!(Context::new(role, STREAMS_OF_A_ROLE), None);
        }
        assert_eq!(Context(255).role(), Role::ScreenPicture);
    }

    #[test]
    fn numbers_and_leaves_beyond_the_bits_are_refused() {
        assert_eq!(Kid::from_number(1 << 24), None);
        assert_eq!(Kid::new(Context(0), Leaf(MAX_MEMBERS), Epoch(0)), None);
    }
}
