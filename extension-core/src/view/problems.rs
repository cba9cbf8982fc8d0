//! What is wrong, so that a person should know it.

use std::collections::BTreeSet;

use super::{Problem, people::others, streams::codec_label};
use crate::{
    call::Call,
    evidence::DropReason,
    tab::{Tab, Trouble},
    time::Instant,
};

impl Problem {
    fn of(code: &'static str) -> Self {
        Self {
            code,
            count: None,
            detail: None,
            stream: None,
        }
    }

    /// None where there are none.
    fn counted(code: &'static str, count: usize) -> Option<Self> {
        (count > 0).then(|| Self {
            count: Some(count),
            ..Self::of(code)
        })
    }

    fn about(self, detail: String) -> Self {
        Self {
            detail: Some(detail),
            ..self
        }
    }
}

pub(super) fn problems(tab: &Tab, now: Instant) -> Vec<Problem> {
    if !tab.on {
        return Vec::new();
    }
    let found: BTreeSet<_> = troubles(tab)
        .map(|trouble| Problem::of(trouble_code(trouble)))
        .chain(Problem::counted(
            "frame-sandboxed",
            tab.cuts.sandboxed as usize,
        ))
        .chain(Problem::counted("frame-lost", tab.cuts.lost as usize))
        .chain(other_version(tab))
        .chain(Problem::counted("others-without-sotto", others(tab, now)))
        .chain(
            tab.call
                .iter()
                .flat_map(|call| problems_of_call(tab, call, now)),
        )
        .collect();
    found.into_iter().collect()
}

fn other_version(tab: &Tab) -> Option<Problem> {
    let (version, _) = tab.other_version?;
    Some(Problem::of("other-version").about(version.to_string()))
}

fn problems_of_call<'a>(
    tab: &'a Tab,
    call: &'a Call,
    now: Instant,
) -> impl Iterator<Item = Problem> + 'a {
    Problem::counted("member-unreachable", call.silent_members(now))
        .into_iter()
        .chain(Problem::counted("members-apart", call.members_apart(now)))
        .chain(stream_problems(tab, call, now))
}

/// That a channel is refused is no trouble where messages go along with frames.
pub(super) fn troubles(tab: &Tab) -> impl Iterator<Item = Trouble> {
    let all = tab.troubles.keys();
    all.filter(|(page, trouble)| {
        *trouble != Trouble::ControlChannelClosed || !tab.needs_no_channel(*page)
    })
    .map(|(_, trouble)| *trouble)
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
            detail,
            stream: (code == "stream-bypassed").then_some(id),
            ..Problem::of(code)
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
