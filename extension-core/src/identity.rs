//! Who we are in a call: a fresh Ed25519 key for each one. It signs our beacons and is the
//! signature key of our MLS leaf (RFC 9420 section 7.2), so the two can be held together.

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use openmls_traits::{
    signatures::{Signer, SignerError},
    types::SignatureScheme,
};
use rand_core::Rng;

use crate::ids::PeerId;

/// Our signature key. The private half is wiped when this is dropped.
pub struct Identity {
    key: SigningKey,
    peer: PeerId,
}

impl Identity {
    /// Makes a fresh identity from the caller's randomness.
    pub fn generate(rng: &mut impl Rng) -> Self {
        let mut secret = zeroize::Zeroizing::new([0; 32]);
        rng.fill_bytes(secret.as_mut());
        let key = SigningKey::from_bytes(&secret);
        let peer = PeerId::of(key.verifying_key().as_bytes());
        Self { key, peer }
    }

    /// Our participant id.
    pub fn peer(&self) -> PeerId {
        self.peer
    }

    /// Our public key, 32 bytes (RFC 8032).
    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// Signs `message`: 64 bytes (RFC 8032).
    pub fn sign_bytes(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// Checks a signature strictly: no small-order keys, no malleable signatures (RFC 8032
/// section 5.1.7).
pub fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    #[cfg(feature = "remember-signatures")]
    return remembered::verify(public_key, message, signature);
    #[cfg(not(feature = "remember-signatures"))]
    verify_anew(public_key, message, signature)
}

fn verify_anew(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public_key)
        .and_then(|key| key.verify_strict(message, &Signature::from_bytes(signature)))
        .is_ok()
}

/// Signatures that held, by what was checked.
#[cfg(feature = "remember-signatures")]
mod remembered {
    use std::{cell::RefCell, collections::HashSet};

    use sha2::{Digest, Sha256};

    const MOST: usize = 100_000;

    thread_local! {
        static GOOD: RefCell<HashSet<[u8; 32]>> = RefCell::default();
    }

    pub(super) fn verify(public_key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
        let checked = Sha256::new_with_prefix(public_key)
            .chain_update(signature)
            .chain_update(message)
            .finalize()
            .into();
        let known = GOOD.with_borrow(|good| good.contains(&checked));
        let holds = known || super::verify_anew(public_key, message, signature);
        if holds && !known {
            GOOD.with_borrow_mut(|good| {
                if good.len() >= MOST {
                    good.clear();
                }
                good.insert(checked)
            });
        }
        holds
    }
}

impl Signer for Identity {
    fn sign(&self, payload: &[u8]) -> Result<Vec<u8>, SignerError> {
        Ok(self.sign_bytes(payload).to_vec())
    }

    fn signature_scheme(&self) -> SignatureScheme {
        SignatureScheme::ED25519
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use ed25519_dalek::Verifier;

    use super::*;

    const MESSAGE: &[u8] = b"Sotto";

    /// The neutral element: of small order, and easy to find a signature for.
    const SMALL: &str = "0100000000000000000000000000000000000000000000000000000000000000";
    const KEY: &str = "3b8b134e0fd0bfcc5c68024d610fa6c4774c3fdaecf2edb603dbb4edef0a7d47";
    const R: &str = "30b645df07cfa08d382e07a5c3708e986e9022f7084e07db7933279fd8892e6b";

    fn bytes<const N: usize>(hex: &str) -> [u8; N] {
        let bytes = hex::decode(hex).expect("hexadecimal");
        bytes.try_into().expect("of this length")
    }

    /// Whether a signature holds by the bare equation, and whether it holds for us.
    fn held(key: &str, r: &str, s: &str) -> (bool, bool) {
        let (key, signature) = (bytes(key), bytes(&format!("{r}{s}")));
        let loose = VerifyingKey::from_bytes(&key).expect("a point");
        let loose = loose.verify(MESSAGE, &Signature::from_bytes(&signature));
        (loose.is_ok(), verify(&key, MESSAGE, &signature))
    }

    #[test]
    fn an_honest_signature_holds() {
        let s = "3d87f0d381ee14900bcab636057e09c4c659dbe5f551421e857cee3f3bf46700";
        assert_eq!(held(KEY, R, s), (true, true));
    }

    #[test]
    fn b1_neither_the_key_nor_r_may_be_of_small_order() {
        let zero = "0".repeat(64);
        assert_eq!(held(SMALL, SMALL, &zero), (true, false), "both");
        let s = "08192a3b4cd0e5f6070000000000000000000000000000000000000000000000";
        assert_eq!(held(SMALL, R, s), (true, false), "the key");
        let s = "f3628151417f8b312c84355dfd59f410f119fc9506f7b4c07371db16f7c7a70f";
        assert_eq!(held(KEY, SMALL, s), (true, false), "R");
    }

    /// R has a part of order 8, which the cofactor would hide.
    #[test]
    fn b1_a_signature_that_holds_only_with_the_cofactor_is_refused() {
        let r = "72f06a13fae36e7f768c38b4558384c2c5b5bfca880a01f6caf1c25d37728f80";
        let s = "b48f435283a5c662a82f78d6b8f57525c4320eb2c8fcf7eb65dafb2392db210f";
        assert_eq!(held(KEY, r, s), (false, false));
    }
}
