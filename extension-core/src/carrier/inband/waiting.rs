//! A message on its way to the room: what of it went, what is still to go, and which goes first of
//! those that wait.

use std::time::Duration;

use super::{FRAME_FRAGMENT, budget::Purpose};
use crate::{
    carrier::repair::{MAX_INDEX, REPAIR_PREFIX, fragment},
    time::Instant,
    wire::{HEADER, Kind, MessageId, Packet, trailer::TRAILER},
};

/// What is said again and again though nothing changes is out of date then.
const ROUTINE_LASTS: Duration = Duration::from_secs(4);
/// What else isn't said again within this long isn't needed any more (R7, R9, R10); it has longer
/// until all of it went once.
const CHANGE_LASTS: Duration = Duration::from_millis(1_500);
const CHANGE_WAITS: Duration = Duration::from_secs(8);
/// A short message is lost most easily, and costs least to repair.
const REPAIR_AT_LEAST: usize = 5;

/// What goes first. Who isn't heard is taken for gone, and who lags behind a Commit makes a
/// branch in the end; a Welcome is long.
fn rank(kind: Kind) -> usize {
    match kind {
        Kind::Beacon => 0,
        Kind::PassedOn(_) | Kind::Name => 1,
        Kind::KeyPackage => 2,
        Kind::Commit => 3,
        Kind::Welcome => 4,
    }
}

/// See the module's text.
pub struct Waiting {
    pub kind: Kind,
    pub id: MessageId,
    since: Instant,
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
    pub fn new(now: Instant, kind: Kind, id: MessageId, message: &[u8], layers: usize) -> Self {
        let count = message.len().div_ceil(FRAME_FRAGMENT).max(1);
        let mut waiting = Self {
            kind,
            id,
            since: now,
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
        if self.is_routine() {
            return self.count;
        }
        let quarter = self.count.div_ceil(4);
        self.count * self.layers + quarter.max(self.count.min(REPAIR_AT_LEAST))
    }

    /// It is said again: somebody may lack it still. First some more of it goes, and from then on all
    /// of it on each of the lanes, as for somebody who gets one of them.
    pub fn again(&mut self, now: Instant, lanes: usize) {
        self.since = now;
        if !self.is_done() {
            return;
        }
        self.repeats += 1;
        self.wanted += match self.is_routine() {
            true => self.count,
            false if self.is_insistent() => self.count * lanes,
            false => self.count.div_ceil(4).max(2) * self.layers,
        };
    }

    /// What went before wasn't enough for somebody.
    pub fn is_insistent(&self) -> bool {
        self.repeats > 1
    }

    /// Said again and again though nothing changes, and short.
    pub fn is_routine(&self) -> bool {
        matches!(self.kind, Kind::Beacon | Kind::PassedOn(_) | Kind::Name)
    }

    /// Whether one of this kind, which is newer, says all that it does. Of a beacon of which some went
    /// the rest goes too, or none would ever be whole.
    pub fn is_replaced_by(&self, kind: Kind) -> bool {
        match kind {
            Kind::Beacon | Kind::PassedOn(_) => kind == self.kind && !self.is_begun(),
            Kind::KeyPackage => kind == self.kind,
            _ => false,
        }
    }

    fn is_begun(&self) -> bool {
        self.sent > 0 && !self.is_done()
    }

    /// What its next packet is for. A beacon is longer than a packet only by whom its sender lacks.
    pub fn purpose(&self, changes: bool) -> Purpose {
        match self.kind {
            Kind::PassedOn(_) => Purpose::Help,
            _ if changes => Purpose::Change,
            Kind::Beacon if self.is_begun() => Purpose::Help,
            _ => Purpose::Idle,
        }
    }

    pub fn is_done(&self) -> bool {
        self.sent >= self.wanted
    }

    /// Whether all of it went once, with what is for repair.
    pub fn all_went(&self) -> bool {
        self.sent >= self.at_first()
    }

    pub fn is_stale(&self, now: Instant) -> bool {
        let lasts = match self.is_routine() {
            true => ROUTINE_LASTS,
            false if !self.all_went() => CHANGE_WAITS,
            false => CHANGE_LASTS,
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
    pub fn length(&self, salt: u8) -> usize {
        let index = usize::from(self.index(salt));
        let fragment = if index < self.count {
            let rest = self.message.len() - index * FRAME_FRAGMENT;
            rest.min(FRAME_FRAGMENT)
        } else {
            FRAME_FRAGMENT + REPAIR_PREFIX
        };
        HEADER + fragment + TRAILER
    }

    /// The next packet, which goes.
    pub fn take_packet(&mut self, salt: u8) -> Vec<u8> {
        let index = self.index(salt);
        self.sent += 1;
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
    pub fn worth(&self) -> u8 {
        match self.kind {
            _ if self.is_done() => 0,
            Kind::PassedOn(_) | Kind::Name => 1,
            _ => 2,
        }
    }

    /// What goes first is least: by its kind, and what is said again by how little of it went. Where
    /// routine `yields` it is last.
    pub fn urgency(&self, yields: bool) -> (bool, usize) {
        if yields && self.is_routine() {
            return (true, usize::MAX);
        }
        if !self.all_went() {
            return (false, rank(self.kind));
        }
        (true, self.sent * MAX_INDEX / self.count)
    }
}
