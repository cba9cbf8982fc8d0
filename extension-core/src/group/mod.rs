//! The MLS group (RFC 9420): the only module that knows openmls. It speaks plain values: key
//! packages, Welcomes and Commits are bytes, members are leaves and participant ids.
//!
//! ```text
//!  Candidate --join(Welcome)--> Group --commit / receive--> Group, one epoch on
//!                                 |
//!                               found (alone)
//! ```

mod groups;
mod mls;
mod provider;
#[cfg(feature = "repeatable")]
pub mod repeatable;
mod rules;
mod storage;
mod suite;
mod talk;

pub use groups::{Committed, GroupError, Groups, Merged};
pub use mls::Mls;

use openmls::prelude::{
    BasicCredential, Ciphersuite, ContentType, CredentialWithKey, KeyPackage, KeyPackageBundle,
    KeyPackageIn, LeafNodeIndex, MlsGroup, MlsGroupCreateConfig, MlsGroupJoinConfig,
    MlsMessageBodyIn, MlsMessageIn, MlsMessageOut, ProcessedMessage, ProcessedMessageContent,
    ProtocolVersion, SenderRatchetConfiguration, StagedCommit, StagedWelcome, Welcome, WireFormat,
};
use openmls_traits::{OpenMlsProvider, crypto::OpenMlsCrypto};
use provider::Provider;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use tls_codec::{DeserializeBytes, Serialize, VLByteSlice};
use zeroize::Zeroizing;

use crate::{
    identity::Identity,
    ids::{Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    media::{BASE_KEY_LENGTH, BaseKey, MAX_MEMBERS},
    wire::MAX_MLS_MESSAGE,
};

/// The hybrid post-quantum suite 0x004F (draft-ietf-mls-pq-ciphersuites).
pub const CIPHERSUITE: Ciphersuite = Ciphersuite::MLS_128_MLKEM768X25519_AES128GCM_SHA256_Ed25519;

/// RFC 9420 section 5.2.
const REFERENCE_LABEL: &[u8] = b"MLS 1.0 KeyPackage Reference";
/// The version and wire format of an `MLSMessage`.
const MESSAGE_HEADER: usize = 4;

/// RFC 9605 section 5.2.
const BASE_KEY_LABEL: &str = "SFrame 1.0 Base Key";

/// A key package that was checked, with what we need to know of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Joiner {
    /// Whose it is.
    pub peer: PeerId,
    /// Its reference.
    pub reference: KeyPackageRef,
    key_package: KeyPackage,
}

impl Joiner {
    /// Checks a key package from the carrier (RFC 9420 section 10.1, and our rules).
    ///
    /// # Errors
    /// [`GroupError::Unsupported`] for another suite, else [`GroupError::PeerMisbehaved`].
    pub fn parse(bytes: &[u8]) -> Result<Self, GroupError> {
        let MlsMessageBodyIn::KeyPackage(key_package) =
            parse_message(bytes, WireFormat::KeyPackage)?
        else {
            return Err(GroupError::PeerMisbehaved);
        };
        let crypto = suite::SuiteCrypto::default();
        Self::check(key_package, &crypto)
    }

    fn check(key_package: KeyPackageIn, crypto: &impl OpenMlsCrypto) -> Result<Self, GroupError> {
        let key_package = key_package
            .validate(crypto, ProtocolVersion::Mls10)
            .map_err(|_| GroupError::PeerMisbehaved)?;
        let peer = rules::check_key_package(&key_package)?;
        Ok(Self {
            peer,
            reference: reference_of(&key_package, crypto)?,
            key_package,
        })
    }
}

/// A key package of ours that waits to be added to a group.
pub struct Candidate {
    provider: Provider,
    reference: KeyPackageRef,
    message: Vec<u8>,
}

