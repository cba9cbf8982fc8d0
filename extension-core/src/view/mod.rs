//! What a person is shown, computed here so that the popup renders and decides nothing. Codes,
//! not sentences: the words are the popup's, in the reader's language.

mod people;
mod problems;
mod state;
mod streams;

use serde::Serialize;
pub(crate) use state::{lapse_at, state_of};
pub(crate) use streams::vouches;

use crate::{
    call::Call,
    evidence::{DropReason, Protection},
    ids::{Epoch, Leaf, PageId, PeerId, StreamId},
    media::Role,
    name::Name,
    safety::SafetyNumber,
    tab::{Direction, MediaKind, Tab},
    time::Instant,
};

/// The state of a tab in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Off: the page is as without Sotto.
    Off,
    /// On, and nobody else is here with Sotto.
    Alone,
    /// On, and keys or the first frames are on their way.
    Joining,
    /// On, and frames were sealed or opened just now.
    Encrypted,
    /// On, and something is wrong.
    Trouble,
    /// It can't work here.
    Unsupported,
}

/// A person in the group.
#[derive(Clone, Debug, Serialize)]
pub struct MemberView {
    id: PeerId,
    leaf: Leaf,
    /// Whether it is we.
    pub you: bool,
    committer: bool,
    /// What it calls itself.
    pub name: Option<Name>,
    /// Whether somebody else here calls itself much the same.
    pub alike: bool,
}

/// A stream and what protects it.
#[derive(Clone, Debug, Serialize)]
pub struct StreamView {
    page: PageId,
    /// Its number within the page.
    pub stream: u32,
    direction: Direction,
    media: MediaKind,
    /// What it shows, as its sender says; none before a frame was opened.
    pub role: Option<Role>,
    pub codec: Option<String>,
    member: Option<PeerId>,
    /// What was done to its frames lately.
    pub protection: Protection,
    /// Why frames are dropped, if they are.
    pub reason: Option<DropReason>,
}

/// Something that a person should know, by its code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Problem {
    /// Which sentence to show.
    pub code: &'static str,
    /// How many, where that matters.
    pub count: Option<usize>,
    /// Which, where that matters.
    pub detail: Option<String>,
    /// Of which stream, where it has a name of its own.
    pub stream: Option<StreamId>,
}

/// What is to be shown later if no newer view comes, so that no claim outlives its evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Lapse {
    /// How much later, in milliseconds.
    pub after_ms: u64,
    /// The state then.
    pub state: State,
    /// Which sentence explains it.
    pub reason: &'static str,
}

/// The figures.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatsView {
    /// Frames sealed since Sotto was turned on.
    pub sealed: u64,
    /// Frames opened.
    pub opened: u64,
    /// Frames that looked sealed and couldn't be opened.
    pub failed: u64,
    /// Frames that arrived without our encryption.
    pub unsealed: u64,
    /// Frames dropped for another reason.
    pub dropped: u64,
    overhead_bytes_per_frame: Option<f64>,
    seal_us_p50: Option<f64>,
    open_us_p50: Option<f64>,
    join_ms: Option<u64>,
}

/// All that the popup shows of a tab.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// The state in one word.
    pub state: State,
    /// Which sentence explains it.
    pub reason: &'static str,
    /// What becomes of it if nothing more is heard.
    pub lapse: Option<Lapse>,
    /// Whether the person has turned Sotto on.
    pub on: bool,
    /// To compare, once there is somebody to compare with.
    pub safety_number: Option<SafetyNumber>,
    /// The group's epoch.
    pub epoch: Option<Epoch>,
    /// Everyone in the group.
    pub members: Vec<MemberView>,
    /// Every stream of the tab.
    pub streams: Vec<StreamView>,
    /// What is wrong.
    pub problems: Vec<Problem>,
    /// Participants of the page's call who haven't shown Sotto.
    pub others: usize,
    /// The figures.
    pub stats: StatsView,
}

impl View {
    /// The view of a tab that nothing is known of.
    pub fn off() -> Self {
        of(&Tab::default(), Instant(0))
    }
}

pub(crate) fn of(tab: &Tab, now: Instant) -> View {
    let (state, reason) = state_of(tab, now);
    let call = tab.call.as_ref().filter(|call| !call.is_alone());
    View {
        state,
        reason,
        lapse: state::lapse(tab, now),
        on: tab.on,
        safety_number: call.map(Call::safety_number),
        epoch: call.map(Call::epoch),
        members: people::members(tab, now),
        streams: tab
            .streams
            .shown()
            .map(|(id, stream)| streams::stream_view(tab, now, id, stream))
            .collect(),
        problems: problems::problems(tab, now),
        others: people::others(tab, now),
        stats: stats(tab),
    }
}

fn stats(tab: &Tab) -> StatsView {
    let counts = &tab.counts;
    let overhead = (counts.sealed > 0).then(|| counts.overhead as f64 / counts.sealed as f64);
    StatsView {
        sealed: counts.sealed,
        opened: counts.opened,
        failed: counts.failed,
        unsealed: counts.unsealed,
        dropped: counts.dropped,
        overhead_bytes_per_frame: overhead,
        seal_us_p50: tab.seal_cost.median(),
        open_us_p50: tab.open_cost.median(),
        join_ms: tab.join.millis(),
    }
}
