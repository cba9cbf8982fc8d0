//! Opening: RFC 9605 section 4.4.4, with a replay window per key (section 9.3). The header is the
//! sender's claim until the tag has been checked, so no state changes before that.

use std::collections::BTreeMap;

use sframe::{
    frame::validation::{
        FrameValidation, ReplayAttackProtection, ReplayToken, Tolerance, UnvalidatedFrame,
    },
    header::SframeHeader,
};

use super::{
    BaseKey, Job, Keyring, Kid, MAX_COUNTER, Operation, SubtleKeys, Ticket,
    cipher::{AesKey, Secret, TAG, aes_key},
    header::Header,
    shelf::Held,
    subtle::SubtleKey,
};
use crate::{
    framing::{Codec, Metadata},
    ids::{EpochId, Leaf},
    wire::trailer,
};

/// How far a frame may lag behind the newest of its stream.
const REPLAY_WINDOW: usize = 1024;

/// Streams of one sender that are kept apart in one epoch. In a mesh a receiver sees two.
const MAX_STREAMS_PER_SENDER: usize = 64;

/// Why a frame was not opened. It must not be shown then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// It doesn't look like one of ours at all: most likely it is in clear.
    #[error("the frame is not sealed")]
    NotSealed,
    /// No epoch that we hold fits.
    #[error("no key for the frame")]
    NoKey,
    /// A key fits and the tag doesn't.
    #[error("the frame failed authentication")]
    Forged,
    /// It was opened before, or is too old to tell.
    #[error("the frame was seen before")]
    Replayed,
    /// One of our own frames came back.
    #[error("the frame is an echo of our own")]
    Echo,
    /// Its sender has opened more streams than we keep apart.
    #[error("too many streams of one sender")]
    TooManyStreams,
}

/// A frame that was opened, and on whose behalf it was sealed.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened<'b> {
    /// The plain frame.
    pub frame: &'b [u8],
    /// Whose key and which stream of theirs.
    pub kid: Kid,
    /// The epoch that it was sealed in.
    pub epoch: EpochId,
}

struct ReceiveKey {
    secret: Secret,
    replay: ReplayAttackProtection,
}

impl ReceiveKey {
    fn derive(base_key: &BaseKey, kid: Kid) -> Self {
        Self {
            secret: Secret::derive(base_key.as_slice(), kid.number()),
            replay: ReplayAttackProtection::new(kid.number(), Tolerance::new(REPLAY_WINDOW)),
        }
    }

    fn screen(&self, sealed: &Sealed<'_>) -> Result<ReplayToken, OpenError> {
        let header = SframeHeader::new(sealed.header.key_id, sealed.header.counter);
        let claimed = UnvalidatedFrame::new(&header, sealed.meta.bytes());
        let screened = self.replay.screen(claimed);
        screened.map_err(|_| OpenError::Replayed)
    }

    fn open(&mut self, sealed: &Sealed<'_>, buffer: &mut Vec<u8>) -> Result<(), OpenError> {
        let token = self.screen(sealed)?;
        let aad = sealed.lay_out(sealed.ciphertext(), buffer);
        let (aad, data) = buffer.split_at_mut(aad);
        let opened = self.secret.open(sealed.header.counter, aad, data);
        opened.map_err(|_| OpenError::Forged)?;
        buffer.truncate(buffer.len() - TAG);
        self.replay.record(token);
        Ok(())
    }

    /// Takes the plaintext that WebCrypto found, the tag being right.
    fn finish(
        &mut self,
        sealed: &Sealed<'_>,
        plain: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let token = self.screen(sealed)?;
        sealed.lay_out(plain, buffer);
        self.replay.record(token);
        Ok(())
    }
}

pub(super) struct ReceiveKeys {
    base_key: BaseKey,
    own_leaf: Leaf,
    streams: BTreeMap<Kid, ReceiveKey>,
}

impl ReceiveKeys {
    pub fn new(base_key: BaseKey, own_leaf: Leaf) -> Self {
        Self {
            base_key,
            own_leaf,
            streams: BTreeMap::new(),
        }
    }

    fn open(&mut self, sealed: &Sealed<'_>, buffer: &mut Vec<u8>) -> Result<(), OpenError> {
        if sealed.kid.leaf == self.own_leaf {
            return Err(OpenError::Echo);
        }
        if let Some(known) = self.streams.get_mut(&sealed.kid) {
            return known.open(sealed, buffer);
        }
        let mut fresh = ReceiveKey::derive(&self.base_key, sealed.kid);
        fresh.open(sealed, buffer)?;
        if self.streams_of(sealed.kid.leaf) >= MAX_STREAMS_PER_SENDER {
            return Err(OpenError::TooManyStreams);
        }
        self.streams.insert(sealed.kid, fresh);
        Ok(())
    }

    pub fn aes_key(&self, kid: Kid) -> AesKey {
        aes_key(self.base_key.as_slice(), kid.number())
    }

    fn streams_of(&self, leaf: Leaf) -> usize {
        self.streams.keys().filter(|kid| kid.leaf == leaf).count()
    }
}

