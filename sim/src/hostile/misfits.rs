//! Messages and packets that nobody may take, each well made but for one thing.

use sotto_core::{
    identity::Identity,
    wire::{Beacon, Message, MessageId, Packet, SignedBeacon, Unheard},
};

use crate::dice::Dice;

const SIGNED_WITH: usize = 32 + 64;
const LACK: usize = 16 + 8;

/// What was heard, with one byte changed.
pub fn forged(dice: &mut Dice, heard: &[u8]) -> Vec<u8> {
    let mut bytes = heard.to_vec();
    let at = dice.below(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << dice.below(8);
    }
    bytes
}

/// B5: a key package that is too long.
pub fn fat(dice: &mut Dice) -> Vec<u8> {
    Message::KeyPackage(dice.bytes(20_000).into()).to_bytes()
}

/// W4: a fragment of a message that has more than 256.
pub fn of_too_many(dice: &mut Dice) -> Vec<u8> {
    let body = dice.bytes(100);
    let count = 257 + dice.below(1000) as u16;
    let packet = Packet {
        message: MessageId::of(&body),
        index: dice.below(usize::from(count)) as u16,
        count,
        fragment: &body,
    };
    packet.to_bytes()
}

/// B10: a beacon that lacks so many, of which 64 may be, and is signed all the same.
pub fn lacking(identity: &Identity, beacon: Beacon, count: u8) -> Vec<u8> {
    let unheard = Unheard::default();
    let signed = SignedBeacon::sign(identity, Beacon { unheard, ..beacon });
    let message = Message::Beacon(signed).to_bytes();
    let end = message.len() - SIGNED_WITH - 1;
    let mut said = message[1..end].to_vec();
    let length = 0x4000 | (usize::from(count) * LACK) as u16;
    said.extend(length.to_be_bytes());
    (0..count).for_each(|peer| said.extend([[peer; 16].as_slice(), &[0; 8]].concat()));
    let signature = identity.sign_bytes(&[b"Sotto 1 beacon", said.as_slice()].concat());
    [&message[..1], &said, &identity.public_key(), &signature].concat()
}

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha20Rng;
    use rand_core::SeedableRng;
    use sotto_core::{
        ids::{BranchDigest, Epoch, GroupId, Leaf},
        wire::Standing,
    };

    use super::*;
    use crate::{dice::Purpose, hostile::guest::plain};

    fn opens(message: &[u8]) -> bool {
        let message = Message::parse(message);
        matches!(message, Ok(Message::Beacon(beacon)) if beacon.open().is_some())
    }

    #[test]
    fn one_thing_is_wrong_with_each() {
        let identity = Identity::generate(&mut ChaCha20Rng::from_seed([1; 32]));
        let beacon = plain(Standing {
            group: GroupId([2; 16]),
            epoch: Epoch(3),
            digest: BranchDigest([4; 8]),
            leaf: Leaf(5),
        });
        let fine = lacking(&identity, beacon.clone(), 64);
        assert!(opens(&fine));
        assert!(!opens(&lacking(&identity, beacon, 65)));
        let mut dice = Dice::new(1, Purpose::Faults);
        assert!(!opens(&forged(&mut dice, &fine)));
        assert!(Packet::parse(&of_too_many(&mut dice)).is_ok());
    }
}
