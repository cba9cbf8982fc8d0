//! The private keys that openmls hands out and asks for again: those of a key package until a
//! Welcome uses it (RFC 9420 section 10), and those of the ratchet tree that we hold in the
//! current epoch (section 7). They lie in memory that is wiped when they are deleted, overwritten
//! or dropped.
//!
//! Nothing else is kept. openmls writes the group's whole state at every epoch, so that it can be
//! loaded after a restart; our group lives as long as its call and is never loaded, and a second
//! copy would cost time and outlive the secrets that openmls itself forgets. Every part of such a
//! state is therefore forgotten as it comes, and a read says that there is none, which is also how
//! openmls learns that a group is new here. The keys of Update proposals, external PSKs and
//! signature keys would be read back, but are of no use to us: they are refused, lest one be lost
//! without a word.

use std::{cell::RefCell, collections::BTreeMap};

use openmls_traits::storage::{CURRENT_VERSION, StorageProvider, traits};
use serde::{Serialize, de::DeserializeOwned};
use zeroize::Zeroizing;

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    KeyPackage,
    EpochKeys,
}

/// Everything that is kept, by what it is and what openmls calls it.
#[derive(Clone, Default)]
pub struct Entries(pub BTreeMap<(Kind, Vec<u8>), Zeroizing<Vec<u8>>>);

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// It would be lost, and be missed later.
    #[error("a kind of key that is not kept")]
    NotKept,
    #[error("what is kept has another form")]
    Form(#[from] postcard::Error),
}

type Result<T> = std::result::Result<T, StorageError>;

/// See the module's description.
#[derive(Default)]
pub struct Storage(RefCell<Entries>);

impl Storage {
    /// A copy of all that is kept, to go back to.
    pub fn entries(&self) -> Entries {
        self.0.borrow().clone()
    }

    /// Goes back to a copy.
    pub fn restore(&self, entries: Entries) {
        self.0.replace(entries);
    }

    fn write(
        &self,
        kind: Kind,
        name: &impl Serialize,
        value: &(impl Serialize + ?Sized),
    ) -> Result<()> {
        let (entry, value) = (entry(kind, name)?, to_bytes(value)?);
        self.0.borrow_mut().0.insert(entry, value);
        Ok(())
    }

    fn read<T: DeserializeOwned>(&self, kind: Kind, name: &impl Serialize) -> Result<Option<T>> {
        let entry = entry(kind, name)?;
        let entries = self.0.borrow();
        let value = entries.0.get(&entry);
        Ok(value.map(|bytes| postcard::from_bytes(bytes)).transpose()?)
    }

    fn delete(&self, kind: Kind, name: &impl Serialize) -> Result<()> {
        let entry = entry(kind, name)?;
        self.0.borrow_mut().0.remove(&entry);
        Ok(())
    }
}

fn entry(kind: Kind, name: &impl Serialize) -> Result<(Kind, Vec<u8>)> {
    Ok((kind, to_bytes(name)?.to_vec()))
}

/// Measures first: memory that grows leaves copies of keys behind.
fn to_bytes(value: &(impl Serialize + ?Sized)) -> Result<Zeroizing<Vec<u8>>> {
    let length = postcard::serialize_with_flavor(value, postcard::ser_flavors::Size::default())?;
    let mut bytes = Zeroizing::new(vec![0; length]);
    postcard::to_slice(value, &mut bytes)?;
    Ok(bytes)
}

/// Methods of the trait that all give one answer, whatever they are asked. Each is written as
/// `name<types>(arguments) -> answer`, with the types named as their traits.
macro_rules! always {
    ($answer:expr; $($name:ident<$($type:ident),+>($($argument:ident),+) -> $output:ty;)+) => {$(
        fn $name<$($type: traits::$type<CURRENT_VERSION>),+>(
            &self,
            $(_: &$argument),+
        ) -> Result<$output> {
            $answer
        }
    )+};
}

impl StorageProvider<CURRENT_VERSION> for Storage {
    type Error = StorageError;

    fn write_key_package<
        HashReference: traits::HashReference<CURRENT_VERSION>,
        KeyPackage: traits::KeyPackage<CURRENT_VERSION>,
    >(
        &self,
        hash_ref: &HashReference,
        key_package: &KeyPackage,
    ) -> Result<()> {
        self.write(Kind::KeyPackage, hash_ref, key_package)
    }

    fn key_package<
        HashReference: traits::HashReference<CURRENT_VERSION>,
        KeyPackage: traits::KeyPackage<CURRENT_VERSION>,
    >(
        &self,
        hash_ref: &HashReference,
    ) -> Result<Option<KeyPackage>> {
        self.read(Kind::KeyPackage, hash_ref)
    }

    fn delete_key_package<HashReference: traits::HashReference<CURRENT_VERSION>>(
        &self,
        hash_ref: &HashReference,
    ) -> Result<()> {
        self.delete(Kind::KeyPackage, hash_ref)
    }

