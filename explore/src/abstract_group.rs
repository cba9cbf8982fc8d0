//! A group without cryptography, in which everything that MLS promises is plain to see: whoever
//! knows an epoch's secret was in it, a Commit opens only with the secret of the epoch that it
//! ends, a Welcome only with the key package that it is for. Its [`Flaw`]s break one promise each,
//! to show that the laws notice.

use sotto_core::{
    group::{Committed, GroupError, Groups, Merged},
    ids::{BranchDigest, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    wire::Standing,
};
use tls_codec::{DeserializeBytes, Serialize, TlsDeserializeBytes, TlsSerialize, TlsSize};

/// A promise that a group may be made to break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// A joiner believes to hold its neighbour's leaf.
    WrongLeaf,
    /// A removal leaves the leaf where it is.
    RemovesNobody,
    /// Everyone who is added is named twice.
    AddsTwice,
    /// A Commit moves the group two epochs on.
    SkipsAnEpoch,
    /// Nobody knows by which key package a member came.
    ForgetsHowTheyCame,
    /// Every Welcome is taken for ours, and opens.
    AnyWelcome,
    /// A Welcome leads to a group that its joiner wasn't added to.
    WelcomesWithoutAdding,
    /// The digest says nothing about who is a member.
    BlindDigest,
    /// No group takes the fourth participant.
    RefusesTheFourth,
    /// Whoever is removed follows all the same.
    RemovedFollow,
}

/// One participant's groups.
#[derive(Clone, Hash)]
pub struct Abstract {
    peer: PeerId,
    made: u64,
    flaw: Option<Flaw>,
}

impl Abstract {
    /// The groups of a participant.
    pub fn new(peer: PeerId, flaw: Option<Flaw>) -> Self {
        let made = 0;
        Self { peer, made, flaw }
    }

    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn fresh(&mut self) -> u64 {
        self.made += 1;
        digest(&(self.peer, self.made))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize)]
struct Member {
    leaf: Leaf,
    peer: PeerId,
    /// The key package that its leaf is from; a leaf that was renewed is from none.
    reference: Option<KeyPackageRef>,
}

/// An epoch of a group, as whoever is in it knows it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize)]
pub struct Shared {
    id: GroupId,
    epoch: Epoch,
    secret: u64,
    members: Vec<Member>,
    /// Every key package that was used on the way here.
    used: Vec<KeyPackageRef>,
}

/// A group that a participant is in.
#[derive(Clone, Hash)]
pub struct Group {
    shared: Shared,
    own: Leaf,
}

impl Group {
    /// Every key package that was used on the way to this epoch.
    pub fn used(&self) -> &[KeyPackageRef] {
        &self.shared.used
    }
}

/// A key package.
#[derive(Clone, Hash)]
pub struct Candidate {
    reference: KeyPackageRef,
    message: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize)]
/// Somebody else's key package.
pub struct Joiner {
    /// Who.
    pub peer: PeerId,
    reference: KeyPackageRef,
}

/// A Commit.
#[derive(Clone, Debug, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize)]
pub struct Commit {
    id: GroupId,
    epoch: Epoch,
    /// Known to those alone who can open it.
    secret: u64,
    by: Leaf,
    /// Whom it adds.
    pub add: Vec<Joiner>,
    /// Which leaves it removes.
    pub remove: Vec<Leaf>,
    nonce: u64,
}

impl Commit {
    /// Reads a Commit.
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        Self::tls_deserialize_exact_bytes(bytes).ok()
    }

    /// The group and the epoch that it ends.
    pub fn ends(&self) -> (GroupId, Epoch) {
        (self.id, self.epoch)
    }

    /// Whether it names anybody twice.
    pub fn repeats_itself(&self) -> bool {
        let twice = |count: usize, distinct: usize| count != distinct;
        let added: std::collections::BTreeSet<_> = self.add.iter().map(|it| it.peer).collect();
        let removed: std::collections::BTreeSet<_> = self.remove.iter().collect();
        twice(self.add.len(), added.len()) || twice(self.remove.len(), removed.len())
    }
}

#[derive(Clone, Debug, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize)]
struct Welcome {
    to: Vec<KeyPackageRef>,
    shared: Shared,
}

/// The key packages that a Welcome was made for.
pub fn made_for(welcome: &[u8]) -> Vec<KeyPackageRef> {
    Welcome::tls_deserialize_exact_bytes(welcome).map_or_else(|_| Vec::new(), |read| read.to)
}

