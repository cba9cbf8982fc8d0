//! A signed beacon: whoever can't sign for a participant can't speak for it, and what was signed
//! is what is read.

use arbitrary::{Arbitrary, Unstructured};
use sotto_core::{
    ids::{BranchDigest, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    wire::{Beacon, Company, Lack, Message, Presence, Seek, SignedBeacon, Standing, Unheard},
};

use crate::fixture::{self, DAVE};

pub fn run(bytes: &[u8]) {
    if let Ok(Message::Beacon(signed)) = Message::parse(bytes)
        && let Some((peer, _)) = signed.open()
    {
        assert!(fixture::is_known(peer), "a forged signature");
    }
    if let Ok(claim) = Claim::arbitrary(&mut Unstructured::new(bytes)) {
        survives_the_way(claim.beacon());
    }
}

fn survives_the_way(beacon: Beacon) {
    let dave = fixture::identity(DAVE);
    let message = Message::Beacon(SignedBeacon::sign(&dave, beacon.clone()));
    let Ok(Message::Beacon(read)) = Message::parse(&message.to_bytes()) else {
        panic!("a beacon of ours is read as something else");
    };
    assert_eq!(read.open(), Some((dave.peer(), beacon)));
}

/// Anything that a beacon can say.
#[derive(Clone, Debug, Arbitrary)]
struct Claim {
    sequence: u64,
    group: [u8; 16],
    epoch: u64,
    digest: [u8; 8],
    leaf: u32,
    seeks: Option<([u8; 16], [u8; 32])>,
    leaving: bool,
    alone: bool,
    unheard: Vec<([u8; 16], u64)>,
}

impl Claim {
    fn beacon(self) -> Beacon {
        Beacon {
            sequence: self.sequence,
            standing: Standing {
                group: GroupId(self.group),
                epoch: Epoch(self.epoch),
                digest: BranchDigest(self.digest),
                leaf: Leaf(self.leaf),
            },
            seeks: self.seeks.map(|(group, key_package)| Seek {
                group: GroupId(group),
                key_package: KeyPackageRef(key_package),
            }),
            presence: if self.leaving {
                Presence::Leaving
            } else {
                Presence::Here
            },
            company: if self.alone {
                Company::Alone
            } else {
                Company::Together
            },
            unheard: Unheard::of(self.unheard.into_iter().map(|(peer, sequence)| Lack {
                peer: PeerId(peer),
                sequence,
            })),
        }
    }
}
