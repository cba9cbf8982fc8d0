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
    BaseKey, Job, Keyring, Kid, MAX_COUNTER, Operation, Outcome, SubtleKeys, Ticket,
    cipher::{AesKey, Secret, TAG, aes_key},
    header::Header,
    shelf::Held,
    subtle::SubtleKey,
};
use crate::{
    framing::{Codec, Frame, Metadata},
    ids::{EpochId, Leaf, PeerId},
    wire::trailer,
};

/// How far a frame may lag behind the newest of its stream.
const REPLAY_WINDOW: usize = 1024;

/// M4: streams of one sender that are kept apart in one epoch. In a mesh a receiver sees two.
const MAX_STREAMS_PER_SENDER: usize = 64;
/// M4: streams of all together...
const MAX_STREAMS: usize = 4096;
/// ...and of each sender, however many others have.
const SHARE: usize = 8;

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
    /// It is a member's, whose frames don't come this way.
    #[error("the frame is not of who is there")]
    Misdirected,
    /// Its sender has opened more streams than we keep apart.
    #[error("too many streams of one sender")]
    TooManyStreams,
}

/// Who holds the leaf that a frame names.
#[derive(Clone, Copy, Debug)]
pub struct Sender {
    /// Its participant id.
    pub member: PeerId,
    /// M9: whether its frames may come the way that this one came.
    pub is_there: bool,
}

/// A frame that was opened, and on whose behalf it was sealed.
#[derive(Debug, PartialEq, Eq)]
pub struct Opened<'b> {
    /// The plain frame.
    pub frame: &'b [u8],
    /// Whose key it is.
    pub member: PeerId,
    /// The same, and which stream of theirs.
    pub kid: Kid,
    /// The epoch that it was sealed in.
    pub epoch: EpochId,
}

impl Sender {
    fn comes(self) -> Result<(), OpenError> {
        self.is_there.then_some(()).ok_or(OpenError::Misdirected)
    }
}

struct ReceiveKey {
    secret: Secret,
    replay: ReplayAttackProtection,
}

impl ReceiveKey {
    fn new(kid: Kid, secret: Secret) -> Self {
        Self {
            secret,
            replay: ReplayAttackProtection::new(kid.number(), Tolerance::new(REPLAY_WINDOW)),
        }
    }

    fn screen(&self, sealed: &Sealed<'_>) -> Result<ReplayToken, OpenError> {
        let header = SframeHeader::new(sealed.header.key_id, sealed.header.counter);
        let claimed = UnvalidatedFrame::new(&header, sealed.meta.bytes());
        let screened = self.replay.screen(claimed);
        screened.map_err(|_| OpenError::Replayed)
    }

    fn open(
        &mut self,
        sealed: &Sealed<'_>,
        sender: Sender,
        buffer: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let token = self.screen(sealed)?;
        sealed.open(&self.secret, buffer)?;
        sender.comes()?;
        self.replay.record(token);
        Ok(())
    }

