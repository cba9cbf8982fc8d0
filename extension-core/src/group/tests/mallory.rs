//! Somebody who makes whatever openmls can be brought to make, with algorithms of its own.

use openmls::prelude::{
    CommitBuilder, Initial, KeyPackageBuilder, LeafNodeParameters, NewSignerBundle,
};
use openmls_rust_crypto::OpenMlsRustCrypto;

use super::*;

/// A group as MLS has it, and who signs in it.
pub struct Mallory {
    pub provider: OpenMlsRustCrypto,
    pub identity: Identity,
    pub mls: MlsGroup,
}

impl Mallory {
    /// In a group of its own.
    pub fn founding(config: &MlsGroupCreateConfig, id: &[u8], shown: CredentialWithKey) -> Self {
        let provider = OpenMlsRustCrypto::default();
        let id = openmls::prelude::GroupId::from_slice(id);
        let identity = identity(66);
        let mls = MlsGroup::new_with_group_id(&provider, &identity, config, id, shown);
        Self {
            provider,
            identity,
            mls: mls.expect("MLS doesn't mind"),
        }
    }

    /// A Commit, if openmls makes it.
    pub fn commit(
        &mut self,
        shape: impl for<'a> FnOnce(CommitBuilder<'a, Initial>) -> CommitBuilder<'a, Initial>,
    ) -> Result<Vec<u8>, String> {
        let (provider, signer) = (&self.provider, &self.identity);
        let bundle = shape(self.mls.commit_builder())
            .load_psks(provider.storage())
            .map_err(|error| error.to_string())?
            .build(provider.rand(), provider.crypto(), signer, |_| true)
            .map_err(|error| error.to_string())?
            .stage_commit(provider)
            .map_err(|error| error.to_string())?;
        to_bytes(bundle.commit()).map_err(|error| error.to_string())
    }

    /// A Commit whose path makes its leaf into this.
    pub fn path(&mut self, leaf: LeafNodeParameters) -> Vec<u8> {
        self.commit(|builder| builder.leaf_node_parameters(leaf).force_self_update(true))
            .expect("MLS doesn't mind")
    }

    /// A Commit whose path hands its leaf to somebody else.
    pub fn hand_over_to(&mut self, heir: &Identity) -> Vec<u8> {
        let heir = NewSignerBundle {
            signer: heir,
            credential_with_key: credential(heir),
        };
        let nothing = LeafNodeParameters::default();
        let (provider, signer) = (&self.provider, &self.identity);
        let bundle = self
            .mls
            .self_update_with_new_signer(provider, signer, heir, nothing);
        to_bytes(bundle.expect("MLS doesn't mind").commit()).expect("bytes")
    }

    /// The Commit by which it adds them, with a path, and their Welcome.
    pub fn add(&mut self, added: &[KeyPackage]) -> [Vec<u8>; 2] {
        let added = self.mls.add_members(&self.provider, &self.identity, added);
        let (commit, welcome, _) = added.expect("MLS doesn't mind");
        [commit, welcome].map(|message| to_bytes(&message).expect("bytes"))
    }

    /// The Welcome by which it adds somebody.
    pub fn welcome(&mut self, candidate: &Candidate) -> Vec<u8> {
        let [_, welcome] = self.add(&[joiner(candidate).key_package]);
        welcome
    }
}

/// A key package like ours, but for what is changed in it.
pub fn key_package(
    provider: &OpenMlsRustCrypto,
    shape: impl FnOnce(KeyPackageBuilder) -> KeyPackageBuilder,
    suite: Ciphersuite,
    shown: CredentialWithKey,
) -> KeyPackage {
    let like_ours = KeyPackage::builder()
        .leaf_node_capabilities(rules::capabilities())
        .key_package_lifetime(rules::unlimited());
    let bundle = shape(like_ours).build(suite, provider, &identity(77), shown);
    bundle.expect("MLS doesn't mind").key_package().clone()
}

/// Alice's group, with Bob, who keeps the rules, and Mallory in it.
pub struct Scene {
    pub alice: Group,
    pub bob: Group,
    pub mallory: Mallory,
}

impl Scene {
    pub fn new() -> Self {
        let (alice, bob, mallory) = (identity(1), identity(2), identity(66));
        let provider = OpenMlsRustCrypto::default();
        let own = KeyPackage::builder()
            .leaf_node_capabilities(rules::capabilities())
            .key_package_lifetime(rules::unlimited())
            .build(CIPHERSUITE, &provider, &mallory, credential(&mallory))
            .expect("a key package");
        let own = to_bytes(&MlsMessageOut::from(own.key_package().clone())).expect("bytes");
        let own = Joiner::parse(&own).expect("it keeps the rules so far");
        let candidate = Candidate::new(&bob, rng(3)).expect("a candidate");
        let mut group = founded(&alice);
        let committed = group.commit(&alice, &[&joiner(&candidate), &own], &[]);
        let welcome = committed.expect("a commit").welcome.expect("a welcome");
        Self {
            alice: group,
            bob: candidate.join(&welcome, |_, _| true).expect("joined"),
            mallory: Mallory {
                mls: join_as_mls_says(&provider, &welcome),
                provider,
                identity: mallory,
            },
        }
    }

    /// A message is refused, and the group goes on as if it had not come.
    pub fn refuses(&mut self, message: &[u8], what: &str) {
        let before = self.alice.epoch_authenticator().to_vec();
        let refused = self.alice.receive(message);
        assert_eq!(refused, Err(GroupError::PeerMisbehaved), "{what}");
        assert_eq!(self.alice.epoch_authenticator(), before, "{what}");
        let genuine = self.bob.commit(&identity(2), &[], &[]).expect("a commit");
        assert!(self.alice.receive(&genuine.commit).is_ok(), "{what}");
    }
}

fn join_as_mls_says(provider: &OpenMlsRustCrypto, welcome: &[u8]) -> MlsGroup {
    let welcome = parse_welcome(welcome).expect("a Welcome");
    StagedWelcome::new_from_welcome(provider, &join_config(), welcome, None)
        .and_then(|staged| staged.into_group(provider))
        .expect("joined")
}
