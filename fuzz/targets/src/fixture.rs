//! What the targets hold fixed: the same people, group and frames in every run, so that a message
//! that is kept as a seed stays valid. Our groups can't be made twice (HPKE takes the system's
//! randomness), so the ones here come from a kept Welcome; `examples/seeds.rs` writes it.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_core::{
    framing::Codec,
    group::{Candidate, Group},
    identity::Identity,
    ids::{BranchDigest, Epoch, EpochId, GroupId, Leaf, PeerId},
    media::{BaseKey, Keyring},
    time::Instant,
};

/// Founds the group of the kept messages.
pub const ALICE: u8 = 1;
/// Is welcomed to it, and is who every kept message is tried on.
pub const BOB: u8 = 2;
/// Joins it later.
pub const CAROL: u8 = 3;
/// Signs beacons.
pub const DAVE: u8 = 4;
/// Everyone whose key is in use here: a message of anyone else is a forgery.
pub const PEOPLE: [u8; 4] = [ALICE, BOB, CAROL, DAVE];

/// The group of the kept messages.
pub const GROUP: GroupId = GroupId([9; 16]);

/// The Welcome that leads Bob into it.
pub const WELCOME: &[u8] = include_bytes!("../../corpus/welcome/genuine");
/// The Commit of Alice that comes next there.
pub const COMMIT: &[u8] = include_bytes!("../../corpus/commit/genuine");

/// The frames that were ever sealed under [`keyring`]'s keys.
pub const FRAMES: [(Codec, &[u8]); 4] = [
    (Codec::Opus, &[0x78; 24]),
    (Codec::Vp8, &[0x50; 24]),
    (Codec::Vp8, &[0xb1; 24]),
    (Codec::Vp9, &[0x82; 24]),
];

/// A generator of a person's own.
pub fn rng(seed: u8) -> ChaCha20Rng {
    ChaCha20Rng::from_seed([seed; 32])
}

/// A person.
pub fn identity(person: u8) -> Identity {
    Identity::generate(&mut rng(person))
}

/// Whether a participant is one of [`PEOPLE`].
pub fn is_known(peer: PeerId) -> bool {
    PEOPLE.iter().any(|person| identity(*person).peer() == peer)
}

/// A person's key package, the same each time.
pub fn candidate(person: u8) -> Candidate {
    let rng = rng(person + 100);
    Candidate::new(&identity(person), rng).expect("key packages of ours can be made")
}

/// Bob's side of the group that the kept messages are of.
pub fn group() -> Group {
    candidate(BOB)
        .join(WELCOME, |_, _| true)
        .expect("the kept Welcome is for this key package")
}

/// A member's media keys of three epochs, two of which look the same in a key id.
pub fn keyring(leaf: Leaf) -> Keyring {
    let mut keyring = Keyring::default();
    for number in [1, 2, 17] {
        keyring.install(Instant(0), epoch(number), leaf, &base_key(number));
        keyring.switch();
    }
    keyring
}

fn epoch(number: u8) -> EpochId {
    EpochId {
        group: GROUP,
        epoch: Epoch(number.into()),
        branch: BranchDigest([number; 8]),
    }
}

fn base_key(number: u8) -> BaseKey {
    let mut key = BaseKey::default();
    key.fill(number);
    key
}

/// A codec for any byte.
pub fn codec(number: u8) -> Codec {
    [Codec::Opus, Codec::Vp8, Codec::Vp9][usize::from(number) % 3]
}