impl Candidate {
    /// Makes a fresh key package.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    pub fn new(identity: &Identity, rng: ChaCha20Rng) -> Result<Self, GroupError> {
        let provider = Provider::new(rng);
        let bundle: KeyPackageBundle = KeyPackage::builder()
            .leaf_node_capabilities(rules::capabilities())
            .key_package_lifetime(rules::unlimited())
            .build(CIPHERSUITE, &provider, identity, credential(identity))
            .map_err(|_| GroupError::Internal)?;
        let reference = reference_of(bundle.key_package(), provider.crypto())?;
        let message = to_bytes(&MlsMessageOut::from(bundle.key_package().clone()))?;
        Ok(Self {
            provider,
            reference,
            message,
        })
    }

    /// The reference to the key package.
    pub fn reference(&self) -> KeyPackageRef {
        self.reference
    }

    /// The key package as an `MLSMessage`.
    pub fn message(&self) -> &[u8] {
        &self.message
    }

    /// Joins the group that a Welcome leads to (RFC 9420 section 12.4.3.1), if its id
    /// and its members fit. A Welcome that leads nowhere costs nothing: anyone can send one, so the key package isn't spent by it.
    ///
    /// # Errors
    /// [`GroupError::PeerMisbehaved`], or [`GroupError::Unsupported`] for another suite; with the
    /// candidate as it was.
    pub fn join(
        self,
        welcome: &[u8],
        fits: impl FnOnce(GroupId, &[(Leaf, PeerId)]) -> bool,
    ) -> Result<Group, Box<Rejected>> {
        let keys = self.provider.keys();
        let (provider, error) = match join(&self.provider, welcome) {
            Ok(mls) => {
                let provider = self.provider;
                let group = Group { provider, mls };
                if fits(group.id(), &group.members()) {
                    return Ok(group);
                }
                (group.provider, GroupError::PeerMisbehaved)
            }
            Err(error) => (self.provider, error),
        };
        provider.restore(keys);
        let candidate = Self { provider, ..self };
        Err(Box::new(Rejected { candidate, error }))
    }
}

fn join(provider: &Provider, welcome: &[u8]) -> Result<MlsGroup, GroupError> {
    let welcome = parse_welcome(welcome)?;
    // Sotto's key packages have no lifetime of their own; a member with another must not keep
    // others out.
    let builder = StagedWelcome::build_from_welcome(provider, &join_config(), welcome)
        .map_err(|_| GroupError::PeerMisbehaved)?;
    let info = builder.processed_welcome().unverified_group_info();
    let tree = info.extensions().ratchet_tree();
    rules::check_blanks(tree.ok_or(GroupError::PeerMisbehaved)?.ratchet_tree())?;
    let mls = builder
        .skip_lifetime_validation()
        .build()
        .and_then(|staged| staged.into_group(provider))
        .map_err(|_| GroupError::PeerMisbehaved)?;
    rules::check_group(&mls)?;
    Ok(mls)
}

/// A Welcome that led nowhere.
pub struct Rejected {
    /// The key package, to be tried with another Welcome.
    pub candidate: Candidate,
    /// Why.
    pub error: GroupError,
}

impl std::fmt::Debug for Rejected {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "rejected: {}", self.error)
    }
}

/// A group that we are a member of.
pub struct Group {
    provider: Provider,
    mls: MlsGroup,
}

