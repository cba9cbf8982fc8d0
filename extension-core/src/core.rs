//! The whole core: every tab's call, kept apart. Routes what the worker reports to the tab it
//! belongs to, and collects what is to be done.

mod jobs;

use std::collections::{BTreeMap, VecDeque};

pub use jobs::JobNumber;
use jobs::{Away, Jobs};
use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use crate::{
    ids::{ConnectionId, PageId, StreamId, TabId},
    media::{AesKey, Job, Outcome, Workspace},
    name::Name,
    tab::{
        Bypass, ChannelState, ConnectionState, Cuts, EncodedFrame, End, FarEnd, Flow, FormatNumber,
        Output, Reach, Tab, Trouble,
    },
    time::Instant,
    view::View,
};

/// Tabs and pages that are served at once.
const MAX_PAGES: usize = 1024;
/// One tab can't take the room of the others.
const MAX_PAGES_OF_A_TAB: usize = 64;

/// What became of a frame.
#[derive(Debug)]
pub enum Started<'b> {
    /// It was sealed or opened.
    Done(&'b [u8]),
    /// WebCrypto is to seal or open it.
    Elsewhere {
        /// For [`Core::finish`].
        number: JobNumber,
        /// What is to be done.
        job: Job,
        /// On what.
        laid_out: &'b [u8],
    },
    /// It must be dropped.
    Dropped,
}

/// See the module's text.
pub struct Core {
    rng: ChaCha20Rng,
    tabs: BTreeMap<TabId, Tab>,
    pages: BTreeMap<PageId, TabId>,
    next_page: u32,
    outputs: VecDeque<Output>,
    workspace: Workspace,
    jobs: Jobs,
    name: Option<Name>,
    /// A frame brought something that may be due sooner than what was.
    timer_moved: bool,
}

impl Core {
    /// A core without tabs. All randomness of its groups is stretched from `seed`.
    pub fn new(seed: [u8; 32]) -> Self {
        Self {
            rng: ChaCha20Rng::from_seed(seed),
            tabs: BTreeMap::new(),
            pages: BTreeMap::new(),
            next_page: 1,
            outputs: VecDeque::new(),
            workspace: Workspace::default(),
            jobs: Jobs::default(),
            name: None,
            timer_moved: false,
        }
    }

    /// A page of a tab has its relay and pump ready. Returns its number; none when there are too
    /// many pages.
    pub fn attach(&mut self, now: Instant, tab: TabId) -> Option<PageId> {
        let in_tab = self.pages.values().filter(|of| **of == tab).count();
        if self.pages.len() >= MAX_PAGES || in_tab >= MAX_PAGES_OF_A_TAB {
            return None;
        }
        let page = PageId(self.next_page);
        self.next_page += 1;
        self.pages.insert(page, tab);
        self.with_tab(now, tab, |tab| tab.attach(page));
        Some(page)
    }

    /// A page is gone, with its connections and streams. With the last of a tab goes its call:
    /// what the tab loads next starts with fresh keys.
    pub fn detach(&mut self, now: Instant, page: PageId) {
        let seed = self.seed();
        self.with_page(now, page, |tab| tab.detach(now, page, seed));
        self.pages.remove(&page);
    }

    /// The person turned Sotto on. Nothing changes when it is on already.
    pub fn turn_on(&mut self, now: Instant, tab: TabId) {
        let seed = self.seed();
        self.with_tab(now, tab, |tab| tab.turn_on(now, seed));
    }

    /// The person turned Sotto off: we say goodbye and every key of the call is gone.
    pub fn turn_off(&mut self, now: Instant, tab: TabId) {
        self.with_tab(now, tab, Tab::turn_off);
    }

    /// What the person wants to be called in every call, as it was typed.
    pub fn name(&mut self, now: Instant, typed: &str) {
        self.name = Name::of_person(typed);
        for (id, tab) in &mut self.tabs {
            tab.set_name(now, self.name.clone());
            tab.collect(now, *id, &mut self.outputs);
        }
    }

    /// The tab is closed.
    pub fn forget(&mut self, tab: TabId) {
        self.tabs.remove(&tab);
        self.forget_keys();
        self.pages.retain(|_, of| *of != tab);
    }

    /// What a popup found out about our access to the tab's page.
    pub fn reach(&mut self, now: Instant, tab: TabId, reach: Reach) {
        self.with_tab(now, tab, |tab| tab.set_reach(reach));
    }

    /// The tab's own page is attached, and not only a frame in it.
    pub fn reached(&mut self, now: Instant, tab: TabId) {
        self.with_tab(now, tab, Tab::reached);
    }

    /// A site's permission that the tab's calls need was withdrawn, or all of them are there again.
    pub fn permission(&mut self, now: Instant, tab: TabId, given: bool) {
        self.with_tab(now, tab, |tab| tab.set_permission(given));
    }

