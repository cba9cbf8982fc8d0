//! What a call keeps of its past, for a short while and within bounds: commits and Welcomes that
//! somebody may have lost, key packages that wait, and who held which leaf in which epoch.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::{
    group::Joiner,
    ids::{Epoch, KeyPackageRef, Leaf, PeerId},
    media::EpochId,
};

const MAX_COMMITS: usize = 8;
const MAX_WELCOMES: usize = 4;
const MAX_EPOCHS: usize = 8;

#[derive(Default)]
pub struct Archive {
    joiners: BTreeMap<PeerId, Joiner>,
    packages: BTreeSet<KeyPackageRef>,
    commits: VecDeque<(Epoch, Vec<u8>)>,
    welcomes: VecDeque<(Vec<PeerId>, Vec<u8>)>,
    epochs: VecDeque<(EpochId, Vec<(Leaf, PeerId)>)>,
}

impl Archive {
    /// Keeps a key package; the caller has checked that its owner is in the roster, which bounds
    /// how many there can be.
    pub fn keep_joiner(&mut self, joiner: Joiner) {
        self.joiners.insert(joiner.peer, joiner);
        self.index();
    }

    pub fn joiner(&self, peer: PeerId, reference: KeyPackageRef) -> Option<&Joiner> {
        self.joiners
            .get(&peer)
            .filter(|joiner| joiner.reference == reference)
    }

    pub fn forget_joiner(&mut self, peer: PeerId) {
        self.joiners.remove(&peer);
        self.index();
    }

    pub fn retain_joiners(&mut self, keep: impl Fn(PeerId) -> bool) {
        self.joiners.retain(|peer, _| keep(*peer));
        self.index();
    }

    fn index(&mut self) {
        self.packages = self
            .joiners
            .values()
            .map(|joiner| joiner.reference)
            .collect();
    }

    /// The key packages that are here.
    pub fn packages(&self) -> &BTreeSet<KeyPackageRef> {
        &self.packages
    }

    /// The earliest epoch whose commit is still here.
    pub fn oldest_commit(&self) -> Option<Epoch> {
        self.commits.front().map(|(epoch, _)| *epoch)
    }

    pub fn keep_commit(&mut self, ended: Epoch, commit: Vec<u8>) {
        push_bounded(&mut self.commits, MAX_COMMITS, (ended, commit));
    }

    pub fn commit(&self, ended: Epoch) -> Option<&[u8]> {
        self.commits
            .iter()
            .find(|(epoch, _)| *epoch == ended)
            .map(|(_, commit)| &commit[..])
    }

    pub fn keep_welcome(&mut self, added: Vec<PeerId>, welcome: Vec<u8>) {
        push_bounded(&mut self.welcomes, MAX_WELCOMES, (added, welcome));
    }

    pub fn welcome(&self, peer: PeerId) -> Option<&[u8]> {
        let found = self
            .welcomes
            .iter()
            .rev()
            .find(|(added, _)| added.contains(&peer));
        found.map(|(_, welcome)| &welcome[..])
    }

    pub fn keep_epoch(&mut self, epoch: EpochId, members: Vec<(Leaf, PeerId)>) {
        push_bounded(&mut self.epochs, MAX_EPOCHS, (epoch, members));
    }

    pub fn member(&self, epoch: EpochId, leaf: Leaf) -> Option<PeerId> {
        let (_, members) = self.epochs.iter().find(|(id, _)| *id == epoch)?;
        members
            .iter()
            .find(|(index, _)| *index == leaf)
            .map(|(_, peer)| *peer)
    }

    /// Another group: what belonged to the old one helps nobody.
    pub fn leave_group(&mut self) {
        self.commits.clear();
        self.welcomes.clear();
    }
}

fn push_bounded<T>(queue: &mut VecDeque<T>, bound: usize, item: T) {
    if queue.len() >= bound {
        queue.pop_front();
    }
    queue.push_back(item);
}
