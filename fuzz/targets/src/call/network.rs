//! The packets that are on their way and the frames that were sealed, both bounded.

use std::collections::{BTreeSet, VecDeque};

use sotto_core::{
    framing::Codec,
    ids::{ConnectionId, PageId, PeerId},
    wire::{MessageId, Packet},
};

/// Packets on their way at once; the oldest get lost.
const MAX_FLYING: usize = 4096;
/// Frames that can still be opened.
const MAX_FRAMES: usize = 64;

/// The channel by which `at` hears `from`.
pub fn link(at: usize, from: usize) -> ConnectionId {
    ConnectionId {
        page: PageId(at as u32),
        number: from as u32,
    }
}

/// A packet on its way.
#[derive(Clone)]
pub struct Flight {
    pub from: usize,
    pub to: usize,
    pub bytes: Vec<u8>,
}

impl Flight {
    /// With a byte changed.
    pub fn changed(mut self, at: u16, mask: u8) -> Self {
        change(&mut self.bytes, at, mask);
        self
    }

    /// With a byte of its message changed, and the packet made to fit.
    pub fn forged(mut self, at: u16, mask: u8) -> Self {
        let Ok(packet) = Packet::parse(&self.bytes) else {
            return self;
        };
        let mut fragment = packet.fragment.to_vec();
        change(&mut fragment, at, mask);
        let forged = Packet {
            message: MessageId::of(&fragment),
            fragment: &fragment,
            ..packet
        };
        self.bytes = forged.to_bytes();
        self
    }
}

/// Changes a byte, if there is one.
pub fn change(bytes: &mut [u8], at: u16, mask: u8) {
    let at = usize::from(at) % bytes.len().max(1);
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= mask;
    }
}

/// A frame that somebody sealed.
pub struct Frame {
    pub from: usize,
    pub by: PeerId,
    pub codec: Codec,
    pub plain: Vec<u8>,
    pub sealed: Vec<u8>,
    pub opened_by: BTreeSet<PeerId>,
}

/// See the module's text.
#[derive(Default)]
pub struct Network {
    flying: VecDeque<Flight>,
    pub frames: VecDeque<Frame>,
}

impl Network {
    pub fn send(&mut self, flight: Flight) {
        if self.flying.len() >= MAX_FLYING {
            self.flying.pop_front();
        }
        self.flying.push_back(flight);
    }

    /// Takes a packet out, whichever the number chooses.
    pub fn take(&mut self, number: u8) -> Option<Flight> {
        let chosen = usize::from(number) % self.flying.len().max(1);
        self.flying.remove(chosen)
    }

    /// Takes all packets out, in order.
    pub fn take_all(&mut self) -> VecDeque<Flight> {
        std::mem::take(&mut self.flying)
    }

    pub fn keep(&mut self, frame: Frame) {
        if self.frames.len() >= MAX_FRAMES {
            self.frames.pop_front();
        }
        self.frames.push_back(frame);
    }
}
