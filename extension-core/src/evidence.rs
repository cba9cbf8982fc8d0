//! What was really done to each stream, lately and in all. "Encrypted" is said on this evidence
//! and on nothing else: not on a setting, not on a key being there.

use std::{collections::VecDeque, time::Duration};

use serde::Serialize;

use crate::time::Instant;

/// What happened within this long counts as now.
pub const RECENT: Duration = Duration::from_secs(3);

/// A stream counts as bypassed until a frame is sealed or opened so long after the last sign of
/// it: what follows at once may be the last before it is stopped.
const BYPASS_SHOWN: Duration = Duration::from_secs(10);

/// Why frames of a stream are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DropReason {
    /// A codec that Sotto can't carry.
    Codec,
    /// A codec that is noise when it is sealed, where others would hear it.
    NotSilent,
    /// Nobody is there who could open it.
    Alone,
    /// The connection ends at somebody who isn't a member.
    Outsider,
    /// It arrived without our encryption.
    NotSealed,
    /// It is sealed with a key that we don't have.
    NoKey,
    /// It failed authentication.
    Forged,
    /// It was seen before. A browser hands out a retransmitted frame twice, now and then.
    Replayed,
    /// It was sealed by somebody else than who is at the other end of the connection, or for
    /// another of our receivers.
    Misdirected,
    /// It was sealed by a member that wasn't heard yet where it came from.
    Unheard,
    /// More streams than are kept apart.
    TooManyStreams,
    /// The key's counter is used up.
    CounterExhausted,
    /// Not what its codec's specification says.
    Malformed,
    /// Frames went past our transform, and the stream was stopped.
    Bypassed,
    /// The permission for the site was withdrawn in mid-call.
    NoPermission,
}

impl DropReason {
    /// Whether the frame was only held back from somebody who isn't to have it.
    pub fn withholds(self) -> bool {
        matches!(self, Self::Alone | Self::Outsider)
    }
}

/// What protects a stream, as the popup shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protection {
    /// Frames were sealed or opened just now.
    Encrypted,
    /// No frame came, or no key is there yet.
    Waiting,
    /// Frames come and are dropped.
    Dropped,
    /// Sotto is off.
    Clear,
}

/// The evidence of one stream.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    good: Option<Instant>,
    bad: Option<(Instant, DropReason)>,
    bypassed: Option<Instant>,
}

impl Evidence {
    /// A frame was sealed or opened.
    pub fn succeeded(&mut self, now: Instant) {
        self.good = Some(now);
        let past = |at| now.since(at) >= BYPASS_SHOWN;
        self.bypassed = self.bypassed.filter(|at| !past(*at));
    }

    /// A frame was dropped.
    pub fn dropped(&mut self, now: Instant, reason: DropReason) {
        self.bad = Some((now, reason));
    }

    /// Frames went past our transform.
    pub fn bypassed(&mut self, now: Instant) {
        self.bypassed = Some(now);
    }

    /// Whether frames went past our transform, and the stream hasn't recovered since.
    pub fn is_bypassed(&self) -> bool {
        self.bypassed.is_some()
    }

    /// Whether a frame was sealed or opened just now, and none went past.
    pub fn is_good(&self, now: Instant) -> bool {
        self.good.is_some_and(|at| now.since(at) < RECENT) && !self.is_bypassed()
    }

    /// When the last success is no longer fresh.
    pub fn lapses(&self) -> Option<Instant> {
        self.good.map(|at| at + RECENT)
    }

    /// Why a frame was dropped just now, if one was.
    pub fn reason(&self, now: Instant) -> Option<DropReason> {
        if self.is_bypassed() {
            return Some(DropReason::Bypassed);
        }
        let (at, reason) = self.bad?;
        (now.since(at) < RECENT).then_some(reason)
    }

    /// Why frames are being dropped, if they are and none gets through.
    pub fn dropping(&self, now: Instant) -> Option<DropReason> {
        self.reason(now).filter(|_| !self.is_good(now))
    }

