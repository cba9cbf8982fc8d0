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
