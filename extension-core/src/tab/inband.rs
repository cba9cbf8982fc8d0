//! Which connections carry messages in their frames, and what came in a frame: the frame path puts
//! it here, and it is heard once the frame is done.

use std::{collections::BTreeMap, time::Duration};

use super::{ConnectionState, Tab};
use crate::{
    ids::{ConnectionId, PageId},
    time::Instant,
};

/// I2: a connection that has no open channel for this long won't have one.
const CHANNEL_COMES: Duration = Duration::from_secs(1);

/// Since when connections have been there without a channel.
#[derive(Default)]
pub struct Waits(BTreeMap<ConnectionId, Instant>);

/// See the module's text. A frame brings one packet.
#[derive(Default)]
pub struct Inbox(Option<(ConnectionId, Vec<u8>)>);

impl Inbox {
    /// A packet that came in a frame.
    pub fn put(&mut self, link: ConnectionId, packet: &[u8]) {
        self.0 = Some((link, packet.to_vec()));
    }
}

impl Tab {
    pub(super) fn wait_for_channel(
        &mut self,
        now: Instant,
        link: ConnectionId,
        state: ConnectionState,
    ) {
        if state == ConnectionState::Connected && !self.open_channels.contains(&link) {
            self.waits.0.entry(link).or_insert(now);
        }
    }

    /// I2: it has a channel, or is closed.
    pub(super) fn leave_frames(&mut self, now: Instant, link: ConnectionId) {
        self.waits.0.remove(&link);
        if let Some(call) = &mut self.call {
            call.unshare(now, link);
        }
    }

    pub(super) fn share_if_due(&mut self, now: Instant) {
        let Some(call) = &mut self.call else { return };
        for (link, since) in &self.waits.0 {
            if now.since(*since) >= CHANNEL_COMES && self.streams.has_any_on(*link) {
                call.share(now, *link);
            }
        }
    }

    pub(super) fn next_share(&self) -> Option<Instant> {
        let call = self.call.as_ref()?;
        let waits = self.waits.0.iter();
        waits
            .filter(|(link, _)| !call.is_shared(**link) && self.streams.has_any_on(**link))
            .map(|(_, since)| *since + CHANNEL_COMES)
            .min()
    }

    /// Whether some connection of a page carries messages in its frames, or is about to.
    pub(crate) fn speaks_in_frames(&self, page: PageId) -> bool {
        let mut waits = self.waits.0.keys();
        waits.any(|link| link.page == page && self.streams.has_any_on(*link))
    }

    /// Hears what came in a frame. False: nothing did.
    pub(crate) fn hear_frame(&mut self, now: Instant) -> bool {
        let Some((link, packet)) = self.inbox.0.take() else {
            return false;
        };
        if let Some(call) = &mut self.call {
            let outcome = call.handle_carried(now, link, &packet);
            self.heard(now, outcome);
        }
        true
    }
}
