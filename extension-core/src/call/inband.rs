//! What a call does on connections that bring media across and nothing else: its messages go along
//! with frames, and those of others come out of them.

use super::Call;
use crate::{
    carrier::MAX_SOUND,
    framing::Codec,
    ids::{ConnectionId, StreamId},
    media::{Context, MAX_OVERHEAD, SealError},
    time::Instant,
    wire::WireError,
};

/// A frame that is about to go out.
#[derive(Clone, Copy, Debug)]
pub struct Going<'a> {
    /// Over which connection.
    pub link: ConnectionId,
    /// Of which of its streams.
    pub stream: StreamId,
    /// Whether it is of sound: a packet of the network then, and not several.
    pub sound: bool,
    /// Its codec.
    pub codec: Codec,
    /// The plain frame.
    pub frame: &'a [u8],
}

impl Going<'_> {
    /// I5: how long a packet with its trailer may be, if so much of the frame itself goes along.
    fn room(&self, sealed: usize) -> usize {
        if !self.codec.carries() {
            return 0;
        }
        if !self.sound {
            return usize::MAX;
        }
        let clear = self.codec.cover(self.frame).map(|(meta, _)| meta);
        clear.map_or(0, |meta| {
            MAX_SOUND.saturating_sub(meta.clear().len() + sealed)
        })
    }
}

impl Call {
    /// A connection brings media across, and has no channel of ours.
    pub fn share(&mut self, now: Instant, link: ConnectionId) {
        if self.links.is_shared(link) {
            return;
        }
        self.inband.open(now, link);
        self.links.share(link);
        self.membership.handle_link(now);
        self.drain(now);
    }

    /// It has one now, or is closed.
    pub fn unshare(&mut self, now: Instant, link: ConnectionId) {
        self.inband.close(link);
        for peer in self.links.unshare(link) {
            self.membership.handle_link_lost(now, peer);
        }
        self.drain(now);
    }

    /// Whether a connection carries messages in its frames.
    pub fn is_shared(&self, link: ConnectionId) -> bool {
        self.inband.has(link)
    }

    /// Whether frames of a connection are waited for, to take messages along.
    pub fn waits_for_frames(&self, link: ConnectionId) -> bool {
        self.inband.waits(link)
    }

    /// Takes a packet that came in a frame.
    ///
    /// # Errors
    /// Says what was wrong with it; the call goes on as if it had been lost.
    pub fn handle_carried(
        &mut self,
        now: Instant,
        link: ConnectionId,
        packet: &[u8],
    ) -> Result<(), WireError> {
        match self.inband.handle_packet(now, link, packet)? {
            Some(message) => self.take_message(now, link, &message),
            None => Ok(()),
        }
    }

    /// Seals a frame, with a message behind it if one waits.
    ///
    /// # Errors
    /// See [`SealError`]; the frame must be dropped.
    pub fn seal_and_carry<'b>(
        &mut self,
        now: Instant,
        context: Context,
        going: Going<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Result<&'b [u8], SealError> {
        if self.is_alone() {
            return Err(SealError::NoKey);
        }
        self.keyring.switch_if_due(now);
        let Going { codec, frame, .. } = going;
        let packet = if self.inband.has(going.link) {
            let room = going.room(frame.len() + MAX_OVERHEAD);
            self.inband.poll_packet(now, going.link, going.stream, room)
        } else {
            None
        };
        self.keyring
            .seal_with(context, codec, frame, packet, buffer)
    }

    /// A frame that nobody may have, with nothing in it but a message, if one waits.
    pub fn carry<'b>(
        &mut self,
        now: Instant,
        going: Going<'_>,
        buffer: &'b mut Vec<u8>,
        scratch: &mut Vec<u8>,
    ) -> Option<&'b [u8]> {
        if !self.inband.has(going.link) {
            return None;
        }
        let Going { codec, frame, .. } = going;
        let packet = self
            .inband
            .poll_packet(now, going.link, going.stream, going.room(0))?;
        codec.carry(frame, packet, buffer, scratch).ok()
    }
}
