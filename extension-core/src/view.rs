//! What a person is shown, computed here so that the popup renders and decides nothing. Codes,
//! not sentences: the words are the popup's, in the reader's language.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{
    call::Call,
    evidence::{DropReason, Protection},
    ids::{ConnectionId, Epoch, Leaf, PageId, PeerId, StreamId},
    media::Role,
    name::Name,
    safety::SafetyNumber,
    tab::{ConnectionState, Cuts, Direction, MediaKind, Reach, Stream, Tab, Trouble},
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
    /// Since when all that was opened is that member's, in that role; by the clock of the caller.
    pub since: Option<u64>,
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
        lapse: lapse(tab, now),
        on: tab.on,
        safety_number: call.map(Call::safety_number),
        epoch: call.map(Call::epoch),
        members: tab.call.as_ref().map(members).unwrap_or_default(),
        streams: tab
            .streams
            .shown()
            .map(|(id, stream)| stream_view(tab, now, id, stream))
            .collect(),
        problems: problems(tab, now),
        others: others(tab, now),
        stats: stats(tab),
    }
}

/// The state, and which sentence explains it. Ordered: what rules out all else comes first.
pub(crate) fn state_of(tab: &Tab, now: Instant) -> (State, &'static str) {
    let unreachable = match tab.reach {
        Reach::Restricted => Some("restricted"),
        _ if tab.withdrawn => Some("no-permission"),
        Reach::Ok => None,
        Reach::NoPermission => Some("no-permission"),
        Reach::ReloadNeeded => Some("reload-needed"),
        Reach::Contained => Some("contained"),
    };
    if let Some(reason) = unreachable {
        return (State::Unsupported, reason);
    }
    if !tab.on {
        return (State::Off, "off");
    }
    if has(tab, Trouble::PumpBlocked) {
        return (State::Unsupported, "pump-blocked");
    }
    if let Some(cut_off) = cut_off(tab) {
        return cut_off;
    }
    let Some(call) = &tab.call else {
        return (State::Trouble, "core-crashed");
    };
    let bypassed = tab
        .streams
        .shown()
        .any(|(_, stream)| stream.evidence.is_bypassed());
    let alarm = troubles(tab).any(Trouble::alarms);
    if bypassed || alarm || tab.is_unwatched(now) || tab.cuts != Cuts::default() {
        return (State::Trouble, "trouble");
    }
    state_of_call(tab, call, now)
}

/// No frame that makes calls has a way to us.
fn cut_off(tab: &Tab) -> Option<(State, &'static str)> {
    match tab.cuts {
        _ if !tab.pages.is_empty() => None,
        Cuts { sandboxed: 1.., .. } => Some((State::Unsupported, "sandboxed")),
        Cuts { lost: 1.., .. } => Some((State::Trouble, "cut-off")),
        _ => None,
    }
}

fn state_of_call(tab: &Tab, call: &Call, now: Instant) -> (State, &'static str) {
    if call.is_alone() {
        if call.has_no_way_up(now) {
            return match streams_drop(tab, DropReason::NotSilent, now) {
                true => (State::Trouble, "trouble"),
                false => (State::Alone, "no-way-up"),
            };
        }
        return match call.live_peers(now).next() {
            Some(_) if tab.is_unheard(now) => (State::Joining, "not-heard"),
            Some(_) => (State::Joining, "joining"),
            None if tab.connections.is_empty() => (State::Alone, "alone-no-call"),
            None => (State::Alone, "alone"),
        };
    }
    if tab
        .streams
        .iter()
        .any(|(_, stream)| is_trouble(call, stream, now))
    {
        return (State::Trouble, "trouble");
    }
    evidence_of_call(tab, now)
}

fn streams_drop(tab: &Tab, reason: DropReason, now: Instant) -> bool {
    let mut streams = tab.streams.iter();
    streams.any(|(_, stream)| stream.evidence.dropping(now) == Some(reason))
}

/// Frames that are dropped, but for those of somebody without Sotto and those that it is not to have.
fn is_trouble(call: &Call, stream: &Stream, now: Instant) -> bool {
    let dropping = stream.evidence.dropping(now);
    // A server may give a member's stream another receiver, or two.
    let in_room = call.is_shared(stream.connection);
    let is_expected = |reason: DropReason| {
        let moved = in_room && reason == DropReason::Misdirected;
        moved || reason.withholds() || reason == DropReason::Unheard
    };
    dropping.is_some_and(|reason| !is_expected(reason) && !is_of_outsider(call, stream, now))
}

