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
/// R7 and R9: the bytes of Commits that are kept, of our Welcomes, and of the others': of each.
pub const MAX_KEPT: usize = 8 * 1024 * 1024;

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
        if self.used.len() >= MAX_USED {
            self.used.pop_front();
        }
        self.used.push_back(reference);
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
        self.past.push(ended);
        self.commits.push_back(commit);
        while self.commits.len() > MAX_COMMITS || bytes(self.commits.iter()) > MAX_KEPT {
            self.commits.pop_front();
            self.past.remove(0);
        }
    }

    pub fn commit(&self, ended: Epoch) -> Option<&[u8]> {
        let at = self.past.iter().position(|(epoch, _)| *epoch == ended)?;
        self.commits.get(at).map(|commit| &commit[..])
    }

    /// Keeps a Welcome of ours.
    pub fn keep_own_welcome(&mut self, added: Vec<KeyPackageRef>, welcome: Vec<u8>) {
        keep(&mut self.own_welcomes, (added, welcome));
    }

    /// Keeps a Welcome that another member may take with it. Anybody can send one that leads
    /// nowhere: it never takes the place of ours.
    pub fn keep_welcome(&mut self, added: Vec<KeyPackageRef>, welcome: Vec<u8>) {
        if !self
            .kept_welcomes
            .iter()
            .any(|(_, known)| *known == welcome)
        {
            keep(&mut self.kept_welcomes, (added, welcome));
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

/// The newest stay.
fn keep(welcomes: &mut Welcomes, newest: (Vec<KeyPackageRef>, Vec<u8>)) {
    welcomes.push_back(newest);
    let held = |welcomes: &Welcomes| bytes(welcomes.iter().map(|(_, welcome)| welcome));
    while welcomes.len() > MAX_WELCOMES || held(welcomes) > MAX_KEPT {
        welcomes.pop_front();
    }
}

fn bytes<'a>(messages: impl Iterator<Item = &'a Vec<u8>>) -> usize {
    messages.map(Vec::len).sum()
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::wire::MAX_MESSAGE;

    fn reference(number: u8) -> KeyPackageRef {
        KeyPackageRef([number; 32])
    }

    fn ended(number: u8) -> (Epoch, BranchDigest) {
        (Epoch(number.into()), BranchDigest([number; 8]))
    }

    #[test]
    fn r11_the_last_64_used_key_packages_are_not_taken_again() {
        let mut archive = Archive::<u8>::default();
        let peer = PeerId([1; 16]);
        (0..65).for_each(|number| archive.note_used(peer, reference(number)));
        assert_eq!(archive.used.len(), MAX_USED);
        archive.keep_joiner(peer, reference(1), b"used", 1);
        assert!(archive.packages().is_empty());
        archive.keep_joiner(peer, reference(0), b"used long ago", 0);
        assert_eq!(archive.packages(), &BTreeSet::from([(peer, reference(0))]));
    }

    #[test]
    fn b5_one_key_package_of_each_is_kept() {
        let mut archive = Archive::<u8>::default();
        let peer = PeerId([1; 16]);
        (0..9).for_each(|number| archive.keep_joiner(peer, reference(number), &[number], number));
        assert_eq!(archive.packages(), &BTreeSet::from([(peer, reference(8))]));
    }

    #[test]
    fn r7_the_last_eight_commits_are_kept() {
        let mut archive = Archive::<u8>::default();
        (0..9).for_each(|number| archive.keep_commit(ended(number), vec![number]));
        assert_eq!(archive.past().len(), MAX_COMMITS);
        assert_eq!(archive.commit(Epoch(0)), None);
        let kept = (1..9).map(|number| archive.commit(Epoch(number)).map(<[u8]>::to_vec));
        assert!(kept.eq((1..9).map(|number| Some(vec![number]))));
    }

    #[test]
    fn r7_commits_are_bounded_in_bytes_too() {
        let mut archive = Archive::<u8>::default();
        (0..8).for_each(|number| archive.keep_commit(ended(number), vec![number; MAX_MESSAGE]));
        assert_eq!(archive.past(), [ended(6), ended(7)]);
        assert_eq!(bytes(archive.commits.iter()), MAX_KEPT);
    }

    #[test]
    fn r9_four_welcomes_of_ours_are_kept_and_four_of_others() {
        let mut archive = Archive::<u8>::default();
        for number in 0..100 {
            archive.keep_own_welcome(vec![reference(number)], vec![number]);
            archive.keep_welcome(vec![reference(100 + number)], vec![100 + number]);
        }
        let kept = |first: u8| {
            (first..first + 100).filter(|it| !archive.welcomes(reference(*it)).is_empty())
        };
        assert!(kept(0).eq(96..100));
        assert!(kept(100).eq(196..200));
    }

    #[test]
    fn r9_all_that_name_a_key_package_are_sent() {
        let mut archive = Archive::<u8>::default();
        for welcome in [b"genuine", b"no good", b"genuine"] {
            archive.keep_welcome(vec![reference(1), reference(2)], welcome.to_vec());
        }
        archive.keep_welcome(vec![reference(2)], b"another".to_vec());
        assert_eq!(archive.welcomes(reference(1)), [b"genuine", b"no good"]);
    }

    #[test]
    fn r9_welcomes_are_bounded_in_bytes_too() {
        let mut archive = Archive::<u8>::default();
        for number in 0..4 {
            archive.keep_welcome(vec![reference(number)], vec![number; MAX_MESSAGE]);
        }
        assert!(archive.welcomes(reference(1)).is_empty());
        assert_eq!(archive.welcomes(reference(2)).len(), 1);
    }
}
