//! The in-band carrier: packets at the end of encoded frames, for connections that bring media
//! across and nothing else. What one connection has to say waits here until frames of its streams
//! come by. A message that is for some is for everyone: who forwards frames doesn't ask.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::{
    fragments::{Reassembly, cut_into},
    rate::Bucket,
};
use crate::{
    ids::{ConnectionId, StreamId},
    time::Instant,
    wire::{Packet, WireError, trailer::TRAILER},
};

/// How much of a message a frame carries: with its sound it stays below what SFUs forward.
pub const FRAME_FRAGMENT: usize = 700;

/// The longest frame of sound that SFUs forward, with all that is in it.
pub const MAX_SOUND: usize = 1_100;

/// 64 kbit/s on one connection while something changes, and a tenth of a join at once.
const BYTES_PER_SECOND: u64 = 8_000;
const BYTES_BURST: u64 = 4_000;
/// 2 kbit/s while nothing does.
const IDLE_PER_SECOND: u64 = 250;
const IDLE_BURST: u64 = 1_000;

/// What changes something is sent so often, each time on another stream where there are several.
const COPIES: u8 = 2;
/// A message that still waits then is out of date.
const PATIENCE: Duration = Duration::from_secs(4);
const MAX_WAITING: usize = 16;
const MAX_FRAGMENTS: usize = 256;

/// A stream that had no frame for this long doesn't count.
const STREAM_RESTS: Duration = Duration::from_millis(300);

/// Messages of others that may be unfinished on one connection; many can speak there.
const MAX_PARTIAL: usize = 32;
/// Bytes that are held for these, over all connections.
const MAX_HELD: usize = 4 * 1024 * 1024;

/// The type that begins a message (PROTOCOL.md section 3).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind(u8);

impl Kind {
    const BEACON: Self = Self(1);
    const KEY_PACKAGE: Self = Self(2);
    const PASSED_ON: Self = Self(5);
    const NAME: Self = Self(7);

    /// Said again and again though nothing changes, and short.
    fn is_routine(self) -> bool {
        [Self::BEACON, Self::PASSED_ON, Self::NAME].contains(&self)
    }

    fn copies(self) -> u8 {
        if self.is_routine() { 1 } else { COPIES }
    }

    /// A newer one of the same sender says all that an older one does.
    fn supersedes(self) -> bool {
        [Self::BEACON, Self::KEY_PACKAGE].contains(&self)
    }
}

struct Fragment {
    packet: Vec<u8>,
    sent: u8,
    /// The stream that it went out on last.
    last: Option<StreamId>,
}

struct Waiting {
    kind: Kind,
    since: Instant,
    fragments: Vec<Fragment>,
}

impl Waiting {
    fn is_done(&self) -> bool {
        let copies = self.kind.copies();
        self.fragments.iter().all(|one| one.sent >= copies)
    }
}

struct Link {
    waiting: VecDeque<Waiting>,
    /// The stream that our last beacon went out on.
    beacon_on: Option<StreamId>,
    streams: BTreeMap<StreamId, Instant>,
    allowance: Bucket,
    idle: Bucket,
    reassembly: Reassembly,
}

impl Link {
    fn new(now: Instant) -> Self {
        Self {
            waiting: VecDeque::new(),
            beacon_on: None,
            streams: BTreeMap::new(),
            allowance: Bucket::new(now, BYTES_BURST, BYTES_PER_SECOND),
            idle: Bucket::new(now, IDLE_BURST, IDLE_PER_SECOND),
            reassembly: Reassembly::of(MAX_PARTIAL),
        }
    }

    fn add(&mut self, now: Instant, kind: Kind, packets: Vec<Vec<u8>>) {
        if self.goes_on(now, &packets) {
            return;
        }
        self.waiting
            .retain(|waiting| waiting.kind != kind || !kind.supersedes());
        if self.waiting.len() >= MAX_WAITING {
            self.waiting.pop_front();
        }
        let last = self.beacon_on.filter(|_| kind == Kind::BEACON);
        let fragment = |packet| Fragment {
            packet,
            sent: 0,
            last,
        };
        self.waiting.push_back(Waiting {
            kind,
            since: now,
            fragments: packets.into_iter().map(fragment).collect(),
        });
    }

    /// A message that is sent again while it waits waits on; its first packet says whether it is.
    fn goes_on(&mut self, now: Instant, packets: &[Vec<u8>]) -> bool {
        let first = packets.first();
        let mut waiting = self.waiting.iter_mut();
        let same = waiting.find(|one| one.fragments.first().map(|one| &one.packet) == first);
        if let Some(same) = same {
            same.since = now;
            return true;
        }
        false
    }

    fn forget_stale(&mut self, now: Instant) {
        self.waiting
            .retain(|one| now.since(one.since) < PATIENCE && !one.is_done());
        self.streams
            .retain(|_, seen| now.since(*seen) < STREAM_RESTS);
        self.reassembly.forget_stale(now);
    }

