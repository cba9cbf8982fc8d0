//! Which connections somebody forwards, and what came in a frame: the frame path puts it here, and it
//! is heard once the frame is done.

use std::time::Duration;

use super::{ConnectionState, Tab};
use crate::{
    ids::{ConnectionId, PageId, StreamId},
    time::Instant,
};

/// How the far end of a connection presents itself in the session description that the page took
/// from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FarEnd<'a> {
    /// The origin of RFC 8866 section 5.2, as it stands behind `o=`.
    pub origin: &'a str,
    /// Whether it has `a=ice-lite` (RFC 8839 section 5.3).
    pub ice_lite: bool,
}

impl FarEnd<'_> {
    /// I2: whether a browser wrote the description. All others are taken for somebody who forwards.
    fn is_browser(self) -> bool {
        let mut fields = self.origin.split_ascii_whitespace();
        let user = fields.next().unwrap_or_default();
        let place: Vec<_> = fields.skip(2).collect();
        let by_webrtc_org = user == "-" && place == ["IN", "IP4", "127.0.0.1"];
        let by_firefox =
            user.starts_with("mozilla...THIS_IS_SDPARTA-") && place == ["IN", "IP4", "0.0.0.0"];
        !self.ice_lite && (by_webrtc_org || by_firefox)
    }
}

/// I11: who hears others for so long and isn't let in isn't heard.
const UNHEARD: Duration = Duration::from_secs(10);

/// See the module's text. A frame brings one packet.
#[derive(Default)]
pub struct Inbox(Option<(StreamId, Vec<u8>)>);

impl Inbox {
    /// A packet that came in a frame of a stream.
    pub fn put(&mut self, stream: StreamId, packet: &[u8]) {
        self.0 = Some((stream, packet.to_vec()));
    }
}

impl Tab {
    pub(crate) fn far_end(&mut self, now: Instant, link: ConnectionId, far_end: FarEnd<'_>) {
        if !self.connections.contains_key(&link) {
            return;
        }
        if !far_end.is_browser() {
            self.forwarded.insert(link);
            self.share_if_connected(now, link);
        }
        self.stale = true;
    }

    /// I2: it is closed.
    pub(super) fn leave_room(&mut self, now: Instant, link: ConnectionId) {
        self.forwarded.remove(&link);
        if let Some(call) = &mut self.call {
            call.unshare(now, link);
        }
    }

    /// Without streams nothing could go over it.
    pub(super) fn share_if_connected(&mut self, now: Instant, link: ConnectionId) {
        let Some(call) = &mut self.call else { return };
        let connected = self.connections.get(&link) == Some(&ConnectionState::Connected);
        if connected && self.forwarded.contains(&link) && self.streams.has_any_on(link) {
            call.share(now, link);
        }
    }

    pub(super) fn share_all(&mut self, now: Instant) {
        let all: Vec<_> = self.forwarded.iter().copied().collect();
        for link in all {
            self.share_if_connected(now, link);
        }
    }

    /// Whether the connections of a page do without a channel: somebody forwards those that have
    /// media and none.
    pub(crate) fn needs_no_channel(&self, page: PageId) -> bool {
        let without = |link| {
            let call = self.call.as_ref();
            self.streams.has_any_on(link) && !call.is_some_and(|call| call.has_channel(link))
        };
        let connected = self.connections.iter();
        let mut of_mesh = connected
            .filter(|(link, state)| link.page == page && **state == ConnectionState::Connected)
            .filter(|(link, _)| !self.forwarded.contains(link));
        let forwards = self.forwarded.iter().any(|link| link.page == page);
        forwards && !of_mesh.any(|(link, _)| without(*link))
    }

    pub(super) fn note_unmet(&mut self, now: Instant) {
        let call = self.call.as_ref().filter(|call| call.is_alone());
        let mut others = call.into_iter().flat_map(|call| call.others_in_room(now));
        let since = self.unmet.unwrap_or(now);
        self.unmet = others.next().map(|_| since);
    }

    /// I11: whether others in the room are heard, and long don't hear us.
    pub(crate) fn is_unheard(&self, now: Instant) -> bool {
        self.unmet.is_some_and(|since| now.since(since) >= UNHEARD)
    }

    /// Hears what came in a frame. False: nothing did.
    pub(crate) fn hear_frame(&mut self, now: Instant) -> bool {
        let Some((stream, packet)) = self.inbox.0.take() else {
            return false;
        };
        if let Some(call) = &mut self.call {
            let outcome = call.handle_carried(now, stream, &packet);
            self.heard(now, outcome);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn is_browser(origin: &str, ice_lite: bool) -> bool {
        FarEnd { origin, ice_lite }.is_browser()
    }

    #[test]
    fn i2_browsers_are_told_by_what_they_write() {
        for origin in [
            "- 8160090540521631164 2 IN IP4 127.0.0.1",
            "mozilla...THIS_IS_SDPARTA-153.0 4132699980109199001 0 IN IP4 0.0.0.0",
            "mozilla...THIS_IS_SDPARTA-99.0.1 1 0 IN IP4 0.0.0.0\r",
        ] {
            assert!(is_browser(origin, false), "{origin}");
            assert!(!is_browser(origin, true), "{origin} and ice-lite");
        }
    }

    #[test]
    fn i2_all_others_forward() {
        for origin in [
            "",
            "-",
            "- 1700000000000000 1 IN IP4 192.0.2.7",
            "- 1700000000000000 1 IN IP6 ::1",
            "mediasoup-client 10000 1 IN IP4 0.0.0.0",
            "str0m-0.24.1 1234 2 IN IP4 0.0.0.0",
            "- 1923518516 2 IN IP4 0.0.0.0",
            "mozilla 4132699980109199001 0 IN IP4 0.0.0.0",
            "- 8160090540521631164 2 IN IP4 127.0.0.1 more",
        ] {
            assert!(!is_browser(origin, false), "{origin}");
        }
    }
}
