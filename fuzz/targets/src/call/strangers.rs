//! People who know the protocol and mean no good: what they sign is signed well.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_core::{
    carrier::cut,
    identity::Identity,
    ids::{Epoch, GroupId, KeyPackageRef, Leaf},
    wire::{Beacon, Company, Message, Presence, Seek, SignedBeacon, Standing, Unheard},
};

use super::operation::Claim;

const STRANGERS: u8 = 3;

/// See the module's text.
pub struct Strangers {
    people: Vec<Identity>,
    sequence: u64,
}

impl Default for Strangers {
    fn default() -> Self {
        let person = |number| {
            let mut rng = ChaCha20Rng::from_seed([0xe0 + number; 32]);
            Identity::generate(&mut rng)
        };
        Self {
            people: (0..STRANGERS).map(person).collect(),
            sequence: 0,
        }
    }
}

impl Strangers {
    /// The packets of what a stranger says. It seeks `wanted`, if anything.
    pub fn say(&mut self, claim: Claim, like: Standing, wanted: Option<GroupId>) -> Vec<Vec<u8>> {
        self.sequence += 1;
        let beacon = Beacon {
            sequence: self.sequence,
            standing: bent(like, claim),
            seeks: wanted.map(|group| Seek {
                group,
                key_package: KeyPackageRef([claim.digest; 32]),
            }),
            presence: if claim.leaves {
                Presence::Leaving
            } else {
                Presence::Here
            },
            company: Company::Together,
            unheard: Unheard::default(),
        };
        let person = &self.people[usize::from(claim.stranger % STRANGERS)];
        let message = Message::Beacon(SignedBeacon::sign(person, beacon));
        cut(&message.to_bytes())
    }
}

fn bent(like: Standing, claim: Claim) -> Standing {
    let mut standing = like;
    standing.epoch = match claim.epoch {
        u8::MAX => Epoch(u64::MAX),
        more => Epoch(like.epoch.0.saturating_add(more.into())),
    };
    standing.digest.0[0] ^= claim.digest;
    standing.group.0[15] ^= claim.leaf & 0x80;
    standing.leaf = Leaf(like.leaf.0.wrapping_add(claim.leaf.into()));
    standing
}
