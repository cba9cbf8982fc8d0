//! Opening: RFC 9605 section 4.4.4, with a replay window per key (section 9.3). The header is the
//! sender's claim until the tag has been checked, so no state changes before that.

use std::collections::BTreeMap;

use sframe::{
    error::SframeError,
    frame::{
        EncryptedFrameView,
        validation::{ReplayAttackProtection, Tolerance},
    },
    header::SframeHeader,
};

use super::{
    BaseKey, CIPHER_SUITE, Keyring, Kid, MAX_COUNTER, cipher::DecryptionKey, keyring::EpochKeys,
    seal::Metadata,
};
use crate::{
    framing::Codec,
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
    key: DecryptionKey,
    replay: ReplayAttackProtection,
}

impl ReceiveKey {
    fn derive(base_key: &BaseKey, kid: Kid) -> Option<Self> {
        let key = DecryptionKey::derive_from(CIPHER_SUITE, kid.number(), &**base_key).ok()?;
        let tolerance = Tolerance::new(REPLAY_WINDOW);
        Some(Self {
            key,
            replay: ReplayAttackProtection::new(kid.number(), tolerance),
        })
    }

    fn open(&mut self, sealed: &Sealed<'_>, buffer: &mut Vec<u8>) -> Result<(), OpenError> {
        let frame = EncryptedFrameView::try_with_meta_data(sealed.body, sealed.meta.bytes())
            .map_err(|_| OpenError::NotSealed)?;
        match frame.validated_decrypt_into(&self.key, buffer, &mut self.replay) {
            Ok(_) => Ok(()),
            Err(SframeError::FrameValidationFailed(_)) => Err(OpenError::Replayed),
            Err(_) => Err(OpenError::Forged),
        }
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
    kid: Kid,
    meta: Metadata,
    body: &'a [u8],
}

impl<'a> Sealed<'a> {
    fn parse(codec: Codec, frame: &'a [u8]) -> Result<Self, OpenError> {
        let prefix = codec
            .clear_prefix(frame)
            .map_err(|_| OpenError::NotSealed)?;
        let (clear, body) = frame.split_at(prefix);
        let header = SframeHeader::deserialize(body).map_err(|_| OpenError::NotSealed)?;
        let kid = Kid::from_number(header.key_id()).ok_or(OpenError::NotSealed)?;
        let long_enough = body.len() >= header.len() + CIPHER_SUITE.auth_tag_len();
        if !long_enough || header.counter() > MAX_COUNTER {
            return Err(OpenError::NotSealed);
        }
        Ok(Self {
            kid,
            meta: Metadata::new(codec, clear),
            body,
        })
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
        let sealed = Sealed::parse(codec, frame)?;
        let epoch = self.open_with_any(&sealed, buffer)?;
        Ok(Opened {
            frame: &buffer[Metadata::CODEC..],
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