impl Shared {
    fn apply(&self, commit: &Commit, flaw: Option<Flaw>) -> Shared {
        let mut next = self.clone();
        let stays = flaw == Some(Flaw::RemovesNobody);
        // A path gives its sender a new leaf, which doesn't tell how it came (RFC 9420 section 7.6).
        if !commit.remove.is_empty() || commit.add.is_empty() {
            let mut members = next.members.iter_mut();
            let sender = members.find(|member| member.leaf == commit.by);
            sender.into_iter().for_each(|it| it.reference = None);
        }
        next.members
            .retain(|member| stays || !commit.remove.contains(&member.leaf));
        for joiner in &commit.add {
            let leaf = next.free_leaf();
            let Joiner { peer, reference } = *joiner;
            next.members.push(Member {
                leaf,
                peer,
                reference: Some(reference),
            });
            next.members.sort_by_key(|member| member.leaf);
            next.used.push(joiner.reference);
        }
        let step = if flaw == Some(Flaw::SkipsAnEpoch) {
            2
        } else {
            1
        };
        next.epoch = Epoch(self.epoch.0 + step);
        next.secret = digest(&(self.secret, bytes(commit)));
        next
    }

    fn free_leaf(&self) -> Leaf {
        let taken = |leaf: &u32| self.members.iter().any(|member| member.leaf.0 == *leaf);
        Leaf((0..).find(|leaf| !taken(leaf)).unwrap_or(u32::MAX))
    }

    fn leaf_of(&self, peer: PeerId) -> Option<Leaf> {
        let mut members = self.members.iter();
        members
            .find(|member| member.peer == peer)
            .map(|member| member.leaf)
    }
}

impl Groups for Abstract {
    type Group = Group;
    type Candidate = Candidate;
    type Joiner = Joiner;
    type MediaKey = u64;

    fn peer(&self) -> PeerId {
        self.peer
    }

    fn found(&mut self) -> Result<Group, GroupError> {
        let secret = self.fresh();
        let mut id = [0; 16];
        id[..8].copy_from_slice(&secret.to_be_bytes());
        let own = Leaf(0);
        let founder = Member {
            leaf: own,
            peer: self.peer,
            reference: None,
        };
        let shared = Shared {
            id: GroupId(id),
            epoch: Epoch(0),
            secret,
            members: vec![founder],
            used: Vec::new(),
        };
        Ok(Group { shared, own })
    }

    fn candidate(&mut self) -> Result<Candidate, GroupError> {
        let mut reference = [0; 32];
        reference[..8].copy_from_slice(&self.fresh().to_be_bytes());
        let reference = KeyPackageRef(reference);
        let joiner = Joiner {
            peer: self.peer,
            reference,
        };
        let message = bytes(&joiner);
        Ok(Candidate { reference, message })
    }

