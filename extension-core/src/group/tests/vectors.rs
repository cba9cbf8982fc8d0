//! What a stranger's MLS can be held against (PROTOCOL.md's appendix): a member's private keys, and
//! what leads it through three epochs. HPKE takes fresh randomness, so that these messages can't be
//! made twice: `vectors/mls.json` is kept, and read by what ships. With `SOTTO_VECTORS=write` the
//! test writes others in its place.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use openmls::prelude::KeyPackageBundle;
use rand_core::Rng;
use serde::{Deserialize, Serialize};
use x_wing::{DecapsulationKey, Decapsulator, KeyExport};

use super::*;
use crate::safety::{SafetyNumber, branch_digest};

const STORED: &str = include_str!("../../../vectors/mls.json");

/// Where the group stands.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Place {
    epoch: u64,
    /// By leaf.
    members: Vec<(u32, String)>,
    epoch_authenticator: String,
    branch: String,
    safety_number: String,
    base_key: String,
}

impl Place {
    fn of(group: &Group) -> Self {
        let members = group.members().into_iter();
        let authenticator = group.epoch_authenticator();
        let base_key = group.media_base_key().expect("a key");
        Self {
            epoch: group.epoch().0,
            members: members
                .map(|(leaf, it)| (leaf.0, hex::encode(it.0)))
                .collect(),
            epoch_authenticator: hex::encode(authenticator),
            branch: hex::encode(branch_digest(authenticator).0),
            safety_number: SafetyNumber::of(authenticator).groups().join(" "),
            base_key: hex::encode(&base_key[..]),
        }
    }
}

/// A message, and where Bob stands once he has taken it.
#[derive(Serialize, Deserialize)]
struct Step {
    message: String,
    then: Place,
}

#[derive(Serialize, Deserialize)]
struct Vectors {
    signature_secret: String,
    init_secret: String,
    encryption_secret: String,
    key_package: String,
    key_package_ref: String,
    group: String,
    welcome: Step,
    commits: Vec<Step>,
}

fn bob() -> Candidate {
    Candidate::new(&identity(2), rng(3)).expect("a candidate")
}

/// The seed of Bob's signature key (RFC 8032: its secret).
fn signature_secret() -> [u8; 32] {
    let mut secret = [0; 32];
    rng(2).fill_bytes(&mut secret);
    secret
}

/// X-Wing's decapsulation keys of a key package that still waits, as its owner keeps them: that of
/// the init key, and that of the leaf.
fn secrets(candidate: &Candidate) -> [[u8; 32]; 2] {
    let entries = candidate.provider.keys().0;
    let is_package = |entry: &&(Kind, Vec<u8>)| entry.0 == Kind::KeyPackage;
    let name = entries.keys().find(is_package).expect("it waits");
    let bundle: KeyPackageBundle = postcard::from_bytes(&entries[name]).expect("a key package");
    let bundle = serde_json::to_value(bundle).expect("plain data");
    let keys = [
        &bundle["private_init_key"]["vec"],
        &bundle["private_encryption_key"]["key"]["vec"],
    ];
    keys.map(|key| serde_json::from_value(key.clone()).expect("32 bytes"))
}

#[cfg(not(target_arch = "wasm32"))]
fn made_anew() -> Vectors {
    let (alice, bob) = (identity(1), bob());
    let mut ours = founded(&alice);
    let added = ours
        .commit(&alice, &[&joiner(&bob)], &[])
        .expect("a commit");
    let welcome = added.welcome.expect("it adds");
    let [init, encryption] = secrets(&bob);
    let (key_package, key_package_ref) =
        (hex::encode(bob.message()), hex::encode(bob.reference().0));
    let mut theirs = bob.join(&welcome, |_, _| true).expect("joined");
    let first = Place::of(&theirs);
    let carol = Candidate::new(&identity(4), rng(5)).expect("a candidate");
    let mut commits = Vec::new();
    // Without a path; with one, and a removal; with one alone.
    for (add, remove) in [
        (vec![joiner(&carol)], vec![]),
        (vec![], vec![Leaf(2)]),
        (vec![], vec![]),
    ] {
        let add: Vec<&Joiner> = add.iter().collect();
        let commit = ours.commit(&alice, &add, &remove).expect("a commit").commit;
        theirs.receive(&commit).expect("taken");
        commits.push(Step {
            message: hex::encode(commit),
            then: Place::of(&theirs),
        });
    }
    Vectors {
        signature_secret: hex::encode(signature_secret()),
        init_secret: hex::encode(init),
        encryption_secret: hex::encode(encryption),
        key_package,
        key_package_ref,
        group: hex::encode(ours.id().0),
        welcome: Step {
            message: hex::encode(welcome),
            then: first,
        },
        commits,
    }
}

fn stored() -> Vectors {
    serde_json::from_str(STORED).expect("the stored vectors")
}

fn bytes(text: &str) -> Vec<u8> {
    hex::decode(text).expect("hexadecimal")
}

fn contains(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

#[test]
#[cfg(not(target_arch = "wasm32"))]
fn the_stored_vectors_can_be_written_anew() {
    let anew = serde_json::to_string_pretty(&made_anew()).expect("plain data") + "\n";
    if std::env::var("SOTTO_VECTORS").is_ok_and(|it| it == "write") {
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/mls.json");
        std::fs::write(file, &anew).expect("the folder is there");
    }
    assert_eq!(anew.len(), STORED.len(), "as long, with other bytes");
}

#[test]
fn the_secrets_are_those_of_the_key_package() {
    let (stored, bob) = (stored(), bob());
    assert_eq!(stored.key_package, hex::encode(bob.message()));
    assert_eq!(stored.key_package_ref, hex::encode(bob.reference().0));
    let secrets = secrets(&bob);
    assert_eq!(
        [stored.init_secret, stored.encryption_secret],
        secrets.map(hex::encode)
    );
    for secret in secrets {
        let public = DecapsulationKey::from(secret)
            .encapsulation_key()
            .to_bytes();
        assert!(contains(bob.message(), &public));
    }
    assert_eq!(stored.signature_secret, hex::encode(signature_secret()));
    let public = ed25519_dalek::SigningKey::from_bytes(&signature_secret()).verifying_key();
    assert!(contains(bob.message(), public.as_bytes()));
}

#[test]
fn a_member_comes_where_the_vectors_say() {
    let Vectors {
        welcome,
        commits,
        group,
        ..
    } = stored();
    let mut theirs = bob()
        .join(&bytes(&welcome.message), |_, _| true)
        .expect("joined");
    assert_eq!(hex::encode(theirs.id().0), group);
    assert_eq!(Place::of(&theirs), welcome.then);
    assert_eq!(commits.len(), 3);
    for Step { message, then } in commits {
        theirs.receive(&bytes(&message)).expect("taken");
        assert_eq!(Place::of(&theirs), then);
    }
}
