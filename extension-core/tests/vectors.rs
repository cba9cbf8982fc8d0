//! What a stranger's implementation can be held against: PROTOCOL.md's appendix, computed by what
//! ships from fixed inputs and compared with `vectors/sotto.json`. With `SOTTO_VECTORS=write` the
//! test writes that file anew.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use serde_json::{Value, json};

use sotto_core::{
    carrier::{FRAGMENT, cut},
    framing::Codec,
    identity::Identity,
    ids::{BranchDigest, Epoch, EpochId, GroupId, KeyPackageRef, Leaf, PeerId},
    media::{BaseKey, Context, Keyring, Kid},
    safety::{SafetyNumber, branch_digest},
    time::Instant,
    wire::{Beacon, Company, Lack, Message, Presence, Seek, SignedBeacon, Standing, Unheard},
};

const STORED: &str = include_str!("../vectors/sotto.json");
const AUTHENTICATOR: [u8; 32] = [0xa5; 32];
const BASE_KEY: [u8; 16] = [0x0b; 16];

/// A key whose seed (RFC 8032: its secret) is one byte, again and again.
struct Constant(u8);

impl rand_core::TryRng for Constant {
    type Error = std::convert::Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        Ok(u32::from_ne_bytes([self.0; 4]))
    }

    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        Ok(u64::from_ne_bytes([self.0; 8]))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Self::Error> {
        bytes.fill(self.0);
        Ok(())
    }
}

fn identity() -> Identity {
    Identity::generate(&mut Constant(1))
}

fn participant() -> Value {
    let identity = identity();
    json!({
        "secret_key": hex::encode([1; 32]),
        "public_key": hex::encode(identity.public_key()),
        "participant_id": hex::encode(identity.peer().0),
    })
}

fn epoch() -> Value {
    json!({
        "epoch_authenticator": hex::encode(AUTHENTICATOR),
        "branch": hex::encode(branch_digest(&AUTHENTICATOR).0),
        "safety_number": SafetyNumber::of(&AUTHENTICATOR).groups().join(" "),
    })
}

fn standing() -> Standing {
    Standing {
        group: GroupId([2; 16]),
        epoch: Epoch(3),
        digest: branch_digest(&AUTHENTICATOR),
        leaf: Leaf(5),
    }
}

/// One that says as little as a beacon can, and one that says all that it can.
fn beacons() -> [Beacon; 2] {
    let plain = Beacon {
        sequence: 7,
        standing: standing(),
        seeks: None,
        presence: Presence::Here,
        company: Company::Together,
        unheard: Unheard::default(),
    };
    let lack = Lack {
        peer: PeerId([8; 16]),
        sequence: 9,
    };
    let full = Beacon {
        sequence: 8,
        seeks: Some(Seek {
            group: GroupId([6; 16]),
            key_package: KeyPackageRef([7; 32]),
        }),
        presence: Presence::Leaving,
        company: Company::Alone,
        unheard: Unheard::of([lack]),
        ..plain.clone()
    };
    [plain, full]
}

fn messages() -> Value {
    let written = beacons().map(|beacon| {
        let message = Message::Beacon(SignedBeacon::sign(&identity(), beacon)).to_bytes();
        json!({ "message": hex::encode(&message), "packet": hex::encode(&cut(&message)[0]) })
    });
    let [plain, full] = written;
    json!({ "plain": plain, "full": full })
}

/// A message of two packets, of bytes that count up to 250 and begin again.
fn fragments() -> Value {
    let message: Vec<u8> = (0..=FRAGMENT).map(|at| (at % 251) as u8).collect();
    let headers: Vec<String> = cut(&message)
        .iter()
        .map(|it| hex::encode(&it[..17]))
        .collect();
    json!({ "length": message.len(), "headers": headers })
}

fn media() -> Value {
    let (context, leaf) = (Context(1), Leaf(5));
    let mut keyring = Keyring::default();
    let id = EpochId {
        group: GroupId([2; 16]),
        epoch: Epoch(0x13),
        branch: BranchDigest([4; 8]),
    };
    keyring.install(Instant(0), id, leaf, &BaseKey::new(BASE_KEY));
    keyring.switch();
    let kid = Kid::new(context, leaf, id.epoch).map(Kid::number);
    let mut frames = [b"the first", b"the other"].map(|plain| {
        let mut buffer = Vec::new();
        let sealed = keyring.seal(context, Codec::Opus.frame(plain), &mut buffer);
        let sealed = hex::encode(sealed.expect("a key"));
        json!({ "plain": hex::encode(plain), "sealed": sealed })
    });
    json!({
        "base_key": hex::encode(BASE_KEY),
        "context": context.0,
        "leaf": leaf.0,
        "epoch": id.epoch.0,
        "kid": kid,
        "codec": "opus",
        "frames": frames.each_mut().map(Value::take),
    })
}

fn computed() -> Value {
    json!({
        "participant": participant(),
        "epoch": epoch(),
        "beacons": messages(),
        "fragments": fragments(),
        "media": media(),
    })
}

#[test]
fn the_vectors_are_what_the_code_computes() {
    let computed = computed();
    #[cfg(not(target_arch = "wasm32"))]
    if std::env::var("SOTTO_VECTORS").is_ok_and(|it| it == "write") {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/sotto.json");
        let text = serde_json::to_string_pretty(&computed).expect("plain values");
        std::fs::write(path, text + "\n").expect("the tree can be written");
        return;
    }
    let stored: Value = serde_json::from_str(STORED).expect("JSON");
    assert_eq!(computed, stored);
}