    /// Takes the plaintext that WebCrypto found, the tag being right.
    fn finish(
        &mut self,
        sealed: &Sealed<'_>,
        sender: Sender,
        plain: &[u8],
        buffer: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let token = self.screen(sealed)?;
        sender.comes()?;
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

    fn open(
        &mut self,
        sealed: &Sealed<'_>,
        sender: Option<Sender>,
        buffer: &mut Vec<u8>,
    ) -> Result<PeerId, OpenError> {
        if sealed.kid.leaf == self.own_leaf {
            return Err(OpenError::Echo);
        }
        let sender = sender.ok_or(OpenError::NoKey)?;
        match self.streams.get_mut(&sealed.kid) {
            Some(known) => known.open(sealed, sender, buffer)?,
            None => self.open_first(sealed, sender, buffer)?,
        }
        Ok(sender.member)
    }

    /// Opens the first frame of a stream, and keeps its key if that was right.
    fn open_first(
        &mut self,
        sealed: &Sealed<'_>,
        sender: Sender,
        buffer: &mut Vec<u8>,
    ) -> Result<(), OpenError> {
        let kid = sealed.kid;
        let secret = Secret::derive(self.base_key.as_slice(), kid.number());
        sealed.open(&secret, buffer)?;
        sender.comes()?;
        if !self.has_room(kid) {
            return Err(OpenError::TooManyStreams);
        }
        let mut key = ReceiveKey::new(kid, secret);
        let token = key.screen(sealed)?;
        key.replay.record(token);
        self.streams.insert(kid, key);
        Ok(())
    }

    fn has_room(&self, kid: Kid) -> bool {
        let most = match self.streams.len() {
            ..MAX_STREAMS => MAX_STREAMS_PER_SENDER,
            _ => SHARE,
        };
        self.streams.range(kid.of_its_sender()).count() < most
    }

    pub fn aes_key(&self, kid: Kid) -> AesKey {
        aes_key(self.base_key.as_slice(), kid.number())
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
    fn parse(frame: Frame<'a>, scratch: &'a mut Vec<u8>) -> Result<Self, OpenError> {
        let (meta, body) = frame
            .codec
            .uncover(frame.bytes, scratch)
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

    /// Checks the tag, and changes nothing but the buffer.
    fn open(&self, secret: &Secret, buffer: &mut Vec<u8>) -> Result<(), OpenError> {
        let aad = self.lay_out(self.ciphertext(), buffer);
        let (aad, data) = buffer.split_at_mut(aad);
        let opened = secret.open(self.header.counter, aad, data);
        opened.map_err(|_| OpenError::Forged)?;
        buffer.truncate(buffer.len() - TAG);
        Ok(())
    }

    fn opened<'b>(
        &self,
        codec: Codec,
        (epoch, member): (EpochId, PeerId),
        buffer: &'b mut [u8],
    ) -> Opened<'b> {
        Opened {
            frame: codec.restore(&self.meta, &mut buffer[self.header.length..]),
            member,
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
    /// Opens a frame into `buffer` and returns the plain frame in it. `who` says who holds a leaf in
    /// an epoch; a frame that isn't opened for what it says has changed nothing.
    ///
    /// # Errors
    /// See [`OpenError`]; the frame must be dropped.
    pub fn open<'b>(
        &mut self,
        frame: Frame<'_>,
        who: impl Fn(EpochId, Leaf) -> Option<Sender>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Opened<'b>, OpenError> {
        self.with_scratch(|keyring, scratch| {
            let sealed = Sealed::parse(frame, scratch)?;
            let whose = keyring.open_with_any(&sealed, who, buffer)?;
            Ok(sealed.opened(frame.codec, whose, buffer))
        })
    }

    /// Lays a frame out in `buffer` for WebCrypto to open, if it is of a stream that has been opened
    /// before, and whose sender is there; any other is to be opened here. Nothing changes by it.
    pub fn open_elsewhere(
        &mut self,
        frame: Frame<'_>,
        who: impl Fn(EpochId, Leaf) -> Option<Sender>,
        buffer: &mut Vec<u8>,
        subtle: &mut SubtleKeys,
    ) -> Option<Job> {
        self.with_scratch(|keyring, scratch| {
            let sealed = Sealed::parse(frame, scratch).ok()?;
            let mut epochs = keyring.newest_first();
            let held = epochs.find(|held| sealed.kid.fits(held.id.epoch))?;
            who(held.id, sealed.kid.leaf)?.comes().ok()?;
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
    /// See [`OpenError`]; epoch or sender may be gone by now, or another copy of the frame been opened.
    pub fn finish_open<'b>(
        &mut self,
        frame: Frame<'_>,
        outcome: &Outcome<'_>,
        who: impl Fn(EpochId, Leaf) -> Option<Sender>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<Opened<'b>, OpenError> {
        let Outcome { ticket, data } = *outcome;
        self.with_scratch(|keyring, scratch| {
            let sealed = Sealed::parse(frame, scratch)?;
            if !sealed.is(ticket) || sealed.ciphertext().len() != data.len() + TAG {
                return Err(OpenError::Forged);
            }
            let sender = who(ticket.epoch, ticket.kid.leaf).ok_or(OpenError::NoKey)?;
            let mut epochs = keyring.newest_first();
            let held = epochs.find(|held| held.id == ticket.epoch);
            let key = held.and_then(|held| held.keys.receive.streams.get_mut(&ticket.kid));
            key.ok_or(OpenError::NoKey)?
                .finish(&sealed, sender, data, buffer)?;
            Ok(sealed.opened(frame.codec, (ticket.epoch, sender.member), buffer))
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
        who: impl Fn(EpochId, Leaf) -> Option<Sender>,
        buffer: &mut Vec<u8>,
    ) -> Result<(EpochId, PeerId), OpenError> {
        let mut outcome = Err(OpenError::NoKey);
        for held in self
            .newest_first()
            .filter(|held| sealed.kid.fits(held.id.epoch))
        {
            let Held { id, keys, .. } = held;
            let sender = who(*id, sealed.kid.leaf);
            match keys.receive.open(sealed, sender, buffer) {
                Ok(member) => return Ok((*id, member)),
                Err(error) if outcome == Err(OpenError::NoKey) => outcome = Err(error),
                Err(_) => {}
            }
        }
        outcome
    }
}

#[cfg(test)]
impl Keyring {
    /// How many streams of others have a key here.
    pub(super) fn streams(&self) -> usize {
        let held = self.shelf.held().iter();
        held.map(|held| held.keys.receive.streams.len()).sum()
    }
}
