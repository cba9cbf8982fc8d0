//! The streams of a tab, each with what protects it.

use super::StreamView;
use crate::{
    call::Call,
    evidence::Protection,
    ids::StreamId,
    tab::{Direction, Stream, Tab},
    time::Instant,
};

pub(super) fn stream_view(tab: &Tab, now: Instant, id: StreamId, stream: &Stream) -> StreamView {
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
pub(super) fn codec_label(mime: &str) -> String {
    mime.rsplit('/').next().unwrap_or(mime).to_owned()
}
