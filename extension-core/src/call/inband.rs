//! What a call does on forwarded connections: its messages go along with frames of any of them, to
//! whoever is in the room, and those of others come out of them.

use std::collections::BTreeSet;

use super::{
    Call,
    links::{Origin, Via},
};
use crate::{
    carrier::{Lane, MAX_CARRIED, MAX_SOUND},
    framing::Frame,
    ids::{ConnectionId, Layer, PeerId, StreamId},
    media::{Context, MAX_OVERHEAD, SealError},
    membership::Width,
    roster::Medium,
    time::Instant,
    wire::{ENVELOPE, Message, WireError},
};

/// I14, G11: of what eight join by, with its fragments for repair, I4 lets all go within R21's
/// time of R4.
const NARROW: Width = Width {
    longest: MAX_CARRIED - ENVELOPE,
    joins: 8,
    rate: None,
};

/// A frame that is about to go out.
#[derive(Clone, Copy, Debug)]
pub struct Going<'a> {
    /// Over which connection.
    pub link: ConnectionId,
    /// Of which of its streams.
    pub stream: StreamId,
    /// Of which of the stream's layers.
    pub layer: Layer,
    /// Whether it is of sound: a packet of the network then, and not several.
    pub sound: bool,
    /// The plain frame.
    pub frame: Frame<'a>,
}

impl Going<'_> {
    /// None: the frame may be left out where others of its stream aren't.
    fn lane(&self) -> Option<Lane> {
        Some((self.stream, self.layer?))
    }

    /// I5: how long a packet with its trailer may be, if so much of the frame itself goes along.
    fn space(&self, sealed: usize) -> usize {
        match self.frame.cover() {
            Ok(_) if !self.frame.codec.is_silent() => 0,
            Ok(_) if !self.sound => usize::MAX,
            Ok((meta, _)) => MAX_SOUND.saturating_sub(meta.clear().len() + sealed),
            Err(_) => 0,
        }
    }
}

impl Call {
    /// Somebody in between forwards what a connection carries: it leads to the room.
    pub fn share(&mut self, now: Instant, link: ConnectionId) {
        if self.links.is_shared(link) {
            return;
        }
        self.inband.open(now, self.peer().0[0]);
        self.sense();
        if let Some(peer) = self.links.share(link) {
            self.membership.handle_link_lost(now, peer);
        }
        self.membership.handle_link(now);
        self.drain(now);
    }

    /// Lets the membership know what messages travel by.
    pub(super) fn sense(&mut self) {
        match self.inband.is_busy() {
            Some(busy) => {
                let rate = self.inband.rate();
                let width = Width { rate, ..NARROW };
                self.membership.handle_medium(Medium::Room { busy }, width);
            }
            None => self.membership.handle_medium(Medium::Channels, Width::WIDE),
        }
    }

    /// It is closed, or leads elsewhere now.
    pub fn unshare(&mut self, now: Instant, link: ConnectionId) {
        if !self.links.is_shared(link) {
            return;
        }
        for peer in self.links.unshare(link) {
            self.membership.handle_link_lost(now, peer);
        }
        if !self.links.leads_to_room() {
            self.inband.close();
            self.membership.set_surplus(BTreeSet::new());
        }
        self.drain(now);
    }

    /// Whether a connection leads to the room.
    pub fn is_shared(&self, link: ConnectionId) -> bool {
        self.links.is_shared(link)
    }

    /// A frame is about to go to the room. True: something waits that it could take along.
    pub fn handle_going(&mut self, now: Instant) -> bool {
        self.inband.handle_frame(now);
        self.inband.waits()
    }

    /// Whether nothing goes to the room that could take our messages along, and nobody is heard
    /// over a channel.
    pub fn has_no_way_up(&self, now: Instant) -> bool {
        let mut relayed = self.links.relayed();
        let is_answered = relayed.any(|peer| self.membership.is_live(now, peer));
        self.inband.has_no_way_up(now) && !self.links.has_owners() && !is_answered
    }

    /// Everyone else who was heard in the room lately.
    pub fn others_in_room(&self, now: Instant) -> impl Iterator<Item = PeerId> {
        let room = self.links.room().copied();
        room.filter(move |peer| self.membership.is_live(now, *peer))
    }

    /// I15: a frame of a member in the room was opened that it sealed in our newest epoch.
    pub fn note_media(&mut self, now: Instant, member: PeerId) {
        self.membership.note_media(now, member);
    }

    /// Takes a packet that came in a frame of a stream.
    ///
    /// # Errors
    /// Says what was wrong with it; the call goes on as if it had been lost.
    pub fn handle_carried(
        &mut self,
        now: Instant,
        stream: StreamId,
        packet: &[u8],
    ) -> Result<(), WireError> {
        match self.inband.handle_packet(now, stream, packet)? {
            Some(message) => {
                let origin = Origin::Room(Via::Stream(stream));
                self.take_message(now, origin, Message::parse(&message)?)
            }
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
        self.sealer()?.switch_if_due(now);
        let frame = going.frame;
        let lane = going.lane().filter(|_| self.is_shared(going.link));
        let packet = lane.and_then(|lane| {
            let space = going.space(frame.bytes.len() + MAX_OVERHEAD);
            self.inband.poll_packet(now, lane, space)
        });
        self.keyring.seal_with(context, frame, packet, buffer)
    }

    /// A frame that nobody may have, with nothing in it but a message, if one waits.
    pub fn carry<'b>(
        &mut self,
        now: Instant,
        going: Going<'_>,
        buffer: &'b mut Vec<u8>,
        scratch: &mut Vec<u8>,
    ) -> Option<&'b [u8]> {
        if !self.is_shared(going.link) {
            return None;
        }
        let space = going.space(0);
        let packet = self.inband.poll_packet(now, going.lane()?, space)?;
        let Frame { codec, bytes } = going.frame;
        codec.carry(bytes, packet, buffer, scratch).ok()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::{
        framing::{Codec, samples},
        ids::PageId,
    };

    fn space(codec: Codec, frame: &[u8], sound: bool, sealed: usize) -> usize {
        let page = PageId(1);
        let going = Going {
            link: ConnectionId { page, number: 1 },
            stream: StreamId { page, number: 1 },
            layer: Some(0),
            sound,
            frame: codec.frame(frame),
        };
        going.space(sealed)
    }

    #[test]
    fn i5_sound_and_its_packet_are_as_long_as_servers_forward_and_no_longer() {
        for name in ["opus-20ms", "opus-120ms", "red-two-blocks", "cn"] {
            let (_, codec, frame) = samples::named(name);
            let sealed = vec![0; frame.len() + MAX_OVERHEAD];
            let packet = vec![0; space(*codec, frame, true, sealed.len())];
            let (meta, _) = codec.cover(frame).expect("a frame of its codec");
            let mut body = [meta.bytes(), &sealed, &packet].concat();
            let wire = codec.pack(frame, &meta, &mut body, &mut Vec::new());
            assert_eq!(wire.len(), MAX_SOUND, "{name}");
            assert_eq!(space(*codec, frame, true, MAX_SOUND), 0, "{name}");
            assert_eq!(space(*codec, frame, false, 0), usize::MAX, "{name}");
        }
    }

    #[test]
    fn i13_a_frame_that_is_heard_without_keys_has_no_space() {
        for (name, codec, frame) in samples::ALL {
            let refused = ["pcmu", "pcma", "g722"].contains(name);
            assert_eq!(space(*codec, frame, true, 0) == 0, refused, "{name}");
            assert_eq!(space(*codec, frame, false, 0) == 0, refused, "{name}");
        }
    }
}
