//! What a tab does about streams that go past our transforms: first puts ours back, then stops the
//! stream, at last closes its connection. Whether one does, `watch` finds out for each by itself.

use serde::Serialize;

use super::{
    Tab,
    watch::{Flow, Verdict, WATCH_INTERVAL},
};
use crate::{core::Output, ids::StreamId, time::Instant};

/// How a page's relay found a stream with another transform than ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bypass {
    /// It has put ours back by now.
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
            Verdict::Stands => self.stands(now, id),
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
        stream.evidence.bypassed(now);
        let measure = match (stream.strike(now), how) {
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
    /// go nowhere until another is set.
    fn stands(&mut self, now: Instant, id: StreamId) {
        let mut known = self.streams.get(id).into_iter();
        if known.any(|stream| stream.evidence.is_bypassed(now)) {
            self.contain(id, Measure::Cover);
        }
    }

    fn contain(&mut self, id: StreamId, measure: Measure) {
        self.orders.push_back(Output::Contain {
            page: id.page,
            stream: id.number,
            measure,
        });
    }

    pub(super) fn watch_if_due(&mut self, now: Instant) {
        if self.next_watch().is_some_and(|at| now >= at) {
            self.last_watch = Some(now);
            let Self { pages, streams, .. } = self;
            let watched = pages.iter().filter(|page| streams.has_any_of(**page));
            let looks = watched.map(|page| Output::Watch { page: *page });
            self.orders.extend(looks);
        }
    }

    pub(super) fn next_watch(&self) -> Option<Instant> {
        let watching = self.on && self.pages.iter().any(|page| self.streams.has_any_of(*page));
        let next = self
            .last_watch
            .map_or(Instant::default(), |at| at + WATCH_INTERVAL);
        watching.then_some(next)
    }
}
