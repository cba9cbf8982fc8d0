//! An MLS application message per frame (RFC 9420 section 15), between two members, in the
//! classical suite that Orange Meets uses.

use openmls::prelude::{tls_codec::*, *};
use openmls_basic_credential::SignatureKeyPair;
use openmls_rust_crypto::OpenMlsRustCrypto;

const SUITE: Ciphersuite = Ciphersuite::MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519;

struct Member {
    provider: OpenMlsRustCrypto,
    signer: SignatureKeyPair,
    credential: CredentialWithKey,
}

impl Member {
    fn new(name: &str) -> Self {
        let signer = SignatureKeyPair::new(SignatureScheme::ED25519).expect("randomness");
        let credential = CredentialWithKey {
            credential: BasicCredential::new(name.into()).into(),
            signature_key: signer.public().into(),
        };
        Self {
            provider: OpenMlsRustCrypto::default(),
            signer,
            credential,
        }
    }
}

pub struct MessagePair {
    alice: Member,
    bob: Member,
    sending: MlsGroup,
    receiving: MlsGroup,
}

impl MessagePair {
    pub fn new() -> Self {
        let (alice, bob) = (Member::new("alice"), Member::new("bob"));
        let config = MlsGroupCreateConfig::builder()
            .ciphersuite(SUITE)
            .use_ratchet_tree_extension(true)
            .build();
        let credential = alice.credential.clone();
        let mut sending =
            MlsGroup::new(&alice.provider, &alice.signer, &config, credential).expect("a group");
        let package = KeyPackage::builder()
            .build(SUITE, &bob.provider, &bob.signer, bob.credential.clone())
            .expect("a key package");
        let package = package.key_package().clone();
        let (_, welcome, _) = sending
            .add_members(&alice.provider, &alice.signer, &[package])
            .expect("a commit");
        sending
            .merge_pending_commit(&alice.provider)
            .expect("merged");
        let receiving = join(&bob, welcome);
        Self {
            alice,
            bob,
            sending,
            receiving,
        }
    }

    pub fn seal(&mut self, frame: &[u8]) -> Vec<u8> {
        let message = self
            .sending
            .create_message(&self.alice.provider, &self.alice.signer, frame);
        message
            .expect("a message")
            .tls_serialize_detached()
            .expect("bytes")
    }

    pub fn open(&mut self, sealed: &[u8]) {
        let message = MlsMessageIn::tls_deserialize_exact_bytes(sealed).expect("a message");
        let message = message
            .try_into_protocol_message()
            .expect("a protocol message");
        self.receiving
            .process_message(&self.bob.provider, message)
            .expect("sealed above");
    }
}

fn join(bob: &Member, welcome: MlsMessageOut) -> MlsGroup {
    let bytes = welcome.tls_serialize_detached().expect("bytes");
    let message = MlsMessageIn::tls_deserialize_exact_bytes(&bytes).expect("a message");
    let MlsMessageBodyIn::Welcome(welcome) = message.extract() else {
        panic!("a commit that adds somebody makes a welcome");
    };
    let config = MlsGroupJoinConfig::builder()
        .use_ratchet_tree_extension(true)
        .build();
    StagedWelcome::new_from_welcome(&bob.provider, &config, welcome, None)
        .and_then(|staged| staged.into_group(&bob.provider))
        .expect("joined")
}
