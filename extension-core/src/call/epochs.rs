//! Who held which leaf in the epochs whose media keys may still be here, and who has left since.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::{
    ids::{EpochId, Leaf, PeerId},
    media::MAX_EPOCHS,
    time::Instant,
};

/// M10: how long somebody who was removed is still heard.
const FAREWELL: Duration = Duration::from_secs(1);

#[derive(Default)]
pub struct Epochs {
    members: VecDeque<(EpochId, Vec<(Leaf, PeerId)>)>,
    departed: BTreeMap<PeerId, Instant>,
}

impl Epochs {
    pub fn keep(&mut self, now: Instant, epoch: EpochId, members: Vec<(Leaf, PeerId)>) {
        let is_member = |peer: &PeerId| lists(&members, *peer);
        self.departed.retain(|peer, _| !is_member(peer));
        let before = self.members.back().map(|(_, members)| &members[..]);
        for (_, peer) in before.unwrap_or_default() {
            if !is_member(peer) {
                self.departed.insert(*peer, now);
            }
        }
        if self.members.len() >= MAX_EPOCHS {
            self.members.pop_front();
        }
        self.members.push_back((epoch, members));
        // For as long as it stands in an epoch that may be opened: then nothing asks for it.
        let stands = |peer: &PeerId| {
            self.members
                .iter()
                .any(|(_, members)| lists(members, *peer))
        };
        self.departed.retain(|peer, _| stands(peer));
    }

    /// Whether somebody was a member in an epoch.
    pub fn has(&self, epoch: EpochId, peer: PeerId) -> bool {
        let mut epochs = self.members.iter();
        let found = epochs.find(|(id, _)| *id == epoch);
        found.is_some_and(|(_, members)| lists(members, peer))
    }

    /// Which, the oldest first.
    pub fn ids(&self) -> impl Iterator<Item = EpochId> {
        self.members.iter().map(|(epoch, _)| *epoch)
    }

    /// Who held a leaf; none once it was removed for longer than a moment.
    pub fn member(&self, now: Instant, epoch: EpochId, leaf: Leaf) -> Option<PeerId> {
        let (_, members) = self.members.iter().find(|(id, _)| *id == epoch)?;
        let (_, peer) = *members.iter().find(|(index, _)| *index == leaf)?;
        let departed = self.departed.get(&peer);
        let long_gone = departed.is_some_and(|at| now.since(*at) >= FAREWELL);
        (!long_gone).then_some(peer)
    }
}

fn lists(members: &[(Leaf, PeerId)], peer: PeerId) -> bool {
    members.iter().any(|(_, member)| *member == peer)
}
