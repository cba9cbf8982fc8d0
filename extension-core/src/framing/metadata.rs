//! What is authenticated beside a frame (RFC 9605 section 4.4.3): the codec, then the bytes that
//! stay clear, which both ends must see alike.

use super::Codec;

/// As much as an Opus packet of 48 parts in RED takes.
const CAPACITY: usize = 148;

/// See the module's text.
pub struct Metadata {
    bytes: [u8; CAPACITY],
    length: usize,
}

impl Metadata {
    /// The bytes before the clear ones: the codec.
    pub const CODEC: usize = 1;

    /// Of a frame without clear bytes.
    pub(super) fn new(codec: Codec) -> Self {
        let mut bytes = [0; CAPACITY];
        bytes[0] = codec.tag();
        Self {
            bytes,
            length: Self::CODEC,
        }
    }

    /// Adds clear bytes; none if there are more than a codec can have.
    pub(super) fn extend(&mut self, clear: &[u8]) -> Option<()> {
        let end = self.length + clear.len();
        self.bytes.get_mut(self.length..end)?.copy_from_slice(clear);
        self.length = end;
        Some(())
    }

    /// The first clear byte.
    pub(super) fn first_mut(&mut self) -> &mut u8 {
        &mut self.bytes[Self::CODEC]
    }

    /// All of it.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// The clear bytes alone.
    pub fn clear(&self) -> &[u8] {
        &self.bytes()[Self::CODEC..]
    }
}
