//! Opening: RFC 9605 section 4.4.4, with a replay window per key (section 9.3). The header is the
//! sender's claim until the tag has been checked, so no state changes before that.

use std::collections::BTreeMap;

use sframe::{
    crypto::KeyDerivation,
    frame::validation::{FrameValidation, ReplayAttackProtection, Tolerance, UnvalidatedFrame},
    header::SframeHeader,
};

use super::{
    BaseKey, CIPHER_SUITE, Keyring, Kid, MAX_COUNTER,
    cipher::{Derivation, Secret},
    header::Header,
    keyring::EpochKeys,
};
use crate::{
    framing::{Codec, Metadata},
    ids::{EpochId, Leaf},
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
    fn derive(base_key: &BaseKey, kid: Kid) -> Option<Self> {
        let secret =
            Derivation::expand_from(CIPHER_SUITE, base_key.as_slice(), kid.number()).ok()?;
        let tolerance = Tolerance::new(REPLAY_WINDOW);
        Some(Self {
            secret,
            replay: ReplayAttackProtection::new(kid.number(), tolerance),
        })
    }

    fn open(&mut self, sealed: &Sealed<'_>, buffer: &mut Vec<u8>) -> Result<(), OpenError> {
        let Header {
            key_id, counter, ..
        } = sealed.header;
        let header = SframeHeader::new(key_id, counter);
        let claimed = UnvalidatedFrame::new(&header, sealed.meta.bytes());
        let token = self
            .replay
            .screen(claimed)
            .map_err(|_| OpenError::Replayed)?;
        let (aad, data) = sealed.lay_out(buffer);
        let opened = self.secret.open(counter, aad, data);
        opened.map_err(|_| OpenError::Forged)?;
        buffer.truncate(buffer.len() - CIPHER_SUITE.auth_tag_len());
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
        let mut fresh = ReceiveKey::derive(&self.base_key, sealed.kid).ok_or(OpenError::NoKey)?;
        fresh.open(sealed, buffer)?;
        if self.streams_of(sealed.kid.leaf) >= MAX_STREAMS_PER_SENDER {
            return Err(OpenError::TooManyStreams);
        }
        self.streams.insert(sealed.kid, fresh);
        Ok(())
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
        let header = Header::read(body).ok_or(OpenError::NotSealed)?;
        let kid = Kid::from_number(header.key_id).ok_or(OpenError::NotSealed)?;
        let long_enough = body.len() >= header.length + CIPHER_SUITE.auth_tag_len();
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

    /// Writes out what is authenticated and what is to be opened (RFC 9605 section 4.4.4). The
    /// metadata ends in the clear bytes, so where they are the frame's own it is whole once opened.
    fn lay_out<'b>(&self, buffer: &'b mut Vec<u8>) -> (&'b [u8], &'b mut [u8]) {
        let (header, ciphertext) = self.body.split_at(self.header.length);
        buffer.clear();
        buffer.extend_from_slice(header);
        buffer.extend_from_slice(self.meta.bytes());
        let aad = buffer.len();
        buffer.extend_from_slice(ciphertext);
        let (aad, data) = buffer.split_at_mut(aad);
        (aad, data)
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
        let mut scratch = std::mem::take(&mut self.scratch);
        let outcome = self.open_from(codec, frame, &mut scratch, buffer);
        self.scratch = scratch;
        outcome
    }

    fn open_from<'b>(
        &mut self,
        codec: Codec,
        frame: &[u8],
        scratch: &mut Vec<u8>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Opened<'b>, OpenError> {
        let sealed = Sealed::parse(codec, frame, scratch)?;
        let epoch = self.open_with_any(&sealed, buffer)?;
        Ok(Opened {
            frame: codec.restore(&sealed.meta, &mut buffer[sealed.header.length..]),
            kid: sealed.kid,
            epoch,
        })
    }

    /// The newest epoch that fits first; an older one with the same low bits only if that fails.
    fn open_with_any(
        &mut self,
        sealed: &Sealed<'_>,
        buffer: &mut Vec<u8>,
    ) -> Result<EpochId, OpenError> {
        let mut outcome = Err(OpenError::NoKey);
        for keys in self
            .newest_first()
            .filter(|keys| sealed.kid.fits(keys.id.epoch))
        {
            let EpochKeys { id, receive, .. } = keys;
            match receive.open(sealed, buffer) {
                Ok(()) => return Ok(*id),
                Err(error) if outcome == Err(OpenError::NoKey) => outcome = Err(error),
                Err(_) => {}
            }
        }
        outcome
    }
}