impl Group {
    /// Founds a group with nobody else in it.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    pub fn found(identity: &Identity, id: GroupId, rng: ChaCha20Rng) -> Result<Self, GroupError> {
        let provider = Provider::new(rng);
        let mls = MlsGroup::new_with_group_id(
            &provider,
            identity,
            &create_config(),
            openmls::prelude::GroupId::from_slice(&id.0),
            credential(identity),
        )
        .map_err(|_| GroupError::Internal)?;
        Ok(Self { provider, mls })
    }

    /// The group's id.
    pub fn id(&self) -> GroupId {
        group_id(self.mls.group_id()).expect("checked when we founded or joined the group")
    }

    /// The current epoch.
    pub fn epoch(&self) -> Epoch {
        Epoch(self.mls.epoch().as_u64())
    }

    /// Our leaf.
    pub fn own_leaf(&self) -> Leaf {
        Leaf(self.mls.own_leaf_index().u32())
    }

    /// Everyone in the group, by leaf.
    pub fn members(&self) -> Vec<(Leaf, PeerId)> {
        let leaves = self.mls.treesync().full_leaves();
        leaves
            .filter_map(|(index, leaf)| Some((Leaf(index.u32()), rules::owner(leaf)?)))
            .collect()
    }

    /// Whether a member's leaf is the one of this key package.
    pub fn holds(&self, joiner: &Joiner) -> bool {
        let key = joiner.key_package.leaf_node().encryption_key();
        let mut leaves = self.mls.treesync().full_leaves();
        leaves.any(|(_, leaf)| {
            leaf.encryption_key() == key && rules::owner(leaf) == Some(joiner.peer)
        })
    }

    /// The epoch authenticator (RFC 9420 section 8.7): 32 bytes that only members know.
    pub fn epoch_authenticator(&self) -> &[u8] {
        self.mls.epoch_authenticator().as_slice()
    }

    /// The base key of this epoch's media (RFC 9605 section 5.2).
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    pub fn media_base_key(&self) -> Result<BaseKey, GroupError> {
        let secret = self
            .mls
            .export_secret(self.provider.crypto(), BASE_KEY_LABEL, &[], BASE_KEY_LENGTH)
            .map_err(|_| GroupError::Internal)?;
        let secret = Zeroizing::new(secret);
        let mut key = BaseKey::default();
        key.copy_from_slice(&secret);
        Ok(key)
    }

    /// Commits joins and removals in one go and moves to the epoch that they make.
    ///
    /// # Errors
    /// See [`Group::commit_within`].
    pub fn commit(
        &mut self,
        identity: &Identity,
        add: &[&Joiner],
        remove: &[Leaf],
    ) -> Result<Committed, GroupError> {
        self.commit_within(identity, add, remove, MAX_MLS_MESSAGE)
    }

    /// The same, with neither Commit nor Welcome longer than so much.
    ///
    /// # Errors
    /// [`GroupError::Full`], or [`GroupError::Internal`] when the commit can't be built; the
    /// group is as before then.
    pub fn commit_within(
        &mut self,
        identity: &Identity,
        add: &[&Joiner],
        remove: &[Leaf],
        longest: usize,
    ) -> Result<Committed, GroupError> {
        if self.mls.members().count() + add.len() > MAX_MEMBERS as usize {
            return Err(GroupError::Full);
        }
        let built = self.build_commit(identity, add, remove, longest);
        if built.is_err() {
            let _ = self.mls.clear_pending_commit(self.provider.storage());
        }
        let committed = built?;
        self.mls
            .merge_pending_commit(&self.provider)
            .map_err(|_| GroupError::Internal)?;
        Ok(committed)
    }

    fn build_commit(
        &mut self,
        identity: &Identity,
        add: &[&Joiner],
        remove: &[Leaf],
        longest: usize,
    ) -> Result<Committed, GroupError> {
        let bundle = self
            .mls
            .commit_builder()
            .propose_removals(remove.iter().map(|leaf| LeafNodeIndex::new(leaf.0)))
            .propose_adds(add.iter().map(|joiner| joiner.key_package.clone()))
            .load_psks(self.provider.storage())
            .map_err(|_| GroupError::Internal)?
            .build(
                self.provider.rand(),
                self.provider.crypto(),
                identity,
                |_| true,
            )
            .map_err(|_| GroupError::Internal)?
            .stage_commit(&self.provider)
            .map_err(|_| GroupError::Internal)?;
        let welcome = bundle
            .to_welcome_msg()
            .map(|welcome| to_bytes(&welcome))
            .transpose()?;
        let commit = to_bytes(bundle.commit())?;
        // Nobody could put them together again.
        let longer = welcome.as_ref().map_or(0, Vec::len).max(commit.len());
        if longer > longest {
            return Err(GroupError::Full);
        }
        Ok(Committed { commit, welcome })
    }

    /// Decrypts a member's message of this kind. One of another kind is left alone: what was
    /// decrypted can't be again, so that a Commit sent as something else would be lost.
    fn process(
        &mut self,
        message: &[u8],
        kind: ContentType,
    ) -> Result<ProcessedMessage, GroupError> {
        let MlsMessageBodyIn::PrivateMessage(message) =
            parse_message(message, WireFormat::PrivateMessage)?
        else {
            return Err(GroupError::PeerMisbehaved);
        };
        if message.group_id() != self.mls.group_id() || message.epoch() != self.mls.epoch() {
            return Err(GroupError::NotForUs);
        }
        if message.content_type() != kind {
            return Err(GroupError::PeerMisbehaved);
        }
        let processed = self.mls.process_message(&self.provider, message);
        processed.map_err(|_| GroupError::PeerMisbehaved)
    }

    /// Takes a Commit of another member and merges it.
    ///
    /// # Errors
    /// [`GroupError::NotForUs`] for another group or epoch, else
    /// [`GroupError::PeerMisbehaved`]; the group is as before then.
    pub fn receive(&mut self, commit: &[u8]) -> Result<Merged, GroupError> {
        let processed = self.process(commit, ContentType::Commit)?;
        let sender = processed.sender().clone();
        let ProcessedMessageContent::StagedCommitMessage(staged) = processed.into_content() else {
            return Err(GroupError::PeerMisbehaved);
        };
        let by = rules::check_commit(&self.mls, &sender, &staged)?;
        let added = self.added(&staged)?;
        let removed = staged.self_removed();
        let update = staged.queued_proposals().next().is_none();
        self.mls
            .merge_staged_commit(&self.provider, *staged)
            .map_err(|_| GroupError::Internal)?;
        Ok(if removed {
            Merged::Removed
        } else {
            Merged::Advanced { by, added, update }
        })
    }

    /// Whom a Commit adds that keeps the rules.
    fn added(&self, staged: &StagedCommit) -> Result<Vec<(PeerId, KeyPackageRef)>, GroupError> {
        staged
            .add_proposals()
            .map(|add| {
                let key_package = add.add_proposal().key_package();
                let peer = rules::check_key_package(key_package)?;
                Ok((peer, reference_of(key_package, self.provider.crypto())?))
            })
            .collect()
    }
}

