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
    packages: BTreeSet<(PeerId, KeyPackageRef)>,
    past: Vec<(Epoch, BranchDigest)>,
    commits: VecDeque<Vec<u8>>,
    /// Made by us; and made by others, who may go away with theirs.
    own_welcomes: Welcomes,
    kept_welcomes: Welcomes,
}

type Welcomes = VecDeque<(Vec<KeyPackageRef>, Vec<u8>)>;

impl<J> Default for Archive<J> {
    fn default() -> Self {
        Self {
            used: VecDeque::new(),
            joiners: BTreeMap::new(),
            packages: BTreeSet::new(),
            past: Vec::new(),
            commits: VecDeque::new(),
            own_welcomes: VecDeque::new(),
            kept_welcomes: VecDeque::new(),
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

    pub fn retain_joiners(&mut self, keep: impl Fn(PeerId, KeyPackageRef, &J) -> bool) {
        let before = self.joiners.len();
        self.joiners
            .retain(|peer, waiting| keep(*peer, waiting.reference, &waiting.joiner));
        if self.joiners.len() < before {
            self.index();
        }
    }

    fn index(&mut self) {
        let waiting = self.joiners.iter();
        let packages = waiting.map(|(peer, waiting)| (*peer, waiting.reference));
        self.packages = packages.collect();
    }

    /// Whose key packages are here.
    pub fn packages(&self) -> &BTreeSet<(PeerId, KeyPackageRef)> {
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

    /// Keeps a Welcome of ours.
    pub fn keep_own_welcome(&mut self, added: Vec<KeyPackageRef>, welcome: Vec<u8>) {
        push_bounded(&mut self.own_welcomes, MAX_WELCOMES, (added, welcome));
    }

    /// Keeps a Welcome that another member may take with it. Anybody can send one that leads
    /// nowhere: it never takes the place of ours.
    pub fn keep_welcome(&mut self, added: Vec<KeyPackageRef>, welcome: Vec<u8>) {
        if !self
            .kept_welcomes
            .iter()
            .any(|(_, known)| *known == welcome)
        {
            push_bounded(&mut self.kept_welcomes, MAX_WELCOMES, (added, welcome));
        }
    }

    /// The Welcomes for a key package: ours, or else whatever was kept.
    pub fn welcomes(&self, added: KeyPackageRef) -> Vec<&[u8]> {
        let ours = matching(&self.own_welcomes, added);
        if ours.is_empty() {
            matching(&self.kept_welcomes, added)
        } else {
            ours
        }
    }

    /// Another group: what belonged to the old one helps nobody.
    pub fn leave_group(&mut self) {
        self.past.clear();
        self.commits.clear();
        self.own_welcomes.clear();
        self.kept_welcomes.clear();
    }
}

fn matching(welcomes: &Welcomes, added: KeyPackageRef) -> Vec<&[u8]> {
    let matching = welcomes
        .iter()
        .filter(|(references, _)| references.contains(&added));
    matching.map(|(_, welcome)| &welcome[..]).collect()
}

fn push_bounded<T>(queue: &mut VecDeque<T>, bound: usize, item: T) {
    if queue.len() >= bound {
        queue.pop_front();
    }
    queue.push_back(item);
}
