//! What a tab does about streams that go past our transforms: first puts ours back, then stops the
//! stream, at last closes its connection. Whether one does, `watch` finds out for each by itself.

use std::time::Duration;

use serde::Serialize;

use super::{
    Output, Tab, Trouble,
    watch::{Flow, Verdict, WATCH_INTERVAL},
};
use crate::{
    ids::{PageId, StreamId},
    time::Instant,
};

/// A page that looks at its streams no sooner than this after the last time stood still, and nobody
/// watched them meanwhile.
const ANSWER: Duration = Duration::from_secs(1);

/// How it was found that a stream went past our transform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bypass {
    /// By its page's relay, which has put ours back by now, or stopped it.
    Undone,
    /// What flowed shows it.
    Flowing,
}

/// What a page's relay is to do about a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    /// Put our transform back.
    Cover,
    /// Take its track away, or end the track that is received.
    Stop,
    /// Close the connection that it is of.
    Close,
}

impl Tab {
    /// What a connection says of one of its streams.
    pub(crate) fn flow(&mut self, now: Instant, id: StreamId, flow: Flow) {
        if !self.on {
            return;
        }
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        let (direction, media) = (stream.direction, stream.media);
        match stream.watch.report(now, direction, media, flow) {
            Verdict::Fine => {}
            Verdict::Bypassed => self.bypassed(now, id, Bypass::Flowing),
            Verdict::Stands => self.stands(id),
        }
    }

    /// A stream went past our transform. While Sotto is off it may.
    pub(crate) fn bypassed(&mut self, now: Instant, id: StreamId, how: Bypass) {
        if !self.on {
            return;
        }
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        let strikes = stream.strike(now, how);
        // There is nothing of ours to put back on it, and one sign proves nothing.
        if stream.left && strikes == 1 && how == Bypass::Flowing {
            return;
        }
        stream.evidence.bypassed(now);
        let measure = match (strikes, how) {
            (1, Bypass::Undone) => None,
            (1, Bypass::Flowing) => Some(Measure::Cover),
            (2, _) => Some(Measure::Stop),
            _ => Some(Measure::Close),
        };
        if let Some(measure) = measure {
            self.contain(id, measure);
        }
        self.stale = true;
    }

    /// Transforms that take turns too quickly leave Chromium with none, now and then: then frames
    /// go nowhere until another is set. Where none took turns, a busy machine holds them back.
    fn stands(&mut self, id: StreamId) {
        let bypassed = self
            .streams
            .get(id)
            .is_some_and(|stream| stream.evidence.is_bypassed());
        let took_turns = self
            .troubles
            .contains_key(&(id.page, Trouble::PageTransform));
        if bypassed || took_turns {
            self.contain(id, Measure::Cover);
        }
    }

    pub(super) fn contain(&mut self, id: StreamId, measure: Measure) {
        self.orders.push_back(Output::Contain {
            page: id.page,
            stream: id.number,
            measure,
        });
    }

    pub(super) fn watch_if_due(&mut self, now: Instant) {
        if self.next_watch().is_some_and(|at| now >= at) {
            let last = self.last_watch.replace(now);
            // Who slept meanwhile can't say that others did.
            if last.is_some_and(|at| now.since(at) > ANSWER) {
                self.asked.clear();
                self.looked.clear();
            }
            let Self { pages, streams, .. } = self;
            let watched = pages.iter().filter(|page| streams.has_any_of(**page));
            for page in watched.copied().collect::<Vec<_>>() {
                self.ask(now, page);
            }
        }
    }

    /// One question at a time, or they would wait in line for a page that stands still.
    fn ask(&mut self, now: Instant, page: PageId) {
        match self.asked.get(&page) {
            None => {
                self.asked.insert(page, now);
                self.orders.push_back(Output::Watch { page });
            }
            Some(at) if now.since(*at) > ANSWER => self.trouble(now, page, Trouble::PageStoodStill),
            Some(_) => {}
        }
    }

    /// A page's relay has looked at its transforms. A page that blocks its thread again and again
    /// answers soon, where it is asked late in a block.
    pub(crate) fn looked(&mut self, now: Instant, page: PageId) {
        let Some(asked) = self.asked.remove(&page) else {
            return;
        };
        let last = self.looked.insert(page, now);
        // Before it was asked again, it may have had nothing to look at.
        let last = last.filter(|at| asked.since(*at) < 2 * WATCH_INTERVAL);
        if self.on && now.since(last.unwrap_or(asked)) > ANSWER {
            self.trouble(now, page, Trouble::PageStoodStill);
        }
    }

    /// Whether a page stands still, so that nobody watches its streams.
    pub(crate) fn is_unwatched(&self, now: Instant) -> bool {
        self.asked.values().any(|at| now.since(*at) > ANSWER)
    }

    pub(super) fn next_watch(&self) -> Option<Instant> {
        let watching = self.on && self.pages.iter().any(|page| self.streams.has_any_of(*page));
        let next = self
            .last_watch
            .map_or(Instant::default(), |at| at + WATCH_INTERVAL);
        watching.then_some(next)
    }
}
