//! The state of a tab, which sentence explains it, and until when it may be shown.

use super::{Lapse, State, people::is_of_outsider, problems::troubles};
use crate::{
    call::Call,
    evidence::DropReason,
    tab::{Cuts, Direction, Reach, Stream, Tab, Trouble},
    time::Instant,
};

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

pub(super) fn lapse(tab: &Tab, now: Instant) -> Option<Lapse> {
    let at = lapse_at(tab, now)?;
    let (state, reason) = state_of(tab, at);
    let after_ms = at.since(now).as_millis() as u64;
    Some(Lapse {
        after_ms,
        state,
        reason,
    })
}

fn has(tab: &Tab, trouble: Trouble) -> bool {
    tab.troubles.keys().any(|(_, known)| *known == trouble)
}
