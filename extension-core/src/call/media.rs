//! A call's frames: sealed for its members, and opened for us where their sender may have sent them.

use super::{Call, epochs::Epochs, links::Links};
use crate::{
    framing::Frame,
    ids::{ConnectionId, EpochId, Leaf, PeerId},
    media::{
        AesKey, Context, Job, Keyring, OpenError, Opened, Outcome, SealError, Sender, Ticket,
        Workspace,
    },
    time::Instant,
};

/// A frame that was opened, and whose it is.
#[derive(Debug)]
pub struct OpenedFrame<'b> {
    /// The plain frame.
    pub frame: &'b [u8],
    /// The member that sealed it, as far as the group's shared keys can tell.
    pub member: PeerId,
    /// Which of that member's streams it belongs to.
    pub context: Context,
    /// Whether it was sealed in our newest epoch.
    pub fresh: bool,
}

impl Call {
    /// M7: alone, we seal nothing.
    pub(super) fn sealer(&mut self) -> Result<&mut Keyring, SealError> {
        if self.is_alone() {
            return Err(SealError::NoKey);
        }
        Ok(&mut self.keyring)
    }

    /// Seals a frame; see [`Keyring::seal`].
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn seal<'b>(
        &mut self,
        now: Instant,
        context: Context,
        frame: Frame<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        let keyring = self.sealer()?;
        keyring.switch_if_due(now);
        keyring.seal(context, frame, buffer)
    }

    /// Opens a frame that came over a connection; see [`Keyring::open`].
    ///
    /// # Errors
    /// See [`OpenError`]; the frame must be dropped.
    pub fn open<'b>(
        &mut self,
        now: Instant,
        link: ConnectionId,
        frame: Frame<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<OpenedFrame<'b>, OpenError> {
        self.hold_to_bounds(now);
        let who = senders(&self.epochs, &self.links, now, link);
        let opened = self.keyring.open(frame, who, buffer)?;
        Ok(self.owned(opened))
    }

    /// M1 and M2, whether or not a timer fired.
    fn hold_to_bounds(&mut self, now: Instant) {
        self.keyring.switch_if_due(now);
        self.keyring.expire(now);
    }

    fn owned<'b>(&self, opened: Opened<'b>) -> OpenedFrame<'b> {
        OpenedFrame {
            frame: opened.frame,
            member: opened.member,
            context: opened.kid.context,
            fresh: [self.keyring.newest(), self.keyring.sending()].contains(&Some(opened.epoch)),
        }
    }

    /// Lays a frame out for WebCrypto to seal; see [`Keyring::seal_elsewhere`].
    ///
    /// # Errors
    /// See [`SealError`].
    pub fn seal_elsewhere(
        &mut self,
        now: Instant,
        context: Context,
        frame: Frame<'_>,
        workspace: &mut Workspace,
    ) -> Result<Job, SealError> {
        let keyring = self.sealer()?;
        keyring.switch_if_due(now);
        let Workspace { buffer, subtle, .. } = workspace;
        keyring.seal_elsewhere(context, frame, buffer, subtle)
    }

    /// See [`Keyring::finish_seal`].
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn finish_seal<'b>(
        &mut self,
        frame: Frame<'_>,
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        self.sealer()?.finish_seal(frame, outcome, buffer)
    }

    /// Lays a frame out for WebCrypto to open; see [`Keyring::open_elsewhere`].
    pub fn open_elsewhere(
        &mut self,
        now: Instant,
        link: ConnectionId,
        frame: Frame<'_>,
        workspace: &mut Workspace,
    ) -> Option<Job> {
        let Workspace { buffer, subtle, .. } = workspace;
        let who = senders(&self.epochs, &self.links, now, link);
        self.keyring.open_elsewhere(frame, who, buffer, subtle)
    }

    /// See [`Keyring::finish_open`].
    ///
    /// # Errors
    /// See [`OpenError`]; the frame must be dropped.
    pub fn finish_open<'b>(
        &mut self,
        now: Instant,
        link: ConnectionId,
        frame: Frame<'_>,
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<OpenedFrame<'b>, OpenError> {
        self.hold_to_bounds(now);
        let who = senders(&self.epochs, &self.links, now, link);
        let opened = self.keyring.finish_open(frame, outcome, who, buffer)?;
        Ok(self.owned(opened))
    }

    /// The key of a job; see [`Keyring::subtle_key`].
    pub fn subtle_key(&self, ticket: Ticket) -> Option<AesKey> {
        self.keyring.subtle_key(ticket)
    }
}

/// M9, M10: who may have sealed what comes over a connection.
fn senders(
    epochs: &Epochs,
    links: &Links,
    now: Instant,
    link: ConnectionId,
) -> impl Fn(EpochId, Leaf) -> Option<Sender> {
    move |epoch, leaf| {
        let member = epochs.member(now, epoch, leaf)?;
        let is_there = links.may_bring(link, member);
        Some(Sender { member, is_there })
    }
}