/// A frame taken apart, nothing of it checked yet.
struct Sealed<'a> {
    header: Header,
    kid: Kid,
    meta: Metadata,
    body: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn parse(codec: Codec, frame: &'a [u8], scratch: &'a mut Vec<u8>) -> Result<Self, OpenError> {
        let (meta, body) = codec
            .uncover(frame, scratch)
            .map_err(|_| OpenError::NotSealed)?;
        let (body, _) = trailer::split(body);
        let header = Header::read(body).ok_or(OpenError::NotSealed)?;
        let kid = Kid::from_number(header.key_id).ok_or(OpenError::NotSealed)?;
        let long_enough = body.len() >= header.length + TAG;
        if !long_enough || header.counter > MAX_COUNTER {
            return Err(OpenError::NotSealed);
        }
        Ok(Self {
            header,
            kid,
            meta,
            body,
        })
    }

    fn is(&self, ticket: Ticket) -> bool {
        self.kid == ticket.kid && self.header.counter == ticket.counter
    }

    fn opened<'b>(&self, codec: Codec, epoch: EpochId, buffer: &'b mut [u8]) -> Opened<'b> {
        Opened {
            frame: codec.restore(&self.meta, &mut buffer[self.header.length..]),
            kid: self.kid,
            epoch,
        }
    }

    fn ciphertext(&self) -> &'a [u8] {
        &self.body[self.header.length..]
    }

    /// Writes out header, metadata and data, and returns how much of it is authenticated (RFC 9605
    /// section 4.4.4). The metadata ends in the clear bytes, so where they are the frame's own it
    /// is whole once opened.
    fn lay_out(&self, data: &[u8], buffer: &mut Vec<u8>) -> usize {
        buffer.clear();
        buffer.extend_from_slice(&self.body[..self.header.length]);
        buffer.extend_from_slice(self.meta.bytes());
        let aad = buffer.len();
        buffer.extend_from_slice(data);
        aad
    }
}

impl Keyring {
    /// Opens a frame into `buffer` and returns the plain frame in it.
    ///
    /// # Errors
    /// See [`OpenError`]; the frame must be dropped.
    pub fn open<'b>(
        &mut self,
        codec: Codec,
        frame: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Result<Opened<'b>, OpenError> {
        self.with_scratch(|keyring, scratch| {
            let sealed = Sealed::parse(codec, frame, scratch)?;
            let epoch = keyring.open_with_any(&sealed, buffer)?;
            Ok(sealed.opened(codec, epoch, buffer))
        })
    }

    /// Lays a frame out in `buffer` for WebCrypto to open, if it is of a stream that has been opened
    /// before; any other is to be opened here. Nothing changes by it.
    pub fn open_elsewhere(
        &mut self,
        codec: Codec,
        frame: &[u8],
        buffer: &mut Vec<u8>,
        subtle: &mut SubtleKeys,
    ) -> Option<Job> {
        self.with_scratch(|keyring, scratch| {
            let sealed = Sealed::parse(codec, frame, scratch).ok()?;
            let mut epochs = keyring.newest_first();
            let held = epochs.find(|held| sealed.kid.fits(held.id.epoch))?;
            let key = held.keys.receive.streams.get_mut(&sealed.kid)?;
            key.screen(&sealed).ok()?;
            let counter = sealed.header.counter;
            Some(Job {
                operation: Operation::Open,
                key: SubtleKey::number(&mut key.secret.subtle, subtle),
                nonce: key.secret.nonce(counter),
                aad: sealed.lay_out(sealed.ciphertext(), buffer),
                ticket: Ticket {
                    epoch: held.id,
                    kid: sealed.kid,
                    counter,
                },
            })
        })
    }

    /// Puts the frame together that [`Keyring::open_elsewhere`] laid out, of the plaintext that was
    /// found, the tag being right.
    ///
    /// # Errors
    /// See [`OpenError`]; the epoch may be gone by now, or another copy of the frame been opened.
    pub fn finish_open<'b>(
        &mut self,
        ticket: Ticket,
        codec: Codec,
        frame: &[u8],
        plain: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Result<Opened<'b>, OpenError> {
        self.with_scratch(|keyring, scratch| {
            let sealed = Sealed::parse(codec, frame, scratch)?;
            if !sealed.is(ticket) || sealed.ciphertext().len() != plain.len() + TAG {
                return Err(OpenError::Forged);
            }
            let mut epochs = keyring.newest_first();
            let held = epochs.find(|held| held.id == ticket.epoch);
            let key = held.and_then(|held| held.keys.receive.streams.get_mut(&ticket.kid));
            key.ok_or(OpenError::NoKey)?
                .finish(&sealed, plain, buffer)?;
            Ok(sealed.opened(codec, ticket.epoch, buffer))
        })
    }

    fn with_scratch<T>(&mut self, act: impl FnOnce(&mut Self, &mut Vec<u8>) -> T) -> T {
        let mut scratch = std::mem::take(&mut self.scratch);
        let outcome = act(self, &mut scratch);
        self.scratch = scratch;
        outcome
    }

    /// The newest epoch that fits first; an older one with the same low bits only if that fails.
    fn open_with_any(
        &mut self,
        sealed: &Sealed<'_>,
        buffer: &mut Vec<u8>,
    ) -> Result<EpochId, OpenError> {
        let mut outcome = Err(OpenError::NoKey);
        for held in self
            .newest_first()
            .filter(|held| sealed.kid.fits(held.id.epoch))
        {
            let Held { id, keys, .. } = held;
            match keys.receive.open(sealed, buffer) {
                Ok(()) => return Ok(*id),
                Err(error) if outcome == Err(OpenError::NoKey) => outcome = Err(error),
                Err(_) => {}
            }
        }
        outcome
    }
}
