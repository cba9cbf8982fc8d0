//! G12: keys that nobody can encrypt to. Who has one would let nobody commit a path.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use std::sync::atomic::{AtomicUsize, Ordering};

use openmls_rust_crypto::OpenMlsRustCrypto;
use openmls_traits::types::{
    AeadType, CryptoError, ExporterSecret, HashType, HpkeCiphertext, HpkeConfig, HpkeKeyPair,
    KemOutput, SignatureScheme,
};
use tls_codec::{SecretVLBytes, VLBytes};

use super::{
    mallory::{Mallory, Scene, key_package},
    *,
};

/// As long as a key, and with a coefficient that none has (FIPS 203 section 7.2).
fn spoilt(key: &[u8]) -> Vec<u8> {
    let mut key = key.to_vec();
    key[..2].fill(0xff);
    key
}

/// Makes key pairs, the n-th of which is spoilt.
struct Spoiling<'c, C> {
    crypto: &'c C,
    nth: usize,
    made: AtomicUsize,
}

macro_rules! forward {
    ($(fn $name:ident($($argument:ident: $kind:ty),*) -> $outcome:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> $outcome {
            self.crypto.$name($($argument),*)
        })*
    };
}

type Bytes = Result<Vec<u8>, CryptoError>;

impl<C: OpenMlsCrypto> OpenMlsCrypto for Spoiling<'_, C> {
    forward! {
        fn supports(suite: Ciphersuite) -> Result<(), CryptoError>;
        fn supported_ciphersuites() -> Vec<Ciphersuite>;
        fn hkdf_extract(hash: HashType, salt: &[u8], ikm: &[u8]) -> Result<SecretVLBytes, CryptoError>;
        fn hmac(hash: HashType, key: &[u8], message: &[u8]) -> Result<SecretVLBytes, CryptoError>;
        fn hkdf_expand(hash: HashType, prk: &[u8], info: &[u8], length: usize) -> Result<SecretVLBytes, CryptoError>;
        fn hash(hash: HashType, data: &[u8]) -> Bytes;
        fn aead_encrypt(aead: AeadType, key: &[u8], data: &[u8], nonce: &[u8], aad: &[u8]) -> Bytes;
        fn aead_decrypt(aead: AeadType, key: &[u8], sealed: &[u8], nonce: &[u8], aad: &[u8]) -> Bytes;
        fn signature_key_gen(scheme: SignatureScheme) -> Result<(Vec<u8>, Vec<u8>), CryptoError>;
        fn verify_signature(scheme: SignatureScheme, data: &[u8], key: &[u8], signature: &[u8]) -> Result<(), CryptoError>;
        fn sign(scheme: SignatureScheme, data: &[u8], key: &[u8]) -> Bytes;
        fn hpke_seal(config: HpkeConfig, key: &[u8], info: &[u8], aad: &[u8], plain: &[u8]) -> Result<HpkeCiphertext, CryptoError>;
        fn hpke_open(config: HpkeConfig, sealed: &HpkeCiphertext, key: &[u8], info: &[u8], aad: &[u8]) -> Bytes;
        fn hpke_setup_sender_and_export(config: HpkeConfig, key: &[u8], info: &[u8], context: &[u8], length: usize) -> Result<(KemOutput, ExporterSecret), CryptoError>;
        fn hpke_setup_receiver_and_export(config: HpkeConfig, sealed: &[u8], key: &[u8], info: &[u8], context: &[u8], length: usize) -> Result<ExporterSecret, CryptoError>;
    }

    fn derive_hpke_keypair(
        &self,
        config: HpkeConfig,
        ikm: &[u8],
    ) -> Result<HpkeKeyPair, CryptoError> {
        let pair = self.crypto.derive_hpke_keypair(config, ikm)?;
        let is_sound = self.made.fetch_add(1, Ordering::Relaxed) != self.nth;
        Ok(if is_sound {
            pair
        } else {
            HpkeKeyPair {
                public: spoilt(&pair.public),
                ..pair
            }
        })
    }
}

impl Mallory {
    /// A Commit with a path, the n-th of whose keys is spoilt, and how many there are.
    fn spoilt_path(&mut self, nth: usize) -> (Vec<u8>, usize) {
        let (provider, signer) = (&self.provider, &self.identity);
        let crypto = Spoiling {
            crypto: provider.crypto(),
            nth,
            made: AtomicUsize::new(0),
        };
        let bundle = self
            .mls
            .commit_builder()
            .force_self_update(true)
            .load_psks(provider.storage())
            .and_then(|builder| builder.build(provider.rand(), &crypto, signer, |_| true))
            .expect("MLS doesn't mind")
            .stage_commit(provider)
            .expect("MLS doesn't mind");
        let commit = to_bytes(bundle.commit()).expect("bytes");
        (commit, crypto.made.into_inner())
    }
}

