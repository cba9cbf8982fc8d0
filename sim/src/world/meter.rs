//! What the honest say, and how much of what they seal is heard, in some time.

use std::time::Duration;

use sotto_core::{framing::Codec, ids::PeerId, media::Context, wire::Packet};

use super::{World, slot::link};

const BETWEEN_FRAMES: Duration = Duration::from_millis(100);

/// PROTOCOL.md section 3.
#[derive(Clone, Copy, Debug)]
#[repr(u8)]
pub enum MessageType {
    /// A Commit.
    Commit = 4,
    /// Somebody else's beacon.
    PassedOn = 5,
}

/// Frames that the honest sealed, each counted once for each of its honest receivers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Media {
    /// For members of the sender's group.
    pub sent: usize,
    /// Of these, what was opened at once.
    pub heard: usize,
}

impl World {
    /// How many of these messages the honest send to those who lie, and to each other.
    pub fn messages_within(&mut self, span: Duration, kind: MessageType) -> (usize, usize) {
        self.sent = Some(Vec::new());
        self.live(span);
        let sent = self.sent.take().unwrap_or_default();
        let messages = sent.iter().filter(|it| self.slots[it.from].honest);
        let (ours, theirs): (Vec<_>, Vec<_>) = messages
            .filter(|it| begins(&it.bytes, kind))
            .partition(|it| self.slots[it.to].honest);
        (theirs.len(), ours.len())
    }

    /// Lets time pass in which everyone honest speaks ten times a second.
    pub fn media_within(&mut self, span: Duration) -> Media {
        let (end, mut media) = (self.now + span, Media::default());
        while self.now < end {
            self.run_until(self.now + BETWEEN_FRAMES);
            (0..self.slots.len()).for_each(|from| self.speak(from, &mut media));
        }
        media
    }

    fn speak(&mut self, from: usize, media: &mut Media) {
        let (slot, mut buffer) = (&mut self.slots[from], Vec::new());
        let Some(call) = slot.honest.then(|| slot.call_mut()).flatten() else {
            return;
        };
        let members: Vec<PeerId> = call.members().iter().map(|(_, peer)| *peer).collect();
        let plain = Codec::Opus.frame(b"a frame");
        let sealed = call.seal(self.now, Context(0), plain, &mut buffer);
        let Ok(sealed) = sealed else { return };
        for to in (0..self.slots.len()).filter(|to| *to != from) {
            let slot = &mut self.slots[to];
            let receiver = slot.counts().then(|| slot.call_mut()).flatten();
            if let Some(call) = receiver.filter(|call| members.contains(&call.peer())) {
                let mut buffer = Vec::new();
                let frame = Codec::Opus.frame(sealed);
                let opened = call.open(self.now, link(to, from), frame, &mut buffer);
                media.sent += 1;
                media.heard += usize::from(opened.is_ok());
            }
        }
    }
}

/// Small messages are one packet, and the first packet of a larger one says what it is.
fn begins(packet: &[u8], kind: MessageType) -> bool {
    let packet = Packet::parse(packet).ok();
    let first = packet.filter(|packet| packet.index == 0);
    first.is_some_and(|packet| packet.fragment.first() == Some(&(kind as u8)))
}