/// In a room nothing else tells whose a stream is but what its frames are sealed with.
fn is_of_outsider(call: &Call, stream: &Stream, now: Instant) -> bool {
    if stream.direction == Direction::Send {
        return false;
    }
    if call.is_shared(stream.connection) {
        return stream.evidence.dropping(now) == Some(DropReason::NotSealed);
    }
    call.peer_on(now, stream.connection).is_none()
}

/// Sealing alone proves nothing: somebody must have sealed for us as well.
fn evidence_of_call(tab: &Tab, now: Instant) -> (State, &'static str) {
    let good = |direction| {
        let mut streams = tab.streams.iter().map(|(_, stream)| stream);
        streams.any(|stream| stream.direction == direction && stream.evidence.is_good(now))
    };
    match (good(Direction::Send), good(Direction::Receive)) {
        (_, true) => (State::Encrypted, "encrypted"),
        (true, false) => (State::Joining, "nothing-opened-yet"),
        (false, false) => (State::Joining, "no-media-yet"),
    }
}

/// When all that was opened will be past.
pub(crate) fn lapse_at(tab: &Tab, now: Instant) -> Option<Instant> {
    let streams = tab.streams.iter().map(|(_, stream)| stream);
    streams
        .filter(|stream| stream.direction == Direction::Receive)
        .filter_map(|stream| stream.evidence.lapses())
        .filter(|at| *at > now)
        .max()
}

fn lapse(tab: &Tab, now: Instant) -> Option<Lapse> {
    let at = lapse_at(tab, now)?;
    let (state, reason) = state_of(tab, at);
    let after_ms = at.since(now).as_millis() as u64;
    Some(Lapse {
        after_ms,
        state,
        reason,
    })
}

/// That a channel is refused is no trouble where messages go along with frames.
fn troubles(tab: &Tab) -> impl Iterator<Item = Trouble> {
    let all = tab.troubles.keys();
    all.filter(|(page, trouble)| {
        *trouble != Trouble::ControlChannelClosed || !tab.needs_no_channel(*page)
    })
    .map(|(_, trouble)| *trouble)
}

fn has(tab: &Tab, trouble: Trouble) -> bool {
    tab.troubles.keys().any(|(_, known)| *known == trouble)
}

fn members(call: &Call) -> Vec<MemberView> {
    let committer = call.members().first().map(|(leaf, _)| *leaf);
    let looks = Looks::of(call);
    call.members()
        .iter()
        .map(|(leaf, peer)| MemberView {
            id: *peer,
            leaf: *leaf,
            you: *peer == call.peer(),
            committer: Some(*leaf) == committer,
            name: call.name_of(*peer).cloned(),
            alike: *peer != call.peer() && looks.has_two(call.name_of(*peer)),
        })
        .collect()
}

/// N4: how many members' names look so.
#[derive(Default)]
struct Looks<'a>(BTreeMap<&'a str, usize>);

impl<'a> Looks<'a> {
    fn of(call: &'a Call) -> Self {
        let mut looks = Self::default();
        let members = call.members().iter();
        for name in members.filter_map(|(_, peer)| call.name_of(*peer)) {
            *looks.0.entry(name.look()).or_default() += 1;
        }
        looks
    }

    fn has_two(&self, name: Option<&Name>) -> bool {
        name.and_then(|name| self.0.get(name.look()))
            .is_some_and(|count| *count > 1)
    }
}

fn stream_view(tab: &Tab, now: Instant, id: StreamId, stream: &Stream) -> StreamView {
    let protection = match &tab.call {
        _ if !tab.on => Protection::Clear,
        Some(call) if call.is_alone() => stream.evidence.protection_alone(now),
        _ => stream.evidence.protection(now),
    };
    let dropped = protection == Protection::Dropped;
    let ours = tab.call.as_ref().map(Call::peer);
    let member = if stream.direction == Direction::Send {
        ours
    } else {
        stream.member
    };
    StreamView {
        page: id.page,
        stream: id.number,
        direction: stream.direction,
        media: stream.media,
        role: stream.role,
        codec: stream.codec_name.as_deref().map(codec_label),
        member,
        since: stream.since.map(|Instant(millis)| millis),
        protection,
        reason: stream.evidence.reason(now).filter(|_| dropped),
    }
}

/// The name without its kind: `VP8` for `video/VP8`.
fn codec_label(mime: &str) -> String {
    mime.rsplit('/').next().unwrap_or(mime).to_owned()
}

