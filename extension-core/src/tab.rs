//! A tab: its pages' connections and streams, which are there with Sotto on or off, and its call,
//! which is there only with Sotto on. Frames pass through here; the call sees none of the
//! browser's streams and this sees none of the keys.

mod claims;
mod contexts;
mod formats;
mod frames;
mod inband;
mod output;
mod streams;
mod watch;
mod watchdog;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use claims::Claims;
pub use formats::FormatNumber;
use formats::Formats;
pub use frames::EncodedFrame;
pub use inband::FarEnd;
use inband::Inbox;
pub use output::Output;
pub(crate) use streams::Stream;
use streams::Streams;
pub use streams::{Direction, End, MediaKind};
pub use watch::Flow;
pub use watchdog::{Bypass, Measure};

use crate::{
    call::Call,
    evidence::{Cost, Counts},
    ids::{ConnectionId, PageId, StreamId, TabId},
    name::Name,
    time::Instant,
    view::{self, State, View},
    wire::WireError,
};

const MAX_CONNECTIONS: usize = 1024;
/// How long a trouble that is over is still shown.
const TROUBLE_SHOWN: Duration = Duration::from_secs(10);
const VIEW_INTERVAL: Duration = Duration::from_millis(500);

/// Whether Sotto can get into the tab's page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// It can.
    #[default]
    Ok,
    /// The browser allows no extension there.
    Restricted,
    /// The person hasn't given the permission, or took it back: then nothing of a call moves.
    NoPermission,
    /// The page was there before Sotto was.
    ReloadNeeded,
    /// In a container of Firefox, whose pages have a core of their own.
    Contained,
}

/// How many frames of the tab's page hold calls and have no way to us. Nothing moves in them
/// while Sotto is on, and nobody but their relays could say so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cuts {
    /// A sandbox keeps our origin out.
    pub sandboxed: u32,
    /// The way was never found, or was lost.
    pub lost: u32,
}

/// What a peer connection is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectionState {
    /// It was made.
    New,
    /// It reaches somebody.
    Connected,
    /// It is closed or lost.
    Closed,
}

/// Whether a control channel can carry bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelState {
    /// It can.
    Open,
    /// It can't, or not any more.
    Closed,
}

/// What a page's relay or pump reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trouble {
    /// The page's policy keeps the frame pump out.
    PumpBlocked,
    /// The page removed our iframe.
    HostRemoved,
    /// The page uses encoded transforms itself.
    PageTransform,
    /// The control channel can't be had.
    ControlChannelClosed,
    /// The core answered the page no more, and was found again.
    CoreSilent,
    /// The worker met an error in this page's call.
    CoreError,
    /// The page stood still, and its streams were not watched.
    PageStoodStill,
    /// The page has more streams than can be watched, and lost the connection of the last.
    StreamsFull,
    /// Anything else that stops media.
    Other,
}

impl Trouble {
    /// Whether it is over once it isn't reported again.
    fn passes(self) -> bool {
        !matches!(self, Self::PumpBlocked | Self::PageTransform | Self::Other)
    }

    /// Whether it says that something is wrong now. Any page stands still for a moment.
    pub(crate) fn alarms(self) -> bool {
        self != Self::PageStoodStill
    }
}

/// See the module's text.
#[derive(Default)]
pub struct Tab {
    pub(crate) call: Option<Call>,
    pub(crate) on: bool,
    pub(crate) reach: Reach,
    /// A permission of its page or of a frame with a call is missing, whatever a popup finds.
    pub(crate) withdrawn: bool,
    pub(crate) cuts: Cuts,
    pub(crate) pages: BTreeSet<PageId>,
    pub(crate) connections: BTreeMap<ConnectionId, ConnectionState>,
    pub(crate) streams: Streams,
    pub(crate) troubles: BTreeMap<(PageId, Trouble), Instant>,
    pub(crate) counts: Counts,
    pub(crate) seal_cost: Cost,
    pub(crate) open_cost: Cost,
    pub(crate) join: Join,
    /// Which other version of Sotto was heard, and when last.
    pub(crate) other_version: Option<(u8, Instant)>,
    name: Option<Name>,
    claims: Claims,
    open_channels: BTreeSet<ConnectionId>,
    /// Those whose far end isn't a browser.
    forwarded: BTreeSet<ConnectionId>,
    /// Since when others are in the room, and we alone in our group.
    unmet: Option<Instant>,
    inbox: Inbox,
    formats: Formats,
    key_frames: VecDeque<StreamId>,
    modes: VecDeque<(PageId, bool)>,
    farewell: VecDeque<(ConnectionId, Vec<u8>)>,
    orders: VecDeque<Output>,
    last_watch: Option<Instant>,
    asked: BTreeMap<PageId, Instant>,
    looked: BTreeMap<PageId, Instant>,
    shown: Option<State>,
    last_view: Option<Instant>,
    lapse: Option<Instant>,
    stale: bool,
}

