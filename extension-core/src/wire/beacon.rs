//! The beacon: each participant's signed, numbered statement of where it stands. It makes joins,
//! departures, missed commits and forks visible to all, and carries no personal data.

use tls_codec::{Serialize, TlsDeserializeBytes, TlsSerialize, TlsSize};

use super::Unheard;
use crate::{
    identity::{self, Identity},
    ids::{BranchDigest, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
};

const LABEL: &[u8] = b"Sotto 1 beacon";

/// Where a participant stands: a group, its epoch, which branch of it, and the leaf it holds.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
pub struct Standing {
    /// The group that it is in; everyone is in one, if alone.
    pub group: GroupId,
    /// The group's epoch, as the participant knows it.
    pub epoch: Epoch,
    /// Tells branches of one epoch apart.
    pub digest: BranchDigest,
    /// Its own leaf there.
    pub leaf: Leaf,
}

/// A wish to be added to another group, or to one's own again.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
pub struct Seek {
    /// The group to be added to.
    pub group: GroupId,
    /// The key package to be added with.
    pub key_package: KeyPackageRef,
}

/// What a beacon says.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize,
)]
pub struct Beacon {
    /// Grows by at least one with each beacon of this participant; an older one is a replay.
    pub sequence: u64,
    /// Where it stands.
    pub standing: Standing,
    /// Where it wants to go, if anywhere.
    pub seeks: Option<Seek>,
    /// Whether this is its last word.
    pub presence: Presence,
    /// Whether anybody else is in its group.
    pub company: Company,
    /// Whom of its group it doesn't hear by itself.
    pub unheard: Unheard,
}

/// Whether a participant has a group to itself.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
#[repr(u8)]
pub enum Company {
    /// Nobody else is in it.
    Alone = 1,
    /// Others are.
    Together = 2,
}

/// Whether a participant stays.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
#[repr(u8)]
pub enum Presence {
    /// It stays.
    Here = 1,
    /// It goes, and wants to be removed.
    Leaving = 2,
}

/// A beacon with its sender's key and signature.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserializeBytes, TlsSize)]
pub struct SignedBeacon {
    beacon: Beacon,
    public_key: [u8; 32],
    signature: [u8; 64],
}

impl SignedBeacon {
    /// Signs a beacon of ours.
    pub fn sign(identity: &Identity, beacon: Beacon) -> Self {
        let signature = identity.sign_bytes(&to_be_signed(&beacon));
        Self {
            beacon,
            public_key: identity.public_key(),
            signature,
        }
    }

    /// What is said, whoever says it.
    pub fn beacon(&self) -> &Beacon {
        &self.beacon
    }

    /// Whose it says that it is.
    pub fn peer(&self) -> PeerId {
        PeerId::of(&self.public_key)
    }

    /// The sender and what it said, if the signature holds.
    pub fn open(&self) -> Option<(PeerId, Beacon)> {
        identity::verify(
            &self.public_key,
            &to_be_signed(&self.beacon),
            &self.signature,
        )
        .then(|| (self.peer(), self.beacon.clone()))
    }
}

fn to_be_signed(beacon: &Beacon) -> Vec<u8> {
    let mut bytes = LABEL.to_vec();
    beacon
        .tls_serialize(&mut bytes)
        .expect("a beacon is small, and a Vec takes it");
    bytes
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use tls_codec::DeserializeBytes;

    use super::*;
    use crate::wire::{Lack, Message};

    fn signed() -> SignedBeacon {
        let identity = Identity::generate(&mut ChaCha20Rng::from_seed([1; 32]));
        let standing = Standing {
            group: GroupId([2; 16]),
            epoch: Epoch(3),
            digest: BranchDigest([4; 8]),
            leaf: Leaf(5),
        };
        let seeks = Some(Seek {
            group: GroupId([6; 16]),
            key_package: KeyPackageRef([7; 32]),
        });
        let beacon = Beacon {
            sequence: 8,
            standing,
            seeks,
            presence: Presence::Here,
            company: Company::Together,
            unheard: Unheard::of([Lack {
                peer: PeerId([9; 16]),
                sequence: 10,
            }]),
        };
        SignedBeacon::sign(&identity, beacon)
    }

    #[test]
    fn says_who_signed_it() {
        let signed = signed();
        let (peer, beacon) = signed.open().expect("a good signature");
        assert_eq!(peer, PeerId::of(&signed.public_key));
        assert_eq!(beacon.sequence, 8);
    }

    #[test]
    fn one_that_is_passed_on_is_a_message_of_another_type() {
        let types = [Message::Beacon(signed()), Message::PassedOn(signed())];
        assert_eq!(types.map(|it| it.to_bytes()[0]), [1, 5]);
    }

    #[test]
    fn no_byte_can_be_changed() {
        let bytes = signed().tls_serialize_detached().expect("serializes");
        for position in 0..bytes.len() {
            let mut forged = bytes.clone();
            forged[position] ^= 1;
            let opened = SignedBeacon::tls_deserialize_exact_bytes(&forged)
                .ok()
                .and_then(|beacon| beacon.open());
            assert_eq!(opened, None, "byte {position}");
        }
    }
}
