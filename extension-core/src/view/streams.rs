//! The streams of a tab, each with what protects it.

use std::time::Duration;

use super::StreamView;
use crate::{
    call::Call,
    evidence::Protection,
    ids::StreamId,
    tab::{Direction, Stream, Tab},
    time::Instant,
};

/// A frame that is shown came after somebody asked for it, but frames are shown in no order of coming:
/// for so long before, too, all must have been of one source.
const SETTLED: Duration = Duration::from_secs(2);

/// Whether all that is opened of a stream is one member's, in one role, and was so for a while when
/// somebody asked.
pub(crate) fn vouches(tab: &Tab, now: Instant, id: StreamId, asked: Instant) -> bool {
    tab.streams.get(id).is_some_and(|stream| {
        protection(tab, now, stream) == Protection::Encrypted
            && stream.since.is_some_and(|since| since + SETTLED < asked)
    })
}

pub(super) fn stream_view(tab: &Tab, now: Instant, id: StreamId, stream: &Stream) -> StreamView {
    let protection = protection(tab, now, stream);
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
        protection,
        reason: stream.evidence.reason(now).filter(|_| dropped),
    }
}

fn protection(tab: &Tab, now: Instant, stream: &Stream) -> Protection {
    match &tab.call {
        _ if !tab.on => Protection::Clear,
        Some(call) if call.is_alone() => stream.evidence.protection_alone(now),
        _ => stream.evidence.protection(now),
    }
}

/// The name without its kind: `VP8` for `video/VP8`.
pub(super) fn codec_label(mime: &str) -> String {
    mime.rsplit('/').next().unwrap_or(mime).to_owned()
}
