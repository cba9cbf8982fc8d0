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
    media::{BaseKey, Keyring, MAX_OVERHEAD, Sender},
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

macro_rules! frames {
    ($($codec:ident $name:literal,)*) => {
        &[$((
            Codec::$codec,
            include_bytes!(concat!("../../../extension-core/vectors/frames/", $name)),
        )),*]
    };
}

/// The frames that were ever sealed under [`keyring`]'s keys.
pub const FRAMES: &[(Codec, &[u8])] = frames![
    Opus "opus-20ms",
    Opus "opus-60ms",
    Opus "opus-dtx",
    Vp8 "vp8-key",
    Vp8 "vp8-delta",
    Vp9 "vp9-key",
    Vp9 "vp9-delta",
    Red "red-two-blocks",
    H264 "h264-key",
    H264 "h264-slices",
    H265 "h265-key",
    H265 "h265-delta",
    Av1 "av1-key",
    Av1 "av1-svc",
    Pcmu "pcmu",
    G722 "g722",
    ComfortNoise "cn",
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

/// Every leaf has a member, whose frames may come.
pub fn anybody(_: EpochId, leaf: Leaf) -> Option<Sender> {
    Some(Sender {
        member: PeerId([leaf.0 as u8; 16]),
        is_there: true,
    })
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

/// A codec for any byte; a codec's tag, less 1, is its own.
pub fn codec(number: u8) -> Codec {
    Codec::ALL[usize::from(number) % Codec::ALL.len()]
}

/// Most bytes that sealing adds to a frame of so many (PROTOCOL.md section 5).
pub fn most_added(codec: Codec, length: usize) -> usize {
    let layout = match codec {
        Codec::Vp8 | Codec::Vp9 | Codec::Pcmu | Codec::Pcma | Codec::G722 => 0,
        Codec::Av1 | Codec::ComfortNoise => 1,
        Codec::Opus => 145,
        Codec::Red => 146,
        // Copies of parameter sets, emulation prevention bytes, and 12 bytes for each 1,000.
        Codec::H264 | Codec::H265 => 2 * length + 64,
    };
    MAX_OVERHEAD + layout
}