    fn announcement<'c>(&self, candidate: &'c Candidate) -> (KeyPackageRef, &'c [u8]) {
        (candidate.reference, &candidate.message)
    }

    fn reference(&self, message: &[u8]) -> Option<KeyPackageRef> {
        let joiner = Joiner::tls_deserialize_exact_bytes(message).ok()?;
        Some(joiner.reference)
    }

    fn read_key_package(&self, message: &[u8]) -> Result<Joiner, GroupError> {
        Joiner::tls_deserialize_exact_bytes(message).map_err(|_| GroupError::PeerMisbehaved)
    }

    fn joiner(&self, joiner: &Joiner) -> (PeerId, KeyPackageRef) {
        (joiner.peer, joiner.reference)
    }

    fn welcomed(&self, welcome: &[u8]) -> Vec<KeyPackageRef> {
        if self.has(Flaw::AnyWelcome) {
            let mut guess = self.clone();
            let own = (0..=self.made).filter_map(|made| {
                guess.made = made;
                guess.candidate().ok()
            });
            return own.map(|candidate| candidate.reference).collect();
        }
        made_for(welcome)
    }

    fn join(
        &mut self,
        candidate: Candidate,
        welcome: &[u8],
        fits: impl FnOnce(GroupId, &[(Leaf, PeerId)]) -> bool,
    ) -> Result<Group, (Candidate, GroupError)> {
        let Ok(Welcome { to, shared }) = Welcome::tls_deserialize_exact_bytes(welcome) else {
            return Err((candidate, GroupError::PeerMisbehaved));
        };
        let opens = to.contains(&candidate.reference) || self.has(Flaw::AnyWelcome);
        let own = shared.leaf_of(self.peer);
        let own = own.or_else(|| self.flaw.map(|_| Leaf(0)));
        let own = own.filter(|_| opens).map(|Leaf(leaf)| {
            let wrong = u32::from(self.has(Flaw::WrongLeaf));
            Leaf(leaf.saturating_sub(wrong))
        });
        let group = own.map(|own| Group { shared, own });
        group
            .filter(|group| fits(group.shared.id, &self.members(group)))
            .ok_or((candidate, GroupError::PeerMisbehaved))
    }

    fn commit(
        &mut self,
        group: &mut Group,
        add: &[&Joiner],
        remove: &[Leaf],
        _longest: usize,
    ) -> Result<Committed, GroupError> {
        let fourth = add.iter().any(|joiner| joiner.peer == PeerId([4; 16]));
        if fourth && self.has(Flaw::RefusesTheFourth) {
            return Err(GroupError::Internal);
        }
        let repeats = if self.has(Flaw::AddsTwice) { 2 } else { 1 };
        let added = (0..repeats).flat_map(|_| add.iter().map(|joiner| **joiner));
        let commit = Commit {
            id: group.shared.id,
            epoch: group.shared.epoch,
            secret: group.shared.secret,
            by: group.own,
            add: added.collect(),
            remove: remove.to_vec(),
            nonce: self.fresh(),
        };
        let before = group.shared.clone();
        group.shared = before.apply(&commit, self.flaw);
        let mut welcome = Welcome {
            to: add.iter().map(|joiner| joiner.reference).collect(),
            shared: group.shared.clone(),
        };
        if self.has(Flaw::WelcomesWithoutAdding) {
            welcome.shared.members = before.members;
            welcome.shared.used = before.used;
        }
        Ok(Committed {
            commit: bytes(&commit),
            welcome: (!add.is_empty()).then(|| bytes(&welcome)),
        })
    }

    fn receive(&mut self, group: &mut Group, commit: &[u8]) -> Result<Merged, GroupError> {
        let commit = Commit::parse(commit).ok_or(GroupError::PeerMisbehaved)?;
        let here = &group.shared;
        if commit.id != here.id || commit.epoch != here.epoch {
            return Err(GroupError::NotForUs);
        }
        let by = here.members.iter().find(|member| member.leaf == commit.by);
        let by = by.filter(|_| commit.secret == here.secret);
        let by = by.ok_or(GroupError::PeerMisbehaved)?.peer;
        let removed = commit.remove.contains(&group.own);
        group.shared = here.apply(&commit, self.flaw);
        if removed && !self.has(Flaw::RemovedFollow) {
            return Ok(Merged::Removed);
        }
        let added = commit.add.iter().map(|it| (it.peer, it.reference));
        Ok(Merged::Advanced {
            by,
            added: added.collect(),
            update: commit.add.is_empty() && commit.remove.is_empty(),
        })
    }

    fn standing(&self, group: &Group) -> Standing {
        let Shared {
            id, epoch, secret, ..
        } = group.shared;
        let secret = if self.has(Flaw::BlindDigest) {
            digest(&(id, epoch))
        } else {
            secret
        };
        Standing {
            group: id,
            epoch,
            digest: BranchDigest(secret.to_be_bytes()),
            leaf: group.own,
        }
    }

    fn members(&self, group: &Group) -> Vec<(Leaf, PeerId)> {
        let members = group.shared.members.iter();
        members.map(|member| (member.leaf, member.peer)).collect()
    }

    fn holds(&self, group: &Group, joiner: &Joiner) -> bool {
        let mut members = group.shared.members.iter();
        let knows = !self.has(Flaw::ForgetsHowTheyCame);
        knows && members.any(|member| member.reference == Some(joiner.reference))
    }

    fn media_key(&self, group: &Group) -> Result<u64, GroupError> {
        Ok(group.shared.secret)
    }
}

fn bytes(value: &impl Serialize) -> Vec<u8> {
    value
        .tls_serialize_detached()
        .expect("small values are within the codec's bounds")
}

/// FNV-1a with a finish: the same on every machine and in every version, as the counts of states
/// must be.
fn digest(value: &impl Serialize) -> u64 {
    let fold = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    let hash = bytes(value).iter().fold(0xcbf2_9ce4_8422_2325, fold);
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}