    fn write_encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        EpochKey: traits::EpochKey<CURRENT_VERSION>,
        HpkeKeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &EpochKey,
        leaf_index: u32,
        key_pairs: &[HpkeKeyPair],
    ) -> Result<()> {
        self.write(Kind::EpochKeys, &(group_id, epoch, leaf_index), key_pairs)
    }

    fn encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        EpochKey: traits::EpochKey<CURRENT_VERSION>,
        HpkeKeyPair: traits::HpkeKeyPair<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &EpochKey,
        leaf_index: u32,
    ) -> Result<Vec<HpkeKeyPair>> {
        let key_pairs = self.read(Kind::EpochKeys, &(group_id, epoch, leaf_index))?;
        Ok(key_pairs.unwrap_or_default())
    }

    fn delete_encryption_epoch_key_pairs<
        GroupId: traits::GroupId<CURRENT_VERSION>,
        EpochKey: traits::EpochKey<CURRENT_VERSION>,
    >(
        &self,
        group_id: &GroupId,
        epoch: &EpochKey,
        leaf_index: u32,
    ) -> Result<()> {
        self.delete(Kind::EpochKeys, &(group_id, epoch, leaf_index))
    }

    always! { Err(StorageError::NotKept);
        write_encryption_key_pair<EncryptionKey, HpkeKeyPair>(EncryptionKey, HpkeKeyPair) -> ();
        write_psk<PskId, PskBundle>(PskId, PskBundle) -> ();
        write_signature_key_pair<SignaturePublicKey, SignatureKeyPair>(SignaturePublicKey, SignatureKeyPair) -> ();
    }

    always! { Ok(());
        write_mls_join_config<GroupId, MlsGroupJoinConfig>(GroupId, MlsGroupJoinConfig) -> ();
        append_own_leaf_node<GroupId, LeafNode>(GroupId, LeafNode) -> ();
        queue_proposal<GroupId, ProposalRef, QueuedProposal>(GroupId, ProposalRef, QueuedProposal) -> ();
        write_tree<GroupId, TreeSync>(GroupId, TreeSync) -> ();
        write_interim_transcript_hash<GroupId, InterimTranscriptHash>(GroupId, InterimTranscriptHash) -> ();
        write_context<GroupId, GroupContext>(GroupId, GroupContext) -> ();
        write_confirmation_tag<GroupId, ConfirmationTag>(GroupId, ConfirmationTag) -> ();
        write_group_state<GroupState, GroupId>(GroupId, GroupState) -> ();
        write_message_secrets<GroupId, MessageSecrets>(GroupId, MessageSecrets) -> ();
        write_resumption_psk_store<GroupId, ResumptionPskStore>(GroupId, ResumptionPskStore) -> ();
        write_own_leaf_index<GroupId, LeafNodeIndex>(GroupId, LeafNodeIndex) -> ();
        write_group_epoch_secrets<GroupId, GroupEpochSecrets>(GroupId, GroupEpochSecrets) -> ();

        remove_proposal<GroupId, ProposalRef>(GroupId, ProposalRef) -> ();
        delete_own_leaf_nodes<GroupId>(GroupId) -> ();
        delete_group_config<GroupId>(GroupId) -> ();
        delete_tree<GroupId>(GroupId) -> ();
        delete_confirmation_tag<GroupId>(GroupId) -> ();
        delete_group_state<GroupId>(GroupId) -> ();
        delete_context<GroupId>(GroupId) -> ();
        delete_interim_transcript_hash<GroupId>(GroupId) -> ();
        delete_message_secrets<GroupId>(GroupId) -> ();
        delete_all_resumption_psk_secrets<GroupId>(GroupId) -> ();
        delete_own_leaf_index<GroupId>(GroupId) -> ();
        delete_group_epoch_secrets<GroupId>(GroupId) -> ();
        clear_proposal_queue<GroupId, ProposalRef>(GroupId) -> ();
        delete_signature_key_pair<SignaturePublicKey>(SignaturePublicKey) -> ();
        delete_encryption_key_pair<EncryptionKey>(EncryptionKey) -> ();
        delete_psk<PskId>(PskId) -> ();
    }

    always! { Ok(None);
        mls_group_join_config<GroupId, MlsGroupJoinConfig>(GroupId) -> Option<MlsGroupJoinConfig>;
        tree<GroupId, TreeSync>(GroupId) -> Option<TreeSync>;
        group_context<GroupId, GroupContext>(GroupId) -> Option<GroupContext>;
        interim_transcript_hash<GroupId, InterimTranscriptHash>(GroupId) -> Option<InterimTranscriptHash>;
        confirmation_tag<GroupId, ConfirmationTag>(GroupId) -> Option<ConfirmationTag>;
        group_state<GroupState, GroupId>(GroupId) -> Option<GroupState>;
        message_secrets<GroupId, MessageSecrets>(GroupId) -> Option<MessageSecrets>;
        resumption_psk_store<GroupId, ResumptionPskStore>(GroupId) -> Option<ResumptionPskStore>;
        own_leaf_index<GroupId, LeafNodeIndex>(GroupId) -> Option<LeafNodeIndex>;
        group_epoch_secrets<GroupId, GroupEpochSecrets>(GroupId) -> Option<GroupEpochSecrets>;
        signature_key_pair<SignaturePublicKey, SignatureKeyPair>(SignaturePublicKey) -> Option<SignatureKeyPair>;
        encryption_key_pair<HpkeKeyPair, EncryptionKey>(EncryptionKey) -> Option<HpkeKeyPair>;
        psk<PskBundle, PskId>(PskId) -> Option<PskBundle>;
    }

    always! { Ok(Vec::new());
        own_leaf_nodes<GroupId, LeafNode>(GroupId) -> Vec<LeafNode>;
        queued_proposal_refs<GroupId, ProposalRef>(GroupId) -> Vec<ProposalRef>;
        queued_proposals<GroupId, ProposalRef, QueuedProposal>(GroupId) -> Vec<(ProposalRef, QueuedProposal)>;
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use openmls_traits::storage::{Entity, Key};
    use serde::Deserialize;

    use super::*;

    /// Stands for every name and every value.
    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Number(u16);

    impl Key<CURRENT_VERSION> for Number {}
    impl Entity<CURRENT_VERSION> for Number {}
    impl traits::GroupId<CURRENT_VERSION> for Number {}
    impl traits::EpochKey<CURRENT_VERSION> for Number {}
    impl traits::HashReference<CURRENT_VERSION> for Number {}
    impl traits::EncryptionKey<CURRENT_VERSION> for Number {}
    impl traits::KeyPackage<CURRENT_VERSION> for Number {}
    impl traits::HpkeKeyPair<CURRENT_VERSION> for Number {}
    impl traits::GroupEpochSecrets<CURRENT_VERSION> for Number {}

    const GROUP: Number = Number(1);

    fn epoch_keys(storage: &Storage, epoch: u16, leaf: u32) -> Vec<Number> {
        let read = storage.encryption_epoch_key_pairs(&GROUP, &Number(epoch), leaf);
        read.expect("readable")
    }

    fn write_epoch_keys(storage: &Storage, epoch: u16, leaf: u32, keys: &[Number]) {
        let written = storage.write_encryption_epoch_key_pairs(&GROUP, &Number(epoch), leaf, keys);
        written.expect("kept");
    }

    #[test]
    fn the_keys_of_an_epoch_are_its_own() {
        let storage = Storage::default();
        write_epoch_keys(&storage, 7, 3, &[Number(300), Number(2)]);
        assert_eq!(epoch_keys(&storage, 7, 3), [Number(300), Number(2)]);
        assert_eq!(epoch_keys(&storage, 7, 4), []);
        assert_eq!(epoch_keys(&storage, 8, 3), []);
    }

    #[test]
    fn what_is_deleted_or_overwritten_is_gone() {
        let storage = Storage::default();
        write_epoch_keys(&storage, 7, 3, &[Number(1)]);
        write_epoch_keys(&storage, 7, 3, &[Number(2)]);
        assert_eq!(epoch_keys(&storage, 7, 3), [Number(2)]);
        let deleted = storage.delete_encryption_epoch_key_pairs(&GROUP, &Number(7), 3);
        deleted.expect("deleted");
        assert!(storage.entries().0.is_empty());
    }

    #[test]
    fn a_deleted_key_package_comes_back_from_a_copy() {
        let storage = Storage::default();
        storage
            .write_key_package(&Number(5), &Number(6))
            .expect("kept");
        let copy = storage.entries();
        storage.delete_key_package(&Number(5)).expect("deleted");
        let gone: Option<Number> = storage.key_package(&Number(5)).expect("readable");
        assert_eq!(gone, None);
        storage.restore(copy);
        let back: Option<Number> = storage.key_package(&Number(5)).expect("readable");
        assert_eq!(back, Some(Number(6)));
    }

    #[test]
    fn a_value_of_another_form_is_an_error() {
        let storage = Storage::default();
        storage.0.borrow_mut().0.insert(
            (
                Kind::KeyPackage,
                to_bytes(&Number(5)).expect("a name").to_vec(),
            ),
            Zeroizing::new(vec![0xff; 4]),
        );
        let read: Result<Option<Number>> = storage.key_package(&Number(5));
        assert!(matches!(read, Err(StorageError::Form(_))));
    }

    #[test]
    fn the_state_of_a_group_is_forgotten_and_a_key_that_would_be_missed_refused() {
        let storage = Storage::default();
        storage
            .write_group_epoch_secrets(&GROUP, &Number(1))
            .expect("forgotten");
        let secrets: Option<Number> = storage.group_epoch_secrets(&GROUP).expect("readable");
        assert_eq!(secrets, None);
        let refused = storage.write_encryption_key_pair(&Number(1), &Number(2));
        assert!(matches!(refused, Err(StorageError::NotKept)));
        assert!(storage.entries().0.is_empty());
    }
}
