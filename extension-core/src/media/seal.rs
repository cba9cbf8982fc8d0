//! Sealing: RFC 9605 section 4.4.3. One key and one counter per stream and epoch; the counter is
//! part of the key's struct and neither can be had without the other, so no nonce comes twice.

use std::collections::BTreeMap;

use sframe::frame::{MediaFrameView, MonotonicCounter};

use super::{BaseKey, CIPHER_SUITE, Context, Keyring, Kid, MAX_COUNTER, cipher::EncryptionKey};
use crate::{
    framing::Codec,
    ids::{Epoch, Leaf},
};

/// Why a frame was not sealed. It must not be sent then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// There is no epoch to seal with.
    #[error("no media key yet")]
    NoKey,
    /// The frame isn't what its codec's specification says.
    #[error("the frame is malformed")]
    Malformed,
    /// The key has sealed as many frames as it may.
    #[error("the key's counter is used up")]
    CounterExhausted,
}

struct SendKey {
    key: EncryptionKey,
    counter: MonotonicCounter,
}

pub(super) struct SendKeys {
    base_key: BaseKey,
    epoch: Epoch,
    leaf: Leaf,
    streams: BTreeMap<Context, SendKey>,
}

impl SendKeys {
    pub fn new(base_key: BaseKey, epoch: Epoch, leaf: Leaf) -> Self {
        Self {
            base_key,
            epoch,
            leaf,
            streams: BTreeMap::new(),
        }
    }

    fn stream(&mut self, context: Context) -> Result<&mut SendKey, SealError> {
        use std::collections::btree_map::Entry;
        match self.streams.entry(context) {
            Entry::Occupied(entry) => Ok(entry.into_mut()),
            Entry::Vacant(entry) => {
                let kid = Kid::new(context, self.leaf, self.epoch).ok_or(SealError::NoKey)?;
                let key = EncryptionKey::derive_from(CIPHER_SUITE, kid.number(), &*self.base_key)
                    .map_err(|_| SealError::NoKey)?;
                Ok(entry.insert(SendKey {
                    key,
                    counter: MonotonicCounter::new(MAX_COUNTER),
                }))
            }
        }
    }
}

impl Keyring {
    /// Seals a frame of one of our streams into `buffer` and returns the sealed bytes in it.
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn seal<'b>(
        &mut self,
        context: Context,
        codec: Codec,
        frame: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        let keys = self.sending_keys().ok_or(SealError::NoKey)?;
        let stream = keys.send.stream(context)?;
        let (meta, secret) = codec.cover(frame).map_err(|_| SealError::Malformed)?;
        let view = MediaFrameView::try_with_meta_data(&mut stream.counter, secret, meta.bytes())
            .map_err(|_| SealError::CounterExhausted)?;
        view.encrypt_into(&stream.key, buffer)
            .map_err(|_| SealError::Malformed)?;
        Ok(codec.pack(frame, &meta, buffer, &mut self.scratch))
    }
}

#[cfg(test)]
impl Keyring {
    /// Sets a stream's counter to `next`, as if it had sealed that many frames.
    pub(super) fn exhaust(&mut self, context: Context, next: u64) {
        let keys = self.sending_keys().expect("an epoch");
        let stream = keys.send.stream(context).expect("a key");
        stream.counter = MonotonicCounter::with_start_value(next + 1, MAX_COUNTER);
    }
}
