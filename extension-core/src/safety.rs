//! The safety number: 60 digits that are equal on all members exactly when they share one
//! group state. PROTOCOL.md section "Safety number" has the construction; nothing here knows MLS.

use hkdf::Hkdf;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::ids::BranchDigest;

const NUMBER_LABEL: &[u8] = b"Sotto 1 safety number";
const BRANCH_LABEL: &[u8] = b"Sotto 1 branch digest";
const GROUPS: usize = 12;
const BYTES_PER_GROUP: usize = 5;

/// Twelve groups of five digits, for people to compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct SafetyNumber(Vec<String>);

impl SafetyNumber {
    /// Derives the number from an epoch authenticator (RFC 9420 section 8.7).
    pub fn of(epoch_authenticator: &[u8]) -> Self {
        let mut bytes = [0; GROUPS * BYTES_PER_GROUP];
        Hkdf::<Sha256>::new(None, epoch_authenticator)
            .expand(NUMBER_LABEL, &mut bytes)
            .expect("60 bytes are within HKDF-SHA-256's 8160");
        Self(
            bytes
                .chunks_exact(BYTES_PER_GROUP)
                .map(five_digits)
                .collect(),
        )
    }

    /// The groups, first to last.
    pub fn groups(&self) -> &[String] {
        &self.0
    }
}

fn five_digits(chunk: &[u8]) -> String {
    let value = chunk
        .iter()
        .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    format!("{:05}", value % 100_000)
}

/// What a beacon shows of an authenticator.
pub fn branch_digest(epoch_authenticator: &[u8]) -> BranchDigest {
    let digest = Sha256::new_with_prefix(BRANCH_LABEL)
        .chain_update(epoch_authenticator)
        .finalize();
    let mut short = [0; 8];
    short.copy_from_slice(&digest[..8]);
    BranchDigest(short)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn has_twelve_groups_of_five_digits() {
        let number = SafetyNumber::of(&[7; 32]);
        assert_eq!(number.groups().len(), 12);
        assert!(number.groups().iter().all(|group| {
            group.len() == 5 && group.bytes().all(|digit| digit.is_ascii_digit())
        }));
    }

    #[test]
    fn is_fixed_for_an_authenticator_and_other_for_another() {
        // Pinned, so that a change of the construction is seen: it needs a new protocol version.
        assert_eq!(SafetyNumber::of(&[0; 32]).groups()[..3], PINNED);
        assert_ne!(SafetyNumber::of(&[0; 32]), SafetyNumber::of(&[1; 32]));
    }

    const PINNED: [&str; 3] = ["70864", "70831", "34782"];
}