fn credential(identity: &Identity) -> CredentialWithKey {
    CredentialWithKey {
        credential: BasicCredential::new(identity.peer().0.to_vec()).into(),
        signature_key: identity.public_key().to_vec().into(),
    }
}

fn create_config() -> MlsGroupCreateConfig {
    MlsGroupCreateConfig::builder()
        .ciphersuite(CIPHERSUITE)
        .capabilities(rules::capabilities())
        .lifetime(rules::unlimited())
        .use_ratchet_tree_extension(true)
        .sender_ratchet_configuration(SenderRatchetConfiguration::default())
        .build()
}

fn join_config() -> MlsGroupJoinConfig {
    MlsGroupJoinConfig::builder()
        .use_ratchet_tree_extension(true)
        .build()
}

fn group_id(id: &openmls::prelude::GroupId) -> Option<GroupId> {
    id.as_slice().try_into().ok().map(GroupId)
}

fn reference_of(
    key_package: &KeyPackage,
    crypto: &impl OpenMlsCrypto,
) -> Result<KeyPackageRef, GroupError> {
    let reference = key_package
        .hash_ref(crypto)
        .map_err(|_| GroupError::Internal)?;
    reference
        .as_slice()
        .try_into()
        .map(KeyPackageRef)
        .map_err(|_| GroupError::Unsupported)
}

/// RFC 9420 section 5.2, of the bytes as they came: what reads the same and isn't has another.
fn claimed_reference(message: &[u8]) -> Option<KeyPackageRef> {
    let [label, value] = [REFERENCE_LABEL, message.get(MESSAGE_HEADER..)?].map(VLByteSlice);
    let input = (label, value).tls_serialize_detached().ok()?;
    Some(KeyPackageRef(Sha256::digest(input).into()))
}

/// The key packages that a Welcome is for; none when it is no Welcome.
fn welcomed(welcome: &[u8]) -> Vec<KeyPackageRef> {
    let welcome = parse_welcome(welcome);
    let secrets = welcome.iter().flat_map(Welcome::secrets);
    secrets
        .filter_map(|secret| secret.new_member().as_slice().try_into().ok())
        .map(KeyPackageRef)
        .collect()
}

fn parse_welcome(bytes: &[u8]) -> Result<Welcome, GroupError> {
    rules::check_secrets(bytes)?;
    match parse_message(bytes, WireFormat::Welcome)? {
        MlsMessageBodyIn::Welcome(welcome) => Ok(welcome),
        _ => Err(GroupError::PeerMisbehaved),
    }
}

/// What isn't of this format isn't read: some can make much of few bytes.
fn parse_message(bytes: &[u8], format: WireFormat) -> Result<MlsMessageBodyIn, GroupError> {
    if bytes.get(2..4) != Some(&(format as u16).to_be_bytes()) {
        return Err(GroupError::PeerMisbehaved);
    }
    MlsMessageIn::tls_deserialize_exact_bytes(bytes)
        .map(MlsMessageIn::extract)
        .map_err(|_| GroupError::PeerMisbehaved)
}

fn to_bytes(message: &MlsMessageOut) -> Result<Vec<u8>, GroupError> {
    message
        .tls_serialize_detached()
        .map_err(|_| GroupError::Internal)
}

#[cfg(test)]
mod tests;
