//! Whose turn it is to take a packet along: each stream may be all that somebody gets, and so may each
//! layer of one.

use std::{collections::BTreeMap, time::Duration};

use super::waiting::Waiting;
use crate::{ids::StreamId, time::Instant, wire::Kind};

/// A stream that had no frame for this long doesn't count.
const STREAM_RESTS: Duration = Duration::from_millis(300);

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

/// See the module's text.
#[derive(Default)]
pub struct Lanes {
    turn: u64,
    frames: BTreeMap<Lane, Frame>,
}

impl Lanes {
    /// A frame of a lane goes by, with so much room.
    pub fn note_frame(&mut self, now: Instant, lane: Lane, space: usize) {
        let (beacon, other) = (0, 0);
        let frame = self.frames.entry(lane).or_insert(Frame {
            at: now,
            space,
            beacon,
            other,
        });
        (frame.at, frame.space) = (now, space);
    }

    /// It takes a packet of a message along.
    pub fn note_packet(&mut self, lane: Lane, kind: Kind) {
        self.turn += 1;
        if let Some(frame) = self.frames.get_mut(&lane) {
            match kind {
                Kind::Beacon => frame.beacon = self.turn,
                _ => frame.other = self.turn,
            }
        }
    }

    pub fn forget_stale(&mut self, now: Instant) {
        self.frames
            .retain(|_, frame| now.since(frame.at) < STREAM_RESTS);
    }

    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Of how many layers each stream has one that somebody gets, at least.
    pub fn layers(&self) -> usize {
        let mut of: BTreeMap<StreamId, usize> = BTreeMap::new();
        for (stream, _) in self.frames.keys() {
            *of.entry(*stream).or_default() += 1;
        }
        of.into_values().min().unwrap_or(1)
    }

    /// Whether the next packet of a message, which is so long, is another lane's to take.
    pub fn is_anothers(&self, waiting: &Waiting, length: usize, lane: Lane) -> bool {
        let turn = self.last_on(waiting, lane);
        let mut fit = self
            .frames
            .iter()
            .filter(|(_, frame)| frame.space >= length);
        fit.any(|(other, _)| self.last_on(waiting, *other) < turn)
    }

    /// Beacons take turns over all layers, for each may be all that somebody gets; what is repaired
    /// over streams first, for of those most get all, unless that wasn't enough.
    fn last_on(&self, waiting: &Waiting, lane: Lane) -> (u64, u64) {
        if waiting.kind == Kind::Beacon {
            return (0, self.frames.get(&lane).map_or(0, |frame| frame.beacon));
        }
        let of_lane = self.frames.get(&lane).map_or(0, |frame| frame.other);
        if waiting.is_insistent() {
            return (0, of_lane);
        }
        let layers = self.frames.range((lane.0, 0)..=(lane.0, u32::MAX));
        let of_stream = layers.map(|(_, frame)| frame.other).max();
        (of_stream.unwrap_or_default(), of_lane)
    }
}
