//! What a participant keeps of its group's past, for a short while and within bounds: commits and
//! Welcomes that somebody may have lost, and key packages that wait.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::ids::{BranchDigest, Epoch, KeyPackageRef, PeerId};

/// R7: the Commits that are kept.
pub const MAX_COMMITS: usize = 8;
/// R11: the used key packages that are remembered.
const MAX_USED: usize = 64;
/// R9: the Welcomes that are kept.
pub const MAX_WELCOMES: usize = 4;

#[derive(Clone, Hash)]
struct Waiting<J> {
    reference: KeyPackageRef,
    message: Vec<u8>,
    joiner: J,
}

#[derive(Clone, Hash)]
pub struct Archive<J> {
    /// Key packages that were used, newest last.
    used: VecDeque<KeyPackageRef>,
    joiners: BTreeMap<PeerId, Waiting<J>>,
    packages: BTreeSet<KeyPackageRef>,
    past: Vec<(Epoch, BranchDigest)>,
    commits: VecDeque<Vec<u8>>,
    welcomes: VecDeque<(Vec<KeyPackageRef>, Vec<u8>)>,
}

impl<J> Default for Archive<J> {
    fn default() -> Self {
        Self {
            used: VecDeque::new(),
            joiners: BTreeMap::new(),
            packages: BTreeSet::new(),
            past: Vec::new(),
            commits: VecDeque::new(),
            welcomes: VecDeque::new(),
        }
    }
}

impl<J> Archive<J> {
    /// Keeps a key package; the caller has checked that its owner is in the roster, which bounds
    /// how many there can be.
    pub fn keep_joiner(
        &mut self,
        peer: PeerId,
        reference: KeyPackageRef,
        message: &[u8],
        joiner: J,
    ) {
        if self.used.contains(&reference) {
            return;
        }
        let message = message.to_vec();
        let waiting = Waiting {
            reference,
            message,
            joiner,
        };
        self.joiners.insert(peer, waiting);
        self.index();
    }

    /// Whether this very message was taken in before: checking it again would be dear.
    pub fn knows_key_package(&self, message: &[u8]) -> bool {
        let mut waiting = self.joiners.values();
        waiting.any(|waiting| waiting.message == message)
    }

    pub fn joiner(&self, peer: PeerId, reference: KeyPackageRef) -> Option<&J> {
        let waiting = self.joiners.get(&peer)?;
        (waiting.reference == reference).then_some(&waiting.joiner)
    }

    /// A key package was used, and is not to be used again.
    pub fn note_used(&mut self, peer: PeerId, reference: KeyPackageRef) {
        push_bounded(&mut self.used, MAX_USED, reference);
        self.forget_joiner(peer);
    }

    pub fn forget_joiner(&mut self, peer: PeerId) {
        self.joiners.remove(&peer);
        self.index();
    }

    pub fn retain_joiners(&mut self, keep: impl Fn(PeerId, &J) -> bool) {
        self.joiners
            .retain(|peer, waiting| keep(*peer, &waiting.joiner));
        self.index();
    }

    fn index(&mut self) {
        let waiting = self.joiners.values();
        self.packages = waiting.map(|waiting| waiting.reference).collect();
    }

    /// The key packages that are here.
    pub fn packages(&self) -> &BTreeSet<KeyPackageRef> {
        &self.packages
    }

    /// The epochs whose commits are here.
    pub fn past(&self) -> &[(Epoch, BranchDigest)] {
        &self.past
    }

    /// Keeps the commit that ended an epoch.
    pub fn keep_commit(&mut self, ended: (Epoch, BranchDigest), commit: Vec<u8>) {
        if self.past.len() >= MAX_COMMITS {
            self.past.remove(0);
        }
        self.past.push(ended);
        push_bounded(&mut self.commits, MAX_COMMITS, commit);
    }

    pub fn commit(&self, ended: Epoch) -> Option<&[u8]> {
        let at = self.past.iter().position(|(epoch, _)| *epoch == ended)?;
        self.commits.get(at).map(|commit| &commit[..])
    }

    /// Keeps a Welcome, ours or one that another member may take with it.
    pub fn keep_welcome(&mut self, added: Vec<KeyPackageRef>, welcome: Vec<u8>) {
        if !self.welcomes.iter().any(|(_, known)| *known == welcome) {
            push_bounded(&mut self.welcomes, MAX_WELCOMES, (added, welcome));
        }
    }

    pub fn welcome(&self, added: KeyPackageRef) -> Option<&[u8]> {
        let mut newest_first = self.welcomes.iter().rev();
        let found = newest_first.find(|(references, _)| references.contains(&added));
        found.map(|(_, welcome)| &welcome[..])
    }

    /// Another group: what belonged to the old one helps nobody.
    pub fn leave_group(&mut self) {
        self.past.clear();
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
