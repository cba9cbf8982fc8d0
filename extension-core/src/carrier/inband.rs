//! The in-band carrier: packets at the end of encoded frames, for the room that all forwarded
//! connections of a tab lead to. What is to be said waits here until a frame of any of their senders
//! comes by. A message that is for some is for everyone: who forwards frames doesn't ask.

mod budget;
mod lanes;
mod waiting;

use std::{collections::VecDeque, time::Duration};

use budget::{BYTES_PER_SECOND, Budget, Purpose};
pub use lanes::Lane;
use lanes::Lanes;
use waiting::Waiting;

use super::{
    fragments::Reassembly,
    repair::{MAX_INDEX, REPAIR_PREFIX},
};
use crate::{
    bucket::Bucket,
    ids::StreamId,
    time::Instant,
    wire::{Kind, MessageId, Packet, WireError},
};

/// How much of a message a frame carries: with its sound it stays below what SFUs forward.
pub const FRAME_FRAGMENT: usize = 700;

/// The longest frame of sound that SFUs forward, with all that is in it.
pub const MAX_SOUND: usize = 1_100;

const MAX_WAITING: usize = 16;
/// Of a message; so at least as many are left for repair.
const MAX_FRAGMENTS: usize = 128;

/// I5: a message over this isn't sent so.
pub const MAX_CARRIED: usize = FRAME_FRAGMENT * MAX_FRAGMENTS;

/// Who sent no frame for this long can't speak.
const NO_WAY_UP: Duration = Duration::from_secs(2);

/// Messages that may be unfinished of what one stream brings.
const MAX_PARTIAL: usize = 16;
/// Bytes that are held for those of all.
const MAX_HELD: usize = 4 * 1024 * 1024;

/// Packets of all streams that are looked at.
const PACKETS_BURST: u64 = 1_200;
const PACKETS_PER_SECOND: u64 = 600;

struct Room {
    /// Oldest first.
    waiting: VecDeque<Waiting>,
    packet: Vec<u8>,
    salt: u8,
    lanes: Lanes,
    /// The last packet was the end of something that is said again and again.
    routine_went: bool,
    budget: Budget,
    packets: Bucket,
    reassembly: Reassembly,
    /// When a frame went by, or the room was opened.
    last_frame: Instant,
}

impl Room {
    fn new(now: Instant, salt: u8) -> Self {
        Self {
            waiting: VecDeque::new(),
            packet: Vec::new(),
            salt,
            lanes: Lanes::default(),
            routine_went: false,
            budget: Budget::new(now),
            packets: Bucket::new(now, PACKETS_BURST, PACKETS_PER_SECOND),
            reassembly: Reassembly::of(MAX_PARTIAL),
            last_frame: now,
        }
    }

    fn add(&mut self, now: Instant, kind: Kind, message: &[u8]) {
        let (id, lanes) = (MessageId::of(message), self.lanes.len());
        if let Some(same) = self.waiting.iter_mut().find(|one| one.id == id) {
            return same.again(now, lanes.max(1));
        }
        let waiting = Waiting::new(now, kind, id, message, self.lanes.layers());
        let mut others = self.waiting.iter_mut();
        let older = others.find(|one| one.is_replaced_by(kind) && !one.is_done());
        if let Some(older) = older {
            *older = waiting;
            return;
        }
        self.waiting.retain(|one| !one.is_replaced_by(kind));
        self.waiting.push_back(waiting);
        if self.waiting.len() > MAX_WAITING {
            let all = self.waiting.iter().enumerate();
            let least = all.min_by_key(|(_, one)| one.worth());
            let least = least.map(|(place, _)| place);
            least.and_then(|place| self.waiting.remove(place));
        }
    }

    fn forget_stale(&mut self, now: Instant) {
        self.waiting.retain(|one| !one.is_stale(now));
        self.lanes.forget_stale(now);
        self.reassembly.forget_stale(now);
    }

    /// The message of which a fragment goes next on a lane, how long its packet is and what for: of
    /// what serves each purpose the most urgent, if that isn't too dear yet.
    fn next(&self, now: Instant, lane: Lane, space: usize) -> Option<(usize, usize, Purpose)> {
        let firsts = Purpose::ALL.into_iter().filter_map(|purpose| {
            let (place, length) = self.first(purpose, lane, space)?;
            let may = self.budget.has(now, purpose, length);
            may.then_some((place, length, purpose))
        });
        firsts.min_by_key(|(place, ..)| self.urgency(&self.waiting[*place]))
    }

    /// What is for some purpose and goes first on a lane: not while another lane could take it whose
    /// turn it is.
    fn first(&self, purpose: Purpose, lane: Lane, space: usize) -> Option<(usize, usize)> {
        let changes = self.is_changing();
        let all = self.waiting.iter().enumerate();
        let all = all.filter(|(_, one)| !one.is_done() && one.purpose(changes) == purpose);
        all.map(|(place, one)| (place, one, one.length(self.salt)))
            .filter(|(_, one, length)| {
                *length <= space && !self.lanes.is_anothers(one, *length, lane)
            })
            .min_by_key(|(_, one, _)| self.urgency(one))
            .map(|(place, _, length)| (place, length))
    }