/// Which of a key package's keys is changed.
#[derive(Clone, Copy, Debug)]
enum Which {
    Init,
    Leaf,
}

/// RFC 9420 section 5.1.2.
fn sign(identity: &Identity, label: &str, content: &[u8]) -> Vec<u8> {
    let label = VLBytes::from([b"MLS 1.0 ", label.as_bytes()].concat());
    let content = VLBytes::from(content.to_vec());
    let signed = [label, content].map(|part| part.tls_serialize_detached().expect("bytes"));
    identity.sign_bytes(&signed.concat()).to_vec()
}

fn vector(bytes: Vec<u8>) -> Vec<u8> {
    VLBytes::from(bytes)
        .tls_serialize_detached()
        .expect("bytes")
}

/// A key package with another key in it, signed anew (RFC 9420 section 10): version and suite, the
/// init key, the leaf with its own key first, no extensions.
fn with_key(which: Which, change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    const HEAD: usize = 4;
    const SIGNATURE: usize = 2 + 64;
    let whose = identity(77);
    let provider = OpenMlsRustCrypto::default();
    let made = key_package(&provider, |it| it, CIPHERSUITE, credential(&whose));
    let bytes = made.tls_serialize_detached().expect("bytes");
    let (head, rest) = bytes.split_at(HEAD);
    let (init, rest) = VLBytes::tls_deserialize_bytes(rest).expect("the init key");
    let (leaf, rest) = VLBytes::tls_deserialize_bytes(rest).expect("the leaf's key");
    let leaf_rest = &rest[..rest.len() - SIGNATURE - 1 - SIGNATURE];
    let (init, leaf) = (init.as_slice(), leaf.as_slice());
    let (init, leaf) = match which {
        Which::Init => (change(init), leaf.to_vec()),
        Which::Leaf => (init.to_vec(), change(leaf)),
    };
    let leaf = [vector(leaf), leaf_rest.to_vec()].concat();
    let leaf_signature = vector(sign(&whose, "LeafNodeTBS", &leaf));
    let unsigned = [head, &vector(init), &leaf, &leaf_signature, &[0]].concat();
    let signature = vector(sign(&whose, "KeyPackageTBS", &unsigned));
    [unsigned, signature].concat()
}

/// As a message: version and kind come first.
fn message(key_package: &[u8]) -> Vec<u8> {
    [&[0, 1, 0, 5], key_package].concat()
}

#[test]
fn g12_a_key_package_with_a_key_that_is_none_is_refused() {
    let same = |key: &[u8]| key.to_vec();
    let short = |key: &[u8]| key[1..].to_vec();
    for which in [Which::Init, Which::Leaf] {
        let refused = |change| Joiner::parse(&message(&with_key(which, change))).err();
        assert_eq!(refused(same as fn(&[u8]) -> _), None, "{which:?}");
        for change in [spoilt as fn(&[u8]) -> _, short] {
            assert_eq!(
                refused(change),
                Some(GroupError::PeerMisbehaved),
                "{which:?}"
            );
        }
    }
}

/// As MLS takes it.
fn taken(key_package: &[u8]) -> KeyPackage {
    let (parsed, _) = KeyPackageIn::tls_deserialize_bytes(key_package).expect("a key package");
    let crypto = suite::SuiteCrypto::default();
    parsed
        .validate(&crypto, ProtocolVersion::Mls10)
        .expect("MLS doesn't mind")
}

#[test]
fn g12_nobody_is_added_whose_key_is_none() {
    let mut scene = Scene::new();
    let carol = Candidate::new(&identity(4), rng(4)).expect("a candidate");
    let added = [
        taken(&with_key(Which::Leaf, spoilt)),
        joiner(&carol).key_package,
    ];
    let [commit, welcome] = scene.mallory.add(&added);
    scene.refuses(&commit, "in a Commit");
    let refused = carol.join(&welcome, |_, _| true).err();
    let refused = refused.map(|rejected| rejected.error);
    assert_eq!(
        refused,
        Some(GroupError::PeerMisbehaved),
        "in a Welcome's tree"
    );
}

/// The leaf's is among them; of the rest everybody here can derive what it must be. The last is the
/// next epoch's external one, which goes nowhere.
#[test]
fn g12_a_path_with_a_key_that_is_none_is_refused() {
    let mut scene = Scene::new();
    let (sound, keys) = scene.mallory.spoilt_path(usize::MAX);
    assert!(scene.alice.receive(&sound).is_ok());
    for nth in 0..keys - 1 {
        let mut scene = Scene::new();
        let (commit, _) = scene.mallory.spoilt_path(nth);
        scene.refuses(&commit, &format!("key {nth} of {keys}"));
    }
}