    /// How many of the tab's frames have no way to us.
    pub fn cuts(&mut self, now: Instant, tab: TabId, cuts: Cuts) {
        self.with_tab(now, tab, |tab| tab.set_cuts(cuts));
    }

    /// A peer connection was made, connected or closed.
    pub fn connection(&mut self, now: Instant, id: ConnectionId, state: ConnectionState) {
        self.with_page(now, id.page, |tab| tab.connection(now, id, state));
    }

    /// The page took a session description from the far end of a connection.
    pub fn far_end(&mut self, now: Instant, id: ConnectionId, far_end: FarEnd<'_>) {
        self.with_page(now, id.page, |tab| tab.far_end(now, id, far_end));
    }

    /// A connection's control channel opened or closed.
    pub fn channel(&mut self, now: Instant, id: ConnectionId, state: ChannelState) {
        self.with_page(now, id.page, |tab| tab.channel(now, id, state));
    }

    /// Bytes arrived on a control channel. They may come from anyone.
    pub fn control(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) {
        self.with_page(now, id.page, |tab| tab.control(now, id, bytes));
    }

    /// A sender or receiver came to exist, with a transform of ours on it; or a sender has begun
    /// to send something else.
    pub fn stream(&mut self, now: Instant, id: StreamId, connection: u32, end: End) {
        let connection = ConnectionId {
            page: id.page,
            number: connection,
        };
        self.with_page(now, id.page, |tab| tab.stream(now, id, connection, end));
    }

    /// The page encodes a stream itself: nothing may flow on it while Sotto is on.
    pub fn stream_left(&mut self, now: Instant, id: StreamId) {
        self.with_page(now, id.page, |tab| tab.stream_left(id));
    }

    /// A sender or receiver is gone.
    pub fn stream_ended(&mut self, now: Instant, id: StreamId) {
        self.with_page(now, id.page, |tab| tab.stream_ended(id));
    }

    /// What a connection says of one of its streams.
    pub fn flow(&mut self, now: Instant, id: StreamId, flow: Flow) {
        self.with_page(now, id.page, |tab| tab.flow(now, id, flow));
    }

    /// A page's relay has looked, as [`Output::Watch`] asked.
    pub fn looked(&mut self, now: Instant, page: PageId) {
        self.with_page(now, page, |tab| tab.looked(now, page));
    }

    /// A page's relay found a stream with another transform than ours.
    pub fn bypassed(&mut self, now: Instant, id: StreamId) {
        self.with_page(now, id.page, |tab| tab.bypassed(now, id, Bypass::Undone));
    }

    /// A page's relay or pump met trouble.
    pub fn trouble(&mut self, now: Instant, page: PageId, trouble: Trouble) {
        self.with_page(now, page, |tab| tab.trouble(now, page, trouble));
    }

    /// The number of a frame's format, for as long as its page is there.
    pub fn format(&mut self, page: PageId, payload_type: u8, mime: &str) -> FormatNumber {
        let tab = self.pages.get(&page).and_then(|tab| self.tabs.get_mut(tab));
        tab.map_or(FormatNumber::NONE, |tab| tab.format(payload_type, mime))
    }

    /// Seals or opens a frame, by its stream's direction. None: the frame must be dropped.
    pub fn transform(
        &mut self,
        now: Instant,
        stream: StreamId,
        frame: EncodedFrame<'_>,
    ) -> Option<&[u8]> {
        let id = self.pages.get(&stream.page)?;
        let tab = self.tabs.get_mut(id)?;
        let outcome = tab.transform(now, stream, frame, &mut self.workspace);
        tab.collect_urgent(&mut self.outputs);
        if tab.hear_frame(now) {
            tab.collect(now, *id, &mut self.outputs);
            self.timer_moved = true;
        }
        outcome
    }