    fn urgency(&self, one: &Waiting) -> (bool, usize) {
        one.urgency(self.routine_went && self.is_changing())
    }

    /// Whether something waits that isn't said again anyway.
    fn is_changing(&self) -> bool {
        let mut waiting = self.waiting.iter();
        waiting.any(|one| !one.is_routine() && !one.is_done())
    }

    fn poll_packet(&mut self, now: Instant, lane: Lane, space: usize) -> Option<&[u8]> {
        self.forget_stale(now);
        self.lanes.note_frame(now, lane, space);
        let (place, length, purpose) = self.next(now, lane, space)?;
        if !self.budget.take(now, purpose, length) {
            return None;
        }
        let waiting = &mut self.waiting[place];
        self.packet = waiting.take_packet(self.salt);
        // A beacon keeps its turn until all of it went: whoever has this lane alone would have a part.
        if waiting.kind != Kind::Beacon || waiting.is_done() {
            self.lanes.note_packet(lane, waiting.kind);
        }
        self.routine_went = waiting.is_routine() && waiting.is_done();
        Some(&self.packet)
    }
}

/// See the module's text.
#[derive(Default)]
pub struct InbandCarrier {
    room: Option<Room>,
}

impl InbandCarrier {
    /// There are forwarded connections. Of two with another salt, each sends repair of its own.
    pub fn open(&mut self, now: Instant, salt: u8) {
        self.room.get_or_insert_with(|| Room::new(now, salt));
    }

    /// There are none any more.
    pub fn close(&mut self) {
        self.room = None;
    }

    /// Queues a message for everyone. One that is too large is left to other carriers.
    pub fn send(&mut self, now: Instant, kind: Kind, message: &[u8]) {
        let Some(room) = &mut self.room else { return };
        if message.len() <= MAX_CARRIED {
            room.add(now, kind, message);
        }
    }

    /// A frame of a sender goes by.
    pub fn handle_frame(&mut self, now: Instant) {
        if let Some(room) = &mut self.room {
            room.last_frame = now;
        }
    }

    /// The packet to append to a frame of a lane that has so much room, if there is one and it may go
    /// now.
    pub fn poll_packet(&mut self, now: Instant, lane: Lane, space: usize) -> Option<&[u8]> {
        self.room.as_mut()?.poll_packet(now, lane, space)
    }

    /// Whether a Commit or a Welcome hasn't all gone once, if there is a room.
    pub fn is_busy(&self) -> Option<bool> {
        let changes = |one: &&Waiting| matches!(one.kind, Kind::Commit | Kind::Welcome);
        let waiting = self.room.as_ref()?.waiting.iter();
        Some(waiting.filter(changes).any(|one| !one.all_went()))
    }

    /// How many bytes of a Commit go in a second, beside what is for its repair, if there is a room:
    /// all of them on each layer of a stream.
    pub fn rate(&self) -> Option<u64> {
        let layers = self.room.as_ref()?.lanes.layers() as u64;
        Some(BYTES_PER_SECOND * 3 / 4 / layers.max(1))
    }

    /// Whether something waits that a frame could take along.
    pub fn waits(&self) -> bool {
        let room = self.room.as_ref();
        room.is_some_and(|room| room.waiting.iter().any(|one| !one.is_done()))
    }

    /// Whether there is a room, and for long no frame that could take anything there.
    pub fn has_no_way_up(&self, now: Instant) -> bool {
        let room = self.room.as_ref();
        room.is_some_and(|room| now.since(room.last_frame) >= NO_WAY_UP)
    }

    /// Takes a packet that came in a frame of a stream. Gives a message back once it is whole.
    ///
    /// # Errors
    /// Says why it was refused; it is as if it had been lost.
    pub fn handle_packet(
        &mut self,
        now: Instant,
        stream: StreamId,
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, WireError> {
        let room = self.room.as_mut().ok_or(WireError::NotOurs)?;
        if !room.packets.take(now, 1) {
            return Err(WireError::TooLarge);
        }
        let packet = Packet::parse_any(bytes)?;
        let most = FRAME_FRAGMENT + REPAIR_PREFIX;
        if packet.fragment.len() > most || usize::from(packet.count) > MAX_FRAGMENTS {
            return Err(WireError::TooLarge);
        }
        let indices = if packet.count == 1 { 1 } else { MAX_INDEX };
        if packet.count == 0 || usize::from(packet.index) >= indices {
            return Err(WireError::Malformed);
        }
        let whole = room.reassembly.handle(now, Some(stream), packet);
        room.reassembly.bound(MAX_HELD);
        whole
    }

    /// Forgets what was begun too long ago.
    pub fn expire(&mut self, now: Instant) {
        if let Some(room) = &mut self.room {
            room.forget_stale(now);
        }
    }
}

#[cfg(test)]
mod tests;
