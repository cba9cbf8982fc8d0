//! The in-band carrier: packets at the end of encoded frames, for the room that all forwarded
//! connections of a tab lead to. What is to be said waits here until a frame of any of their senders
//! comes by. A message that is for some is for everyone: who forwards frames doesn't ask.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::{
    fragments::Reassembly,
    repair::{MAX_INDEX, REPAIR_PREFIX, fragment},
};
use crate::{
    bucket::Bucket,
    ids::StreamId,
    time::Instant,
    wire::{HEADER, MessageId, Packet, WireError, trailer::TRAILER},
};

/// How much of a message a frame carries: with its sound it stays below what SFUs forward.
pub const FRAME_FRAGMENT: usize = 700;

/// The longest frame of sound that SFUs forward, with all that is in it.
pub const MAX_SOUND: usize = 1_100;

/// 64 kbit/s while something changes.
pub const BYTES_PER_SECOND: u64 = 8_000;
const BYTES_BURST: u64 = 4_000;
/// 2 kbit/s while nothing does.
const IDLE_PER_SECOND: u64 = 250;
const IDLE_BURST: u64 = 1_000;

/// What is said again and again though nothing changes is out of date then.
const ROUTINE_LASTS: Duration = Duration::from_secs(4);
/// What else isn't said again within this long isn't needed any more (R7, R9, R10); it has longer
/// until all of it went once.
const CHANGE_LASTS: Duration = Duration::from_millis(1_500);
const CHANGE_WAITS: Duration = Duration::from_secs(8);
const MAX_WAITING: usize = 16;
/// A short message is lost most easily, and costs least to repair.
const REPAIR_AT_LEAST: usize = 5;
/// Of a message; so at least as many are left for repair.
const MAX_FRAGMENTS: usize = 128;

/// I5: a message over this isn't sent so.
pub const MAX_CARRIED: usize = FRAME_FRAGMENT * MAX_FRAGMENTS;

/// A stream that had no frame for this long doesn't count.
const STREAM_RESTS: Duration = Duration::from_millis(300);

/// Who sent no frame for this long can't speak.
const NO_WAY_UP: Duration = Duration::from_secs(2);

/// Messages that may be unfinished of what one stream brings.
const MAX_PARTIAL: usize = 16;
/// Bytes that are held for those of all.
const MAX_HELD: usize = 4 * 1024 * 1024;

/// Packets of all streams that are looked at.
const PACKETS_BURST: u64 = 1_200;
const PACKETS_PER_SECOND: u64 = 600;

/// The type that begins a message (PROTOCOL.md section 3).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    const BEACON: Self = Self(1);
    const KEY_PACKAGE: Self = Self(2);
    const WELCOME: Self = Self(3);
    const COMMIT: Self = Self(4);
    const PASSED_ON: Self = Self(5);
    const NAME: Self = Self(7);

    /// Said again and again though nothing changes, and short.
    fn is_routine(self) -> bool {
        [Self::BEACON, Self::PASSED_ON, Self::NAME].contains(&self)
    }

    /// A newer one of the same sender says all that an older one does.
    fn supersedes(self) -> bool {
        [Self::BEACON, Self::KEY_PACKAGE].contains(&self)
    }

    /// What goes first. Who isn't heard is taken for gone, and who lags behind a Commit makes a
    /// branch in the end; a Welcome is long.
    fn rank(self) -> usize {
        match self {
            Self::BEACON => 0,
            kind if kind.is_routine() => 1,
            Self::KEY_PACKAGE => 2,
            Self::COMMIT => 3,
            _ => 4,
        }
    }
}

struct Waiting {
    kind: Kind,
    since: Instant,
    id: MessageId,
    message: Vec<u8>,
    count: usize,
    /// Fragments that went out.
    sent: usize,
    /// Fragments that are to go out.
    wanted: usize,
    /// Layers of which each may be all that somebody gets.
    layers: usize,
    /// How often it was said again when all had gone.
    repeats: usize,
}

impl Waiting {
    fn new(now: Instant, kind: Kind, id: MessageId, message: &[u8], layers: usize) -> Self {
        let count = message.len().div_ceil(FRAME_FRAGMENT).max(1);
        let mut waiting = Self {
            kind,
            since: now,
            id,
            message: message.to_vec(),
            count,
            sent: 0,
            wanted: 0,
            layers,
            repeats: 0,
        };
        waiting.wanted = waiting.at_first();
        waiting
    }

