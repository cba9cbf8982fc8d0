//! The watchdog of one stream: compares what its connection says that flows with the frames that
//! came here. A stream that flows while none comes goes past our transform.
//!
//! Browsers count what flows behind the transform in other units than frames, and later than we
//! see it, so no two numbers need be equal. What must not be is this: nothing has come here since
//! some moment, and since then frames were made and went on, more than were still on their way.
//! Retransmissions aren't counted, padding makes no frame, and a counter that restarts counts
//! from there.

use std::{collections::VecDeque, time::Duration};

use super::{Direction, MediaKind};
use crate::time::Instant;

/// How often a page is asked to look at its transforms and at what flows. Four such looks fit into
/// the second in which a bypass has to end: the one that still saw a frame come, one that may count
/// it late, one that sees the bypass, and one that sees it again.
pub const WATCH_INTERVAL: Duration = Duration::from_millis(200);

/// Whoever reports so late was asleep, or we were, and the browser's pacer with us. A page that
/// blocks its thread can look asleep, so all that this excuses is what was on its way.
const LATE: Duration = Duration::from_secs(1);
/// So long, what the page made before Sotto was turned on may still be on its way.
const REFUSAL: Duration = Duration::from_millis(400);
/// A browser's pacer holds no packet back for longer.
const PACER: Duration = Duration::from_secs(2);
/// One frame may be between the encoder and us whenever we look.
const FRAMES: u64 = 2;
/// More than the longest frame of sound, which is 120 ms at 48 kHz.
const SAMPLES: u64 = 5_761;

/// What a codec's packets begin with isn't of the frame, and counted as sent: with VP8 six bytes,
/// with VP9 twenty where a key frame names its layers.
const DESCRIPTOR: u64 = 16;

/// So many frames made, none of which came or passed, are no accident.
const STANDS: u64 = 5;

/// What became of the frames since the last report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They came here, or there were none.
    Fine,
    /// They went past us.
    Bypassed,
    /// They went nowhere.
    Stands,
}

/// What a connection says of a stream, counted since it began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flow {
    /// Frames that an encoder made, or packets that came for the transform to have; of sound that
    /// is sent as `passed`.
    pub made: u64,
    /// What has passed the transform: packets sent for the first time, frames for a decoder, or
    /// samples played.
    pub passed: u64,
    /// The bytes of those packets; none of what is received.
    pub bytes: u64,
    /// How long the samples waited to be played, in milliseconds, all added up.
    pub waited: u64,
}

impl Flow {
    fn since(self, earlier: Self) -> Self {
        Self {
            made: self.made.saturating_sub(earlier.made),
            passed: self.passed.saturating_sub(earlier.passed),
            bytes: self.bytes.saturating_sub(earlier.bytes),
            waited: self.waited.saturating_sub(earlier.waited),
        }
    }

    fn and(self, more: Self) -> Self {
        Self {
            made: self.made.saturating_add(more.made),
            passed: self.passed.saturating_add(more.passed),
            bytes: self.bytes.saturating_add(more.bytes),
            waited: self.waited.saturating_add(more.waited),
        }
    }
}

/// See the module's text.
#[derive(Default)]
pub struct Watch {
    came: Option<Instant>,
    came_since: bool,
    /// The same before the last report: a busy browser counts a frame only then, or later.
    came_lately: bool,
    sealed: u64,
    last: Option<(Instant, Flow)>,
    grace: Duration,
    began: Option<Instant>,
    /// What flowed since a frame came here last.
    past: Flow,
    lately: VecDeque<Span>,
    wait: Duration,
}

/// What was sealed and what was sent between two reports.
struct Span {
    end: Instant,
    given_back: bool,
    sealed: u64,
    packets: u64,
    bytes: u64,
}

impl Watch {
    /// Of a stream that the page encoded until now.
    pub fn after_frames_of_others() -> Self {
        Self {
            grace: REFUSAL,
            ..Self::default()
        }
    }

    /// A frame came here, whatever became of it; so many sealed bytes went on.
    pub fn frame(&mut self, now: Instant, sealed: usize) {
        self.came = Some(now);
        self.came_since = true;
        self.sealed = self.sealed.saturating_add(sealed as u64);
    }

    /// Takes a report.
    pub fn report(
        &mut self,
        now: Instant,
        direction: Direction,
        media: MediaKind,
        flow: Flow,
    ) -> Verdict {
        let began = *self.began.get_or_insert(now);
        let came_lately = std::mem::replace(&mut self.came_lately, self.came_since);
        let Some((then, last)) = self.last.replace((now, flow)) else {
            self.come_round();
            return Verdict::Fine;
        };
        let more = flow.since(last);
        if now.since(then) >= LATE {
            self.give_back(now.since(then));
        }
        self.note(now, more);
        let excused = then.since(began) < self.grace;
        let came = self.came_since || came_lately || self.was_waiting(then);
        if excused || came {
            self.come_round();
            return Verdict::Fine;
        }
        self.past = self.past.and(more);
        let verdict = self.judge(direction, media);
        if verdict != Verdict::Fine {
            self.come_round();
        }
        verdict
    }

    fn judge(&self, direction: Direction, media: MediaKind) -> Verdict {
        let few = match (direction, media) {
            (Direction::Receive, MediaKind::Audio) => SAMPLES,
            _ => FRAMES,
        };
        let Flow {
            made,
            passed,
            bytes,
            ..
        } = self.past;
        let beyond = direction == Direction::Receive || bytes > self.backlog(media);
        if made >= FRAMES && passed >= few && beyond {
            Verdict::Bypassed
        } else if made >= STANDS && passed == 0 {
            Verdict::Stands
        } else {
            Verdict::Fine
        }
    }

    /// What was on its way before a sleep is on its way after it, but not after one more.
    fn give_back(&mut self, slept: Duration) {
        for span in &mut self.lately {
            if !span.given_back {
                span.end = span.end + slept;
            }
            span.given_back = true;
        }
    }

    fn come_round(&mut self) {
        self.came_since = false;
        self.past = Flow::default();
    }

    fn note(&mut self, now: Instant, more: Flow) {
        let sealed = std::mem::take(&mut self.sealed);
        self.lately.push_back(Span {
            end: now,
            given_back: false,
            sealed,
            packets: more.passed,
            bytes: more.bytes,
        });
        let old = |span: &Span| now.since(span.end) > PACER;
        while self.lately.front().is_some_and(old) {
            self.lately.pop_front();
        }
        if let Some(mean) = more.waited.checked_div(more.passed) {
            self.wait = Duration::from_millis(mean);
        }
    }

    /// What came last may have waited to be played: twice the mean, as some wait longer. Whoever
    /// answers two questions at once saw it no longer ago than the first.
    fn was_waiting(&self, then: Instant) -> bool {
        let wait = (2 * self.wait).max(WATCH_INTERVAL / 2);
        self.came.is_some_and(|at| then.since(at) < wait)
    }

    /// Bytes that were sealed and not yet sent when the last frame came here, and all that
    /// packets add to them.
    fn backlog(&self, media: MediaKind) -> u64 {
        let sum = |of: fn(&Span) -> u64| self.lately.iter().map(of).fold(0, u64::saturating_add);
        let added = match media {
            MediaKind::Video => DESCRIPTOR.saturating_mul(sum(|span| span.packets)),
            MediaKind::Audio => 0,
        };
        let sent = sum(|span| span.bytes).saturating_sub(self.past.bytes);
        sum(|span| span.sealed)
            .saturating_add(added)
            .saturating_sub(sent)
    }
}

#[cfg(test)]
mod tests;
