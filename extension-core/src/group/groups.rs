//! What a call needs of groups, in plain values. [`super::Mls`] is the one that ships; the explorer
//! has an abstract one, so that the membership machine itself can be explored.

use crate::ids::{GroupId, KeyPackageRef, Leaf, PeerId};
use crate::wire::Standing;

/// What went wrong in a group, sorted by whose doing it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum GroupError {
    /// A message that isn't what it should be, or breaks a rule.
    #[error("a peer sent an invalid MLS message")]
    PeerMisbehaved,
    /// A message for another epoch, group or member: no one's fault.
    #[error("an MLS message that is not for this state")]
    NotForUs,
    /// A key package under another suite or version.
    #[error("a peer uses an MLS suite or version that we don't")]
    Unsupported,
    /// The group can't grow further.
    #[error("the group is full")]
    Full,
    /// Ours.
    #[error("an internal error of the group")]
    Internal,
}

/// What a commit of ours puts on the wire.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The Commit, for the members of the epoch that it ends.
    pub commit: Vec<u8>,
    /// The Welcome, for those that it adds.
    pub welcome: Option<Vec<u8>>,
}

/// What a Commit of another member did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// The group is one epoch on.
    Advanced {
        /// Whose Commit it was.
        by: PeerId,
        /// Who was added, with which key package.
        added: Vec<(PeerId, KeyPackageRef)>,
        /// Whether it did nothing but renew its sender's leaf.
        update: bool,
    },
    /// We are no longer in it.
    Removed,
}

/// Makes and moves the groups of one participant.
pub trait Groups {
    /// A group that the participant is a member of.
    type Group;
    /// A key package of its own that waits to be added.
    type Candidate;
    /// A key package of somebody else, checked.
    type Joiner: Clone;
    /// What an epoch's media keys are derived from.
    type MediaKey;

    /// The participant.
    fn peer(&self) -> PeerId;

    /// A fresh group with nobody else in it.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    fn found(&mut self) -> Result<Self::Group, GroupError>;

    /// A fresh key package.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    fn candidate(&mut self) -> Result<Self::Candidate, GroupError>;

    /// A key package's reference, and the message that announces it.
    fn announcement<'c>(&self, candidate: &'c Self::Candidate) -> (KeyPackageRef, &'c [u8]);

    /// The reference of somebody's key package, nothing of it checked. It costs no more than a digest.
    fn reference(&self, message: &[u8]) -> Option<KeyPackageRef>;

    /// Checks somebody's key package.
    ///
    /// # Errors
    /// [`GroupError::Unsupported`] for another suite, else [`GroupError::PeerMisbehaved`].
    fn read_key_package(&self, message: &[u8]) -> Result<Self::Joiner, GroupError>;

    /// Whose key package it is, and its reference.
    fn joiner(&self, joiner: &Self::Joiner) -> (PeerId, KeyPackageRef);

    /// The key packages that a Welcome is for.
    fn welcomed(&self, welcome: &[u8]) -> Vec<KeyPackageRef>;

    /// Joins the group that a Welcome leads to, if its id and its
    /// members fit.
    ///
    /// # Errors
    /// Says why not, and gives the key package back as it was.
    fn join(
        &mut self,
        candidate: Self::Candidate,
        welcome: &[u8],
        fits: impl FnOnce(GroupId, &[(Leaf, PeerId)]) -> bool,
    ) -> Result<Self::Group, (Self::Candidate, GroupError)>;

    /// Commits joins and removals and moves to the epoch that they make. With neither, it renews
    /// our own leaf. Neither Commit nor Welcome may be longer than `longest`: nobody would get it.
    ///
    /// # Errors
    /// [`GroupError::Full`] or [`GroupError::Internal`]; the group is as before then.
    fn commit(
        &mut self,
        group: &mut Self::Group,
        add: &[&Self::Joiner],
        remove: &[Leaf],
        longest: usize,
    ) -> Result<Committed, GroupError>;

    /// Merges a Commit of another member.
    ///
    /// # Errors
    /// [`GroupError::NotForUs`] or [`GroupError::PeerMisbehaved`]; the group is as before then.
    fn receive(&mut self, group: &mut Self::Group, commit: &[u8]) -> Result<Merged, GroupError>;

    /// Where the participant stands in a group.
    fn standing(&self, group: &Self::Group) -> Standing;

    /// Everyone in a group, by leaf.
    fn members(&self, group: &Self::Group) -> Vec<(Leaf, PeerId)>;

    /// Whether somebody is in a group by this very key package: it is used, then.
    fn holds(&self, group: &Self::Group, joiner: &Self::Joiner) -> bool;

    /// The media key of the group's present epoch.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    fn media_key(&self, group: &Self::Group) -> Result<Self::MediaKey, GroupError>;
}