    /// The fragment that was sent least, of these what is short and comes again first, then what
    /// waits longest; none on the stream that it went out on last, if there are others. By the
    /// places of message and fragment.
    fn next(&self, stream: StreamId, room: usize) -> Option<(usize, usize)> {
        let others = self.streams.len() > 1;
        let all = self
            .waiting
            .iter()
            .enumerate()
            .flat_map(|(place, waiting)| {
                let fragments = waiting.fragments.iter().enumerate();
                fragments.map(move |(nth, one)| ((place, nth), waiting.kind, one))
            });
        all.filter(|(_, kind, one)| one.sent < kind.copies())
            .filter(|(_, _, one)| one.packet.len() + TRAILER <= room)
            .filter(|(_, _, one)| !others || one.last != Some(stream))
            .min_by_key(|(_, kind, one)| (one.sent, !kind.is_routine()))
            .map(|(places, ..)| places)
    }

    /// Whether so many bytes may go now.
    fn may_spend(&mut self, now: Instant, bytes: usize) -> bool {
        let idle = self.waiting.iter().all(|one| one.kind.is_routine());
        let bytes = bytes as u64;
        let (mut allowance, mut routine) = (self.allowance, self.idle);
        let may = allowance.take(now, bytes) && (!idle || routine.take(now, bytes));
        if may {
            self.allowance = allowance;
            self.idle = routine;
        }
        may
    }
}

/// See the module's text.
#[derive(Default)]
pub struct InbandCarrier {
    links: BTreeMap<ConnectionId, Link>,
}

impl InbandCarrier {
    /// A connection is to carry messages in its frames.
    pub fn open(&mut self, now: Instant, link: ConnectionId) {
        self.links.entry(link).or_insert_with(|| Link::new(now));
    }

    /// It is not any more.
    pub fn close(&mut self, link: ConnectionId) {
        self.links.remove(&link);
    }

    /// Whether a connection carries messages in its frames.
    pub fn has(&self, link: ConnectionId) -> bool {
        self.links.contains_key(&link)
    }

    /// Queues a message for everyone. One that is too large is left to other carriers.
    pub fn send(&mut self, now: Instant, message: &[u8]) {
        let Some(kind) = message.first().copied().map(Kind) else {
            return;
        };
        if self.links.is_empty() || message.len() > FRAME_FRAGMENT * MAX_FRAGMENTS {
            return;
        }
        let packets = cut_into(message, FRAME_FRAGMENT);
        for link in self.links.values_mut() {
            link.add(now, kind, packets.clone());
        }
    }

    /// The packet to append to a frame of a stream that has so much room, if there is one and it
    /// may go now.
    pub fn poll_packet(
        &mut self,
        now: Instant,
        link: ConnectionId,
        stream: StreamId,
        room: usize,
    ) -> Option<&[u8]> {
        let link = self.links.get_mut(&link)?;
        link.streams.insert(stream, now);
        link.forget_stale(now);
        let (place, nth) = link.next(stream, room)?;
        let bytes = link.waiting[place].fragments[nth].packet.len() + TRAILER;
        if !link.may_spend(now, bytes) {
            return None;
        }
        let waiting = &mut link.waiting[place];
        if waiting.kind == Kind::BEACON {
            link.beacon_on = Some(stream);
        }
        let fragment = &mut waiting.fragments[nth];
        fragment.sent += 1;
        fragment.last = Some(stream);
        Some(&fragment.packet)
    }

    /// Whether something waits that a frame of this connection could take along.
    pub fn waits(&self, link: ConnectionId) -> bool {
        let link = self.links.get(&link);
        link.is_some_and(|link| link.waiting.iter().any(|one| !one.is_done()))
    }

    /// Takes a packet that came in a frame. Gives a message back once it is whole.
    ///
    /// # Errors
    /// Says why it was refused; it is as if it had been lost.
    pub fn handle_packet(
        &mut self,
        now: Instant,
        link: ConnectionId,
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, WireError> {
        let link = self.links.get_mut(&link).ok_or(WireError::NotOurs)?;
        let packet = Packet::parse(bytes)?;
        if packet.fragment.len() > FRAME_FRAGMENT {
            return Err(WireError::TooLarge);
        }
        let message = link.reassembly.handle(now, packet);
        self.bound();
        message
    }

    /// Forgets what was begun too long ago.
    pub fn expire(&mut self, now: Instant) {
        for link in self.links.values_mut() {
            link.forget_stale(now);
        }
    }

    /// Where the most is held, it goes first.
    fn bound(&mut self) {
        let held: usize = self.links.values().map(|link| link.reassembly.held()).sum();
        if held <= MAX_HELD {
            return;
        }
        let links = self.links.values_mut();
        if let Some(link) = links.max_by_key(|link| link.reassembly.held()) {
            link.reassembly.clear();
        }
    }
}

#[cfg(test)]
mod tests;