    /// What is said again anyway goes once, what changes something with fragments for repair.
    fn at_first(&self) -> usize {
        if self.kind.is_routine() {
            return self.count;
        }
        let quarter = self.count.div_ceil(4);
        self.count * self.layers + quarter.max(self.count.min(REPAIR_AT_LEAST))
    }

    /// It is said again: somebody may lack it still. First some more of it goes, and from then on all
    /// of it on each of the lanes, as for somebody who gets one of them.
    fn again(&mut self, now: Instant, lanes: usize) {
        self.since = now;
        if !self.is_done() {
            return;
        }
        self.repeats += 1;
        self.wanted += match self.kind.is_routine() {
            true => self.count,
            false if self.is_insistent() => self.count * lanes,
            false => self.count.div_ceil(4).max(2) * self.layers,
        };
    }

    /// What went before wasn't enough for somebody.
    fn is_insistent(&self) -> bool {
        self.repeats > 1
    }

    fn is_done(&self) -> bool {
        self.sent >= self.wanted
    }

    fn is_stale(&self, now: Instant) -> bool {
        let lasts = match self.kind {
            kind if kind.is_routine() => ROUTINE_LASTS,
            _ if self.sent < self.at_first() => CHANGE_WAITS,
            _ => CHANGE_LASTS,
        };
        now.since(self.since) >= lasts
    }

    /// Pieces in order, then repair, from a place on that is the sender's own: what others send of
    /// the same message adds to it.
    fn index(&self, salt: u8) -> u16 {
        let repair = self.sent.checked_sub(self.count);
        let index = match repair {
            _ if self.count == 1 => 0,
            Some(nth) => self.count + (usize::from(salt) + nth) % (MAX_INDEX - self.count),
            None => self.sent,
        };
        index as u16
    }

    /// How long the next packet is, with its trailer.
    fn length(&self, salt: u8) -> usize {
        let index = usize::from(self.index(salt));
        let fragment = if index < self.count {
            let rest = self.message.len() - index * FRAME_FRAGMENT;
            rest.min(FRAME_FRAGMENT)
        } else {
            FRAME_FRAGMENT + REPAIR_PREFIX
        };
        HEADER + fragment + TRAILER
    }

    fn packet(&self, salt: u8) -> Vec<u8> {
        let index = self.index(salt);
        Packet {
            message: self.id,
            index,
            count: self.count as u16,
            fragment: &fragment(&self.message, FRAME_FRAGMENT, index),
        }
        .to_bytes()
    }

    /// What is missed least is least: what went, and then what is said again anyway, but for our own
    /// beacon.
    fn worth(&self) -> u8 {
        match self.kind {
            _ if self.is_done() => 0,
            kind if kind.is_routine() && kind != Kind::BEACON => 1,
            _ => 2,
        }
    }

    /// What goes first is least: by its kind, and what is said again by how little of it went.
    fn urgency(&self) -> (bool, usize) {
        if self.sent < self.at_first() {
            return (false, self.kind.rank());
        }
        (true, self.sent * MAX_INDEX / self.count)
    }
}

/// Frames that go the same way: a layer of a stream.
pub type Lane = (StreamId, u32);

/// The last frame of a lane.
struct Frame {
    at: Instant,
    space: usize,
    /// At which turn a beacon of ours, and anything else, last went with one.
    beacon: u64,
    other: u64,
}