/// How long it took from Sotto being on, and somebody else with it in sight, to the first frame
/// that was opened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Join {
    started: Option<Instant>,
    first_opened: Option<Instant>,
}

impl Join {
    fn contact(&mut self, now: Instant) {
        self.started.get_or_insert(now);
    }

    fn opened(&mut self, now: Instant) {
        self.first_opened.get_or_insert(now);
    }

    /// The time in milliseconds, once there is one.
    pub fn millis(&self) -> Option<u64> {
        let took = self.first_opened?.since(self.started?);
        u64::try_from(took.as_millis()).ok()
    }
}

impl Tab {
    pub(crate) fn named(name: Option<Name>) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    pub(crate) fn set_name(&mut self, now: Instant, name: Option<Name>) {
        if let Some(call) = &mut self.call {
            call.set_name(now, name.clone());
        }
        self.name = name;
        self.stale = true;
    }

    pub(crate) fn attach(&mut self, page: PageId) {
        // Of the tab's own page it says nothing: it may be a frame in one that we aren't in.
        self.pages.insert(page);
        self.modes.push_back((page, self.on));
        self.stale = true;
        // While it was cut off, the badge said so.
        self.shown = None;
    }

    pub(crate) fn detach(&mut self, now: Instant, page: PageId, seed: [u8; 32]) {
        let gone: Vec<_> = self
            .connections
            .keys()
            .filter(|id| id.page == page)
            .copied()
            .collect();
        for id in gone {
            self.connection(now, id, ConnectionState::Closed);
        }
        self.pages.remove(&page);
        if self.pages.is_empty() {
            self.formats = Formats::default();
        }
        self.asked.remove(&page);
        self.looked.remove(&page);
        self.streams.remove_page(page);
        self.claims.release(|stream| stream.page == page);
        self.troubles.retain(|(of, _), _| *of != page);
        if self.pages.is_empty() && self.on {
            self.start_call(now, seed);
        }
        self.stale = true;
    }

    pub(crate) fn turn_on(&mut self, now: Instant, seed: [u8; 32]) {
        if self.on {
            return;
        }
        self.on = true;
        self.start_call(now, seed);
        self.switch_modes();
    }

    fn start_call(&mut self, now: Instant, seed: [u8; 32]) {
        self.forget_figures();
        self.call = Call::new(now, seed).ok();
        if let Some(call) = &mut self.call {
            call.set_name(now, self.name.clone());
            for link in &self.open_channels {
                call.open_link(now, *link);
            }
        }
        self.share_all(now);
    }

    pub(crate) fn turn_off(&mut self) {
        if !self.on {
            return;
        }
        self.on = false;
        if let Some(call) = self.call.take() {
            self.farewell.extend(call.leave());
        }
        self.forget_figures();
        self.switch_modes();
        self.key_frames.extend(self.streams.incoming_video());
    }

    fn switch_modes(&mut self) {
        self.modes
            .extend(self.pages.iter().map(|page| (*page, self.on)));
        self.stale = true;
    }

    fn forget_figures(&mut self) {
        self.counts = Counts::default();
        self.seal_cost = Cost::default();
        self.open_cost = Cost::default();
        self.join = Join::default();
        self.other_version = None;
        self.unmet = None;
        self.asked.clear();
        self.looked.clear();
        self.streams.forget_evidence();
        self.claims = Claims::default();
    }

    pub(crate) fn set_reach(&mut self, reach: Reach) {
        self.stale |= self.reach != reach;
        self.reach = reach;
    }

    /// We are in the tab's own page, whatever a popup found before it was loaded.
    pub(crate) fn reached(&mut self) {
        if matches!(self.reach, Reach::ReloadNeeded | Reach::Restricted) {
            self.set_reach(Reach::Ok);
        }
    }

    /// Given again, we may be there, which doesn't say that we are.
    pub(crate) fn set_permission(&mut self, given: bool) {
        self.stale |= self.withdrawn == given;
        self.withdrawn = !given;
        if given && self.reach == Reach::NoPermission {
            self.set_reach(Reach::Ok);
        }
    }

    pub(crate) fn set_cuts(&mut self, cuts: Cuts) {
        self.stale |= self.cuts != cuts;
        self.cuts = cuts;
    }

    pub(crate) fn connection(&mut self, now: Instant, id: ConnectionId, state: ConnectionState) {
        self.stale = true;
        if state != ConnectionState::Closed {
            if self.connections.len() < MAX_CONNECTIONS || self.connections.contains_key(&id) {
                self.connections.insert(id, state);
                self.share_if_connected(now, id);
            }
            return;
        }
        self.connections.remove(&id);
        self.leave_room(now, id);
        self.channel(now, id, ChannelState::Closed);
    }

