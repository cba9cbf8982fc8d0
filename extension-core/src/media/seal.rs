//! Sealing: RFC 9605 section 4.4.3. One key and one counter per stream and epoch; the counter is
//! part of the key's struct and neither can be had without the other, so no nonce comes twice.

use std::collections::BTreeMap;

use sframe::{
    frame::{FrameCounter, MonotonicCounter},
    header::SframeHeader,
};

use super::{
    BaseKey, Context, Job, Keyring, Kid, MAX_COUNTER, Operation, Outcome, SubtleKeys, Ticket,
    cipher::{Secret, TAG},
    subtle::SubtleKey,
};
use crate::{
    framing::{Frame, Metadata},
    ids::{Epoch, Leaf},
    wire::trailer,
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
    kid: Kid,
    secret: Secret,
    counter: MonotonicCounter,
}

impl SendKey {
    /// The header of the next frame, which no other frame will have.
    fn next_header(&mut self) -> Result<SframeHeader, SealError> {
        let counter = self.counter.try_next();
        let counter = counter.map_err(|_| SealError::CounterExhausted)?;
        Ok(SframeHeader::new(self.kid.number(), counter))
    }
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
                Ok(entry.insert(SendKey {
                    kid,
                    secret: Secret::derive(self.base_key.as_slice(), kid.number()),
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
        frame: Frame<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        self.seal_with(context, frame, None, buffer)
    }

    /// The same, with a packet behind what is sealed.
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn seal_with<'b>(
        &mut self,
        context: Context,
        frame: Frame<'_>,
        packet: Option<&[u8]>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        let held = self.sending_keys().ok_or(SealError::NoKey)?;
        let stream = held.keys.send.stream(context)?;
        let (meta, secret) = frame.cover().map_err(|_| SealError::Malformed)?;
        let header = stream.next_header()?;
        let aad = lay_out(&header, meta.bytes(), secret, buffer);
        let (aad, data) = buffer.split_at_mut(aad);
        let tag = stream.secret.seal(header.counter(), aad, data);
        buffer.extend_from_slice(&tag.map_err(|_| SealError::Malformed)?);
        if let Some(packet) = packet {
            trailer::append(packet, buffer);
        }
        Ok(self.pack(frame, &header, &meta, buffer))
    }

    /// Lays a frame out in `buffer` for WebCrypto to seal. It has its counter then, whatever
    /// becomes of it.
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal_elsewhere(
        &mut self,
        context: Context,
        frame: Frame<'_>,
        buffer: &mut Vec<u8>,
        subtle: &mut SubtleKeys,
    ) -> Result<Job, SealError> {
        let held = self.sending_keys().ok_or(SealError::NoKey)?;
        let stream = held.keys.send.stream(context)?;
        let (meta, secret) = frame.cover().map_err(|_| SealError::Malformed)?;
        let header = stream.next_header()?;
        let counter = header.counter();
        Ok(Job {
            operation: Operation::Seal,
            key: SubtleKey::number(&mut stream.secret.subtle, subtle),
            nonce: stream.secret.nonce(counter),
            aad: lay_out(&header, meta.bytes(), secret, buffer),
            ticket: Ticket {
                epoch: held.id,
                kid: stream.kid,
                counter,
            },
        })
    }

    /// Puts the frame together that [`Keyring::seal_elsewhere`] laid out, of its ciphertext with
    /// the tag.
    ///
    /// # Errors
    /// [`SealError::NoKey`] when the epoch is gone, [`SealError::Malformed`].
    pub fn finish_seal<'b>(
        &mut self,
        frame: Frame<'_>,
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        let Outcome { ticket, data } = *outcome;
        self.epoch(ticket.epoch).ok_or(SealError::NoKey)?;
        let (meta, secret) = frame.cover().map_err(|_| SealError::Malformed)?;
        if data.len() != secret.len() + TAG {
            return Err(SealError::Malformed);
        }
        let header = SframeHeader::new(ticket.kid.number(), ticket.counter);
        lay_out(&header, meta.bytes(), data, buffer);
        Ok(self.pack(frame, &header, &meta, buffer))
    }

    /// What is authenticated has the header first, what is sent has it behind the clear bytes.
    fn pack<'b>(
        &mut self,
        frame: Frame<'_>,
        header: &SframeHeader,
        meta: &Metadata,
        buffer: &'b mut Vec<u8>,
    ) -> &'b [u8] {
        let aad = header.len() + meta.bytes().len();
        buffer[..aad].rotate_left(header.len());
        frame
            .codec
            .pack(frame.bytes, meta, buffer, &mut self.scratch)
    }
}

/// Writes header, metadata and data into `buffer`, and returns how much of it is authenticated
/// (RFC 9605 section 4.4.3).
pub(super) fn lay_out(
    header: &SframeHeader,
    meta: &[u8],
    data: &[u8],
    buffer: &mut Vec<u8>,
) -> usize {
    buffer.clear();
    buffer.resize(header.len(), 0);
    header
        .serialize(buffer.as_mut_slice())
        .expect("as long as the header");
    buffer.extend_from_slice(meta);
    let aad = buffer.len();
    buffer.extend_from_slice(data);
    aad
}

#[cfg(test)]
impl Keyring {
    /// Sets a stream's counter to `next`, as if it had sealed that many frames.
    pub fn exhaust(&mut self, context: Context, next: u64) {
        let held = self.sending_keys().expect("an epoch");
        let stream = held.keys.send.stream(context).expect("a key");
        stream.counter = MonotonicCounter::with_start_value(next + 1, MAX_COUNTER);
    }
}