struct Room {
    /// Oldest first.
    waiting: VecDeque<Waiting>,
    packet: Vec<u8>,
    salt: u8,
    turn: u64,
    lanes: BTreeMap<Lane, Frame>,
    allowance: Bucket,
    idle: Bucket,
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
            turn: 0,
            lanes: BTreeMap::new(),
            allowance: Bucket::new(now, BYTES_BURST, BYTES_PER_SECOND),
            idle: Bucket::new(now, IDLE_BURST, IDLE_PER_SECOND),
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
        self.waiting
            .retain(|waiting| waiting.kind != kind || !kind.supersedes());
        let waiting = Waiting::new(now, kind, id, message, self.layers());
        self.waiting.push_back(waiting);
        if self.waiting.len() > MAX_WAITING {
            let all = self.waiting.iter().enumerate();
            let least = all.min_by_key(|(_, one)| one.worth());
            let least = least.map(|(place, _)| place);
            least.and_then(|place| self.waiting.remove(place));
        }
    }

    /// Of how many layers each stream has one that somebody gets, at least.
    fn layers(&self) -> usize {
        let mut of: BTreeMap<StreamId, usize> = BTreeMap::new();
        for (stream, _) in self.lanes.keys() {
            *of.entry(*stream).or_default() += 1;
        }
        of.into_values().min().unwrap_or(1)
    }

    fn forget_stale(&mut self, now: Instant) {
        self.waiting.retain(|one| !one.is_stale(now));
        self.lanes
            .retain(|_, frame| now.since(frame.at) < STREAM_RESTS);
        self.reassembly.forget_stale(now);
    }

    /// The message of which a fragment goes next on a lane: not while another could take it whose
    /// turn it is.
    fn next(&self, lane: Lane, space: usize) -> Option<usize> {
        let all = self.waiting.iter().enumerate();
        all.filter(|(_, one)| !one.is_done())
            .filter(|(_, one)| one.length(self.salt) <= space)
            .filter(|(_, one)| !self.waits_for_another(one, lane))
            .min_by_key(|(_, one)| one.urgency())
            .map(|(place, _)| place)
    }

    fn waits_for_another(&self, waiting: &Waiting, lane: Lane) -> bool {
        let (length, turn) = (waiting.length(self.salt), self.last_on(waiting, lane));
        let mut fit = self.lanes.iter().filter(|(_, frame)| frame.space >= length);
        fit.any(|(other, _)| self.last_on(waiting, *other) < turn)
    }

    /// Beacons take turns over all layers, for each may be all that somebody gets; what is repaired
    /// over streams first, for of those most get all, unless that wasn't enough.
    fn last_on(&self, waiting: &Waiting, lane: Lane) -> (u64, u64) {
        if waiting.kind == Kind::BEACON {
            return (0, self.lanes.get(&lane).map_or(0, |frame| frame.beacon));
        }
        let of_lane = self.lanes.get(&lane).map_or(0, |frame| frame.other);
        if waiting.is_insistent() {
            return (0, of_lane);
        }
        let layers = self.lanes.range((lane.0, 0)..=(lane.0, u32::MAX));
        let of_stream = layers.map(|(_, frame)| frame.other).max();
        (of_stream.unwrap_or_default(), of_lane)
    }

    /// Whether so many bytes may go now.
    fn may_spend(&mut self, now: Instant, bytes: usize) -> bool {
        let busy = |one: &Waiting| !one.kind.is_routine() && !one.is_done();
        let idle = !self.waiting.iter().any(busy);
        let bytes = bytes as u64;
        let (mut allowance, mut routine) = (self.allowance, self.idle);
        let may = allowance.take(now, bytes) && (!idle || routine.take(now, bytes));
        if may {
            self.allowance = allowance;
            self.idle = routine;
        }
        may
    }

    fn poll_packet(&mut self, now: Instant, lane: Lane, space: usize) -> Option<&[u8]> {
        self.forget_stale(now);
        let (beacon, other) = (0, 0);
        let frame = self.lanes.entry(lane).or_insert(Frame {
            at: now,
            space,
            beacon,
            other,
        });
        (frame.at, frame.space) = (now, space);
        let place = self.next(lane, space)?;
        if !self.may_spend(now, self.waiting[place].length(self.salt)) {
            return None;
        }
        let waiting = &mut self.waiting[place];
        self.packet = waiting.packet(self.salt);
        waiting.sent += 1;
        self.turn += 1;
        if let Some(frame) = self.lanes.get_mut(&lane) {
            match waiting.kind {
                Kind::BEACON => frame.beacon = self.turn,
                _ => frame.other = self.turn,
            }
        }
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
    pub fn send(&mut self, now: Instant, message: &[u8]) {
        let Some(kind) = message.first().copied().map(Kind) else {
            return;
        };
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
        let changes = |one: &&Waiting| [Kind::COMMIT, Kind::WELCOME].contains(&one.kind);
        let waiting = self.room.as_ref()?.waiting.iter();
        Some(waiting.filter(changes).any(|one| one.sent < one.at_first()))
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