    pub(crate) fn channel(&mut self, now: Instant, id: ConnectionId, state: ChannelState) {
        let changed = match state {
            ChannelState::Open => {
                self.connections.contains_key(&id) && self.open_channels.insert(id)
            }
            ChannelState::Closed => self.open_channels.remove(&id),
        };
        if let (true, Some(call)) = (changed, &mut self.call) {
            match state {
                ChannelState::Open => call.open_link(now, id),
                ChannelState::Closed => call.close_link(now, id),
            }
        }
        self.stale = true;
    }

    pub(crate) fn control(&mut self, now: Instant, id: ConnectionId, bytes: &[u8]) {
        let Some(call) = &mut self.call else { return };
        let outcome = call.handle_packet(now, id, bytes);
        self.heard(now, outcome);
    }

    fn heard(&mut self, now: Instant, outcome: Result<(), WireError>) {
        let Some(call) = &self.call else { return };
        if let Err(WireError::OtherVersion(version)) = outcome {
            self.other_version = Some((version, now));
        }
        if call.live_peers(now).next().is_some() {
            self.join.contact(now);
        }
    }

    pub(crate) fn stream(&mut self, now: Instant, id: StreamId, to: ConnectionId, end: End) {
        if self.streams.set(id, to, end).is_err() {
            self.contain(id, Measure::Close);
            self.trouble(now, id.page, Trouble::StreamsFull);
        }
        self.share_if_connected(now, to);
        self.stale = true;
    }

    pub(crate) fn stream_left(&mut self, id: StreamId) {
        self.streams.leave(id);
    }

    pub(crate) fn stream_ended(&mut self, id: StreamId) {
        self.streams.remove(id);
        self.claims.release(|stream| stream == id);
        self.stale = true;
    }

    pub(crate) fn trouble(&mut self, now: Instant, page: PageId, trouble: Trouble) {
        self.troubles.insert((page, trouble), now);
        self.stale = true;
    }

    pub(crate) fn timed(&mut self, stream: StreamId, microseconds: f64, frames: u32) {
        match self.streams.get(stream).map(|stream| stream.direction) {
            Some(Direction::Send) => self.seal_cost.record(microseconds, frames),
            Some(Direction::Receive) => self.open_cost.record(microseconds, frames),
            None => {}
        }
    }

    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if let Some(call) = &mut self.call {
            call.handle_timeout(now);
        }
        self.troubles
            .retain(|(_, trouble), at| !trouble.passes() || now.since(*at) < TROUBLE_SHOWN);
        self.other_version
            .take_if(|(_, at)| now.since(*at) >= TROUBLE_SHOWN);
        self.note_unmet(now);
        self.watch_if_due(now);
        self.stale |= self.on;
    }

    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        let view = (self.on || self.stale).then_some(self.last_view.map(|at| at + VIEW_INTERVAL));
        let call = self.call.as_ref().and_then(Call::poll_timeout);
        [view.flatten(), self.lapse, call, self.next_watch()]
            .into_iter()
            .flatten()
            .min()
    }

    /// Nothing is left that would have to be remembered.
    pub(crate) fn is_idle(&self) -> bool {
        let is_reached = self.reach == Reach::Ok && !self.withdrawn && self.cuts == Cuts::default();
        !self.on && self.pages.is_empty() && is_reached
    }

    pub(crate) fn view(&self, now: Instant) -> View {
        view::of(self, now)
    }

    pub(crate) fn vouches(&self, now: Instant, id: StreamId, asked: Instant) -> bool {
        view::vouches(self, now, id, asked)
    }

    /// What the frame path itself has to say; it runs for every frame and so does no more.
    pub(crate) fn collect_urgent(&mut self, outputs: &mut VecDeque<Output>) {
        let requests = self.key_frames.drain(..);
        outputs.extend(requests.map(|id| Output::KeyFrame {
            page: id.page,
            stream: id.number,
        }));
    }

    pub(crate) fn collect(&mut self, now: Instant, tab: TabId, outputs: &mut VecDeque<Output>) {
        let packets = self.farewell.drain(..);
        let packets = packets.chain(std::iter::from_fn(|| {
            self.call.as_mut().and_then(Call::poll_packet)
        }));
        outputs.extend(packets.map(|(to, bytes)| Output::Send {
            page: to.page,
            connection: to.number,
            bytes,
        }));
        outputs.extend(
            self.modes
                .drain(..)
                .map(|(page, on)| Output::Mode { page, on }),
        );
        outputs.extend(self.orders.drain(..));
        self.collect_urgent(outputs);
        self.collect_view(now, tab, outputs);
    }

    fn collect_view(&mut self, now: Instant, tab: TabId, outputs: &mut VecDeque<Output>) {
        let state = view::state_of(self, now).0;
        self.lapse = view::lapse_at(self, now);
        let changed = self.shown != Some(state);
        if changed {
            self.shown = Some(state);
            outputs.push_back(Output::Badge { tab, state });
        }
        let due = self
            .last_view
            .is_none_or(|at| now.since(at) >= VIEW_INTERVAL);
        if changed || (self.stale && due) {
            self.stale = false;
            self.last_view = Some(now);
            outputs.push_back(Output::View { tab });
        }
    }
}