/// Participants who haven't shown Sotto. Without a call there is no telling.
fn others(tab: &Tab, now: Instant) -> usize {
    let Some(call) = &tab.call else { return 0 };
    let shown = tab.streams.shown().map(|(_, stream)| stream);
    let with_media: BTreeSet<_> = shown.map(|stream| stream.connection).collect();
    let connected = tab.connections.iter();
    connected
        .filter(|(_, state)| **state == ConnectionState::Connected)
        .filter(|(id, _)| with_media.contains(id))
        .map(|(id, _)| outsiders_on(tab, call, *id, now))
        .sum()
}

/// A connection of the mesh reaches one participant; one to a room brings those whose frames come
/// unsealed, with one sound and one picture each.
fn outsiders_on(tab: &Tab, call: &Call, link: ConnectionId, now: Instant) -> usize {
    if !call.is_shared(link) {
        return usize::from(call.peer_on(now, link).is_none());
    }
    let unsealed = |media| {
        let streams = tab.streams.iter().map(|(_, stream)| stream);
        streams
            .filter(|stream| stream.connection == link && stream.media == media)
            .filter(|stream| is_of_outsider(call, stream, now))
            .count()
    };
    unsealed(MediaKind::Audio).max(unsealed(MediaKind::Video))
}

fn problems(tab: &Tab, now: Instant) -> Vec<Problem> {
    let mut found = BTreeSet::new();
    if !tab.on {
        return Vec::new();
    }
    for trouble in troubles(tab) {
        found.insert(Problem {
            code: trouble_code(trouble),
            count: None,
            detail: None,
            stream: None,
        });
    }
    for (code, frames) in [
        ("frame-sandboxed", tab.cuts.sandboxed),
        ("frame-lost", tab.cuts.lost),
    ] {
        if frames > 0 {
            found.insert(Problem {
                code,
                count: Some(frames as usize),
                detail: None,
                stream: None,
            });
        }
    }
    if let Some((version, _)) = tab.other_version {
        let detail = Some(version.to_string());
        found.insert(Problem {
            code: "other-version",
            count: None,
            detail,
            stream: None,
        });
    }
    let others = others(tab, now);
    if others > 0 {
        found.insert(Problem {
            code: "others-without-sotto",
            count: Some(others),
            detail: None,
            stream: None,
        });
    }
    if let Some(call) = &tab.call {
        for (code, members) in [
            ("member-unreachable", call.silent_members(now)),
            ("members-apart", call.members_apart(now)),
        ] {
            if members > 0 {
                found.insert(Problem {
                    code,
                    count: Some(members),
                    detail: None,
                    stream: None,
                });
            }
        }
        found.extend(stream_problems(tab, call, now));
    }
    found.into_iter().collect()
}

fn stream_problems<'a>(
    tab: &'a Tab,
    call: &'a Call,
    now: Instant,
) -> impl Iterator<Item = Problem> + 'a {
    tab.streams.shown().filter_map(move |(id, stream)| {
        let codec = stream.codec_name.as_deref().map(codec_label);
        let who = if call.is_shared(stream.connection) {
            stream.member
        } else {
            call.peer_on(now, stream.connection)
        };
        let who = who.map(|peer| peer.short());
        let (code, detail) = match stream.evidence.dropping(now)? {
            DropReason::Codec => ("codec-unsupported", codec),
            DropReason::NotSilent => ("codec-not-silent", codec),
            DropReason::NotSealed if call.is_shared(stream.connection) => return None,
            DropReason::NotSealed => ("stream-not-sealed", Some(who?)),
            DropReason::Forged => ("frames-forged", who),
            DropReason::NoKey => ("frames-no-key", who),
            DropReason::Replayed => ("frames-replayed", who),
            DropReason::Misdirected => ("frames-misdirected", Some(who?)),
            DropReason::TooManyStreams => ("too-many-streams", who),
            DropReason::CounterExhausted => ("counter-exhausted", None),
            DropReason::Malformed => ("malformed", codec),
            DropReason::Bypassed => ("stream-bypassed", who),
            DropReason::Alone
            | DropReason::Outsider
            | DropReason::Unheard
            | DropReason::NoPermission => return None,
        };
        Some(Problem {
            code,
            count: None,
            detail,
            stream: (code == "stream-bypassed").then_some(id),
        })
    })
}

fn trouble_code(trouble: Trouble) -> &'static str {
    match trouble {
        Trouble::PumpBlocked => "pump-blocked",
        Trouble::HostRemoved => "host-removed",
        Trouble::PageTransform => "page-transform",
        Trouble::ControlChannelClosed => "control-channel-closed",
        Trouble::CoreSilent => "core-silent",
        Trouble::CoreError => "core-error",
        Trouble::PageStoodStill => "page-stood-still",
        Trouble::StreamsFull => "streams-full",
        Trouble::Other => "page-trouble",
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
