//! Everyone's last beacon as it was signed, to be passed on to those who don't hear it (R20).

use std::collections::BTreeMap;

use crate::{ids::PeerId, roster::MAX_PEERS, wire::SignedBeacon};

#[derive(Default)]
pub struct Signed(BTreeMap<PeerId, SignedBeacon>);

impl Signed {
    /// Keeps a beacon if it is its sender's last. Of too many participants, those that `is_live`
    /// doesn't name make room.
    pub fn keep(&mut self, peer: PeerId, beacon: SignedBeacon, is_live: impl Fn(PeerId) -> bool) {
        let newer = |known: &SignedBeacon| beacon.beacon().sequence > known.beacon().sequence;
        if !self.0.get(&peer).is_none_or(newer) {
            return;
        }
        if self.0.len() >= MAX_PEERS {
            self.0.retain(|known, _| is_live(*known));
        }
        if self.0.len() < MAX_PEERS {
            self.0.insert(peer, beacon);
        }
    }

    pub fn of(&self, peer: PeerId) -> Option<&SignedBeacon> {
        self.0.get(&peer)
    }
}
