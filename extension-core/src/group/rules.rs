//! What a group must be beyond what MLS asks for: PROTOCOL.md section 1, by the ids named here (G1
//! and on). Every member judges alike, and from what is in the group alone: what one took and
//! another refused would part them.

use openmls::prelude::{
    Capabilities, Credential, CredentialType, ExtensionValidator, Extensions, KeyPackage, LeafNode,
    Lifetime, MlsGroup, Proposal, RatchetTreeIn, Sender, StagedCommit,
};
use tls_codec::{DeserializeBytes, Serialize, Size, VLBytes};
use x_wing::EncapsulationKey;

use super::{CIPHERSUITE, GroupError, group_id};
use crate::{ids::PeerId, media::MAX_MEMBERS};

/// G2: what every leaf says that it can.
pub(super) fn capabilities() -> Capabilities {
    Capabilities::builder()
        .ciphersuites(vec![CIPHERSUITE])
        .build()
}

/// G9: a key package is for one call, and no clock is to be trusted: neither ours nor its sender's.
pub(super) fn unlimited() -> Lifetime {
    Lifetime::init(0, u64::MAX)
}

/// Whose key package it is, if it keeps the rules.
pub(super) fn check_key_package(key_package: &KeyPackage) -> Result<PeerId, GroupError> {
    if key_package.ciphersuite() != CIPHERSUITE {
        return Err(GroupError::Unsupported);
    }
    must(*key_package.life_time() == unlimited())?;
    must(is_empty(key_package.extensions()))?;
    check_key(key_package.hpke_init_key())?;
    check_leaf(key_package.leaf_node())
}

/// G2, G3, G5 and G12: whose leaf it is.
fn check_leaf(leaf: &LeafNode) -> Result<PeerId, GroupError> {
    must(*leaf.capabilities() == capabilities())?;
    must(is_empty(leaf.extensions()))?;
    check_key(leaf.encryption_key())?;
    owner(leaf).ok_or(GroupError::PeerMisbehaved)
}

/// G12: somebody whose key isn't one would let nobody commit a path.
fn check_key(key: &impl Serialize) -> Result<(), GroupError> {
    let bytes = key.tls_serialize_detached();
    let bytes = bytes.map_err(|_| GroupError::Internal)?;
    let (key, _) = VLBytes::tls_deserialize_bytes(&bytes).map_err(|_| GroupError::Internal)?;
    must(EncapsulationKey::try_from(key.as_slice()).is_ok())
}

/// G10: no more blanks in a Welcome's tree than there may be nodes, each of which is one byte of it
/// and much more once it is built.
pub(super) fn check_blanks(tree: &RatchetTreeIn) -> Result<(), GroupError> {
    let full = tree.nodes().map(|node| 1 + node.tls_serialized_len());
    let blank = tree.tls_serialized_len() - full.sum::<usize>();
    must(blank <= 2 * MAX_MEMBERS as usize)
}

/// G11: a Welcome is for no more than may be members. An entry can take three bytes of it, and takes
/// much more once it is read.
pub(super) fn check_secrets(welcome: &[u8]) -> Result<(), GroupError> {
    /// Version, wire format, cipher suite.
    const HEAD: usize = 6;
    let next =
        |bytes| VLBytes::tls_deserialize_bytes(bytes).map_err(|_| GroupError::PeerMisbehaved);
    let body = welcome.get(HEAD..).ok_or(GroupError::PeerMisbehaved)?;
    let (secrets, _) = next(body)?;
    let mut rest = secrets.as_slice();
    let mut entries = 0;
    while !rest.is_empty() {
        for _ in ["new_member", "kem_output", "ciphertext"] {
            (_, rest) = next(rest)?;
        }
        entries += 1;
        must(entries <= MAX_MEMBERS)?;
    }
    Ok(())
}

/// G5: the participant that a leaf belongs to.
pub(super) fn owner(leaf: &LeafNode) -> Option<PeerId> {
    peer_of(leaf.signature_key().as_slice(), leaf.credential())
}

/// A leaf's credential must be the id of its own key.
fn peer_of(signature_key: &[u8], credential: &Credential) -> Option<PeerId> {
    let peer = PeerId::of(signature_key.try_into().ok()?);
    let basic = credential.credential_type() == CredentialType::Basic;
    (basic && credential.serialized_content() == peer.0).then_some(peer)
}

/// A group that we are welcomed to.
pub(super) fn check_group(mls: &MlsGroup) -> Result<(), GroupError> {
    if mls.ciphersuite() != CIPHERSUITE {
        return Err(GroupError::Unsupported);
    }
    must(group_id(mls.group_id()).is_some())?;
    must(is_empty(mls.extensions()))?;
    for (index, leaf) in mls.treesync().full_leaves() {
        must(index.u32() < MAX_MEMBERS)?;
        check_leaf(leaf)?;
    }
    Ok(())
}

/// A Commit of another member, and whose it is. Whom it adds is checked by their key packages.
pub(super) fn check_commit(
    mls: &MlsGroup,
    sender: &Sender,
    staged: &StagedCommit,
) -> Result<PeerId, GroupError> {
    let by = member(mls, sender)?;
    let mut proposals = staged.queued_proposals();
    must(proposals.all(|it| matches!(it.proposal(), Proposal::Add(_) | Proposal::Remove(_))))?;
    if let Some(leaf) = staged.update_path_leaf_node() {
        must(check_leaf(leaf)? == by)?;
    }
    let (added, removed) = (staged.add_proposals(), staged.remove_proposals());
    must(has_room(
        mls.members().count(),
        added.count(),
        removed.count(),
    ))?;
    Ok(by)
}

/// Which member a message is from.
pub(super) fn member(mls: &MlsGroup, sender: &Sender) -> Result<PeerId, GroupError> {
    let Sender::Member(index) = sender else {
        return Err(GroupError::PeerMisbehaved);
    };
    let member = mls.member_at(*index);
    let peer = member.and_then(|member| peer_of(&member.signature_key, &member.credential));
    peer.ok_or(GroupError::PeerMisbehaved)
}

/// G11. MLS adds at the lowest blank leaf, so as many members as there may be have leaves that
/// there may be.
pub(super) fn has_room(members: usize, added: usize, removed: usize) -> bool {
    members + added <= MAX_MEMBERS as usize + removed
}

fn is_empty<T: ExtensionValidator>(extensions: &Extensions<T>) -> bool {
    extensions.iter().next().is_none()
}

fn must(holds: bool) -> Result<(), GroupError> {
    if holds {
        Ok(())
    } else {
        Err(GroupError::PeerMisbehaved)
    }
}
