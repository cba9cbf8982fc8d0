//! One participant's groups in real MLS: its identity, its randomness, and the suite.

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};
use zeroize::Zeroizing;

use super::{Candidate, Committed, Group, GroupError, Groups, Joiner, Merged};
use crate::{
    identity::Identity,
    ids::{GroupId, KeyPackageRef, Leaf, PeerId},
    media::BaseKey,
    safety::branch_digest,
    wire::Standing,
};

/// See the module's text.
pub struct Mls {
    identity: Identity,
    rng: ChaCha20Rng,
}

impl Mls {
    /// A fresh identity, and all its later randomness, from the caller's generator.
    pub fn new(mut rng: ChaCha20Rng) -> Self {
        let identity = Identity::generate(&mut rng);
        Self { identity, rng }
    }

    /// Who signs for the participant.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// A generator of its own for a group or key package, which outlive the borrow.
    fn fork(&mut self) -> ChaCha20Rng {
        let mut seed = Zeroizing::new([0; 32]);
        self.rng.fill_bytes(seed.as_mut());
        ChaCha20Rng::from_seed(*seed)
    }
}

impl Groups for Mls {
    type Group = Group;
    type Candidate = Candidate;
    type Joiner = Joiner;
    type MediaKey = BaseKey;

    fn peer(&self) -> PeerId {
        self.identity.peer()
    }

    fn found(&mut self) -> Result<Group, GroupError> {
        let mut id = [0; 16];
        self.rng.fill_bytes(&mut id);
        let rng = self.fork();
        Group::found(&self.identity, GroupId(id), rng)
    }

    fn candidate(&mut self) -> Result<Candidate, GroupError> {
        let rng = self.fork();
        Candidate::new(&self.identity, rng)
    }

    fn announcement<'c>(&self, candidate: &'c Candidate) -> (KeyPackageRef, &'c [u8]) {
        (candidate.reference(), candidate.message())
    }

    fn reference(&self, message: &[u8]) -> Option<KeyPackageRef> {
        super::claimed_reference(message)
    }

    fn read_key_package(&self, message: &[u8]) -> Result<Joiner, GroupError> {
        Joiner::parse(message)
    }

    fn joiner(&self, joiner: &Joiner) -> (PeerId, KeyPackageRef) {
        (joiner.peer, joiner.reference)
    }

    fn welcomed(&self, welcome: &[u8]) -> Vec<KeyPackageRef> {
        super::welcomed(welcome)
    }

    fn join(
        &mut self,
        candidate: Candidate,
        welcome: &[u8],
        fits: impl FnOnce(GroupId, &[(Leaf, PeerId)]) -> bool,
    ) -> Result<Group, (Candidate, GroupError)> {
        candidate
            .join(welcome, fits)
            .map_err(|rejected| (rejected.candidate, rejected.error))
    }

    fn commit(
        &mut self,
        group: &mut Group,
        add: &[&Joiner],
        remove: &[Leaf],
        longest: usize,
    ) -> Result<Committed, GroupError> {
        group.commit_within(&self.identity, add, remove, longest)
    }

    fn receive(&mut self, group: &mut Group, commit: &[u8]) -> Result<Merged, GroupError> {
        group.receive(commit)
    }

    fn standing(&self, group: &Group) -> Standing {
        Standing {
            group: group.id(),
            epoch: group.epoch(),
            digest: branch_digest(group.epoch_authenticator()),
            leaf: group.own_leaf(),
        }
    }

    fn members(&self, group: &Group) -> Vec<(Leaf, PeerId)> {
        group.members()
    }

    fn holds(&self, group: &Group, joiner: &Joiner) -> bool {
        group.holds(joiner)
    }

    fn media_key(&self, group: &Group) -> Result<BaseKey, GroupError> {
        group.media_base_key()
    }
}