    /// The same for a frame that a browser gives, whose name may be wrong, and for a caller that has
    /// WebCrypto: a large frame is laid out for it where that can be, and is back at [`Core::finish`].
    pub fn start(
        &mut self,
        now: Instant,
        stream: StreamId,
        frame: EncodedFrame<'_>,
    ) -> Started<'_> {
        if self.is_misnamed(now, stream, frame) {
            return Started::Dropped;
        }
        match self.lay_out(now, stream, frame) {
            Some((number, job)) => Started::Elsewhere {
                number,
                job,
                laid_out: &self.workspace.buffer,
            },
            None => match self.transform(now, stream, frame) {
                Some(transformed) => Started::Done(transformed),
                None => Started::Dropped,
            },
        }
    }

    fn is_misnamed(&mut self, now: Instant, stream: StreamId, frame: EncodedFrame<'_>) -> bool {
        let tab = self.pages.get(&stream.page);
        let tab = tab.and_then(|tab| self.tabs.get_mut(tab));
        tab.is_some_and(|tab| tab.is_misnamed(now, stream, frame))
    }

    fn lay_out(
        &mut self,
        now: Instant,
        stream: StreamId,
        frame: EncodedFrame<'_>,
    ) -> Option<(JobNumber, Job)> {
        if self.jobs.is_full() {
            return None;
        }
        let tab = self.tabs.get_mut(self.pages.get(&stream.page)?)?;
        let job = tab.lay_out(now, stream, frame, &mut self.workspace)?;
        let number = self.jobs.add(Away {
            stream,
            format: frame.format,
            layer: frame.layer,
            ticket: job.ticket,
        });
        Some((number, job))
    }

    /// The AES key of a frame that is away.
    pub fn subtle_key(&self, number: JobNumber) -> Option<AesKey> {
        let away = self.jobs.get(number)?;
        let tab = self.tabs.get(self.pages.get(&away.stream.page)?)?;
        tab.call.as_ref()?.subtle_key(away.ticket)
    }

    /// Finishes a frame that was away, with what WebCrypto made of it, or without where it refused:
    /// then the frame is transformed here, where it shows why. None: the frame must be dropped.
    pub fn finish(
        &mut self,
        now: Instant,
        number: JobNumber,
        frame: &[u8],
        data: Option<&[u8]>,
    ) -> Option<&[u8]> {
        let Away {
            stream,
            format,
            layer,
            ticket,
        } = self.jobs.take(number)?;
        let frame = EncodedFrame {
            format,
            layer,
            data: frame,
        };
        let Some(data) = data else {
            return self.transform(now, stream, frame);
        };
        let tab = self.tabs.get_mut(self.pages.get(&stream.page)?)?;
        let outcome = Outcome { ticket, data };
        let finished = tab.finish(now, stream, frame, &outcome, &mut self.workspace.buffer);
        tab.collect_urgent(&mut self.outputs);
        finished
    }

    /// What `frames` calls of [`Core::transform`] on a stream took, as the worker measured it.
    pub fn timed(&mut self, stream: StreamId, microseconds: f64, frames: u32) {
        let tab = self
            .pages
            .get(&stream.page)
            .and_then(|tab| self.tabs.get_mut(tab));
        if let Some(tab) = tab {
            tab.timed(stream, microseconds, frames);
        }
    }

    /// Does what is due by now.
    pub fn handle_timeout(&mut self, now: Instant) {
        for (id, tab) in &mut self.tabs {
            tab.handle_timeout(now);
            tab.collect(now, *id, &mut self.outputs);
        }
        self.forget_keys();
    }

    /// When to call [`Core::handle_timeout`] next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.tabs.values().filter_map(Tab::poll_timeout).min()
    }

    /// Whether there is something to do, or at another time than before; after a frame there seldom is.
    pub fn has_output(&self) -> bool {
        self.timer_moved || !self.outputs.is_empty()
    }

    /// The next thing to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        let next = self.outputs.pop_front();
        self.timer_moved &= next.is_some();
        next
    }

    /// What the popup shows of a tab.
    pub fn view(&self, now: Instant, tab: TabId) -> View {
        self.tabs
            .get(&tab)
            .map_or_else(View::off, |tab| tab.view(now))
    }

    /// Whether what is decoded of a tab's stream is certainly that member's whom its line names, if
    /// somebody asked for it at `asked`.
    pub fn vouches(&self, now: Instant, tab: TabId, stream: StreamId, asked: Instant) -> bool {
        let tab = self.tabs.get(&tab);
        tab.is_some_and(|tab| tab.vouches(now, stream, asked))
    }

    fn seed(&mut self) -> [u8; 32] {
        let mut seed = [0; 32];
        self.rng.fill_bytes(&mut seed);
        seed
    }

    fn with_tab(&mut self, now: Instant, id: TabId, act: impl FnOnce(&mut Tab)) {
        let name = &self.name;
        let tab = self
            .tabs
            .entry(id)
            .or_insert_with(|| Tab::named(name.clone()));
        act(tab);
        tab.collect(now, id, &mut self.outputs);
        if tab.is_idle() {
            self.tabs.remove(&id);
        }
        self.forget_keys();
    }

    fn forget_keys(&mut self) {
        let gone = std::iter::from_fn(|| self.workspace.subtle.poll_forgotten());
        self.outputs
            .extend(gone.map(|key| Output::ForgetKey { key }));
    }

    fn with_page(&mut self, now: Instant, page: PageId, act: impl FnOnce(&mut Tab)) {
        if let Some(tab) = self.pages.get(&page) {
            self.with_tab(now, *tab, act);
        }
    }
}

#[cfg(test)]
mod tests;