    /// The sum of it for someone who is alone: what was sealed or opened before is past.
    pub fn protection_alone(&self, now: Instant) -> Protection {
        match self.reason(now) {
            Some(_) => Protection::Dropped,
            None => Protection::Waiting,
        }
    }

    /// The sum of it.
    pub fn protection(&self, now: Instant) -> Protection {
        if self.is_good(now) {
            Protection::Encrypted
        } else if self.dropping(now).is_some() {
            Protection::Dropped
        } else {
            Protection::Waiting
        }
    }
}

/// Frames of a tab, counted since Sotto was turned on.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Sealed and handed back to be sent.
    pub sealed: u64,
    /// Opened and handed back to be shown.
    pub opened: u64,
    /// Looked like ours and failed: forged, or without a key.
    pub failed: u64,
    /// Arrived without our encryption.
    pub unsealed: u64,
    /// Dropped for any other reason.
    pub dropped: u64,
    /// Bytes that sealing added, in all.
    pub overhead: u64,
}

/// The median of the last measurements of what a frame costs, in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Cost(VecDeque<f64>);

const COSTS: usize = 256;

impl Cost {
    /// Takes a measurement over one or more frames; their mean counts.
    pub fn record(&mut self, microseconds: f64, frames: u32) {
        if frames == 0 || !microseconds.is_finite() || microseconds < 0.0 {
            return;
        }
        if self.0.len() >= COSTS {
            self.0.pop_front();
        }
        self.0.push_back(microseconds / f64::from(frames));
    }

    /// The median, if anything was measured.
    pub fn median(&self) -> Option<f64> {
        let mut sorted: Vec<f64> = self.0.iter().copied().collect();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn success_counts_only_while_it_is_fresh() {
        let mut evidence = Evidence::default();
        assert_eq!(evidence.protection(Instant(0)), Protection::Waiting);
        evidence.succeeded(Instant(1000));
        assert_eq!(evidence.protection(Instant(3999)), Protection::Encrypted);
        assert_eq!(evidence.protection(Instant(4000)), Protection::Waiting);
    }

    #[test]
    fn drops_show_once_nothing_gets_through() {
        let mut evidence = Evidence::default();
        evidence.succeeded(Instant(1000));
        evidence.dropped(Instant(3900), DropReason::Forged);
        assert_eq!(evidence.protection(Instant(3950)), Protection::Encrypted);
        assert_eq!(evidence.protection(Instant(4100)), Protection::Dropped);
        assert_eq!(evidence.dropping(Instant(4100)), Some(DropReason::Forged));
    }

    #[test]
    fn what_was_bypassed_is_not_good_whatever_else_is_sealed() {
        let mut evidence = Evidence::default();
        evidence.bypassed(Instant(1000));
        evidence.succeeded(Instant(10_900));
        assert_eq!(evidence.protection(Instant(10_950)), Protection::Dropped);
        assert_eq!(
            evidence.dropping(Instant(10_950)),
            Some(DropReason::Bypassed)
        );
        evidence.succeeded(Instant(11_000));
        assert_eq!(evidence.protection(Instant(11_000)), Protection::Encrypted);
    }

    #[test]
    fn what_was_bypassed_and_carries_nothing_more_stays_so() {
        let mut evidence = Evidence::default();
        evidence.bypassed(Instant(1000));
        assert_eq!(
            evidence.dropping(Instant(3_600_000)),
            Some(DropReason::Bypassed)
        );
    }

    #[test]
    fn the_median_is_of_the_latest_measurements() {
        let mut cost = Cost::default();
        (0..1000).for_each(|_| cost.record(900.0, 1));
        (0..COSTS).for_each(|_| cost.record(320.0, 32));
        cost.record(f64::NAN, 1);
        cost.record(5.0, 0);
        assert_eq!(cost.median(), Some(10.0));
    }
}
