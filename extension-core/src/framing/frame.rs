//! A frame together with its codec.

use super::{Codec, Malformed, Metadata};

/// Plain, or as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Its codec, as the browser names it.
    pub codec: Codec,
    /// The frame.
    pub bytes: &'a [u8],
}

impl<'a> Frame<'a> {
    /// See [`Codec::cover`].
    ///
    /// # Errors
    /// [`Malformed`]; such a frame must be dropped.
    pub fn cover(self) -> Result<(Metadata, &'a [u8]), Malformed> {
        self.codec.cover(self.bytes)
    }
}

impl Codec {
    /// A frame of this codec.
    pub fn frame(self, bytes: &[u8]) -> Frame<'_> {
        Frame { codec: self, bytes }
    }
}
