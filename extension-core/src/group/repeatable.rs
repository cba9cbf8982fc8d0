//! For simulations alone, which no browser can run: what HPKE draws from the system in what ships
//! follows from the recipient's key here, which follows from the seed, so that a run can be
//! repeated. openmls seals for many at once, on any thread, so nothing may depend on their order.

use std::sync::atomic::{AtomicBool, Ordering};

use hpke_rs_crypto::error::Error;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sha2::{Digest, Sha256};
use x_wing::{Encapsulate, EncapsulationKey, TryKeyInit};

static ON: AtomicBool = AtomicBool::new(false);

/// From now on, in this process.
pub fn begin() {
    ON.store(true, Ordering::Relaxed);
}

/// A shared secret, and its encapsulation.
type Encapsulated = (Vec<u8>, Vec<u8>);

/// Does so once this has begun.
pub(super) fn encapsulate(recipient: &[u8]) -> Option<Result<Encapsulated, Error>> {
    ON.load(Ordering::Relaxed).then(|| {
        let mut rng = ChaCha20Rng::from_seed(Sha256::digest(recipient).into());
        let key = EncapsulationKey::new_from_slice(recipient);
        let key = key.map_err(|_| Error::KemInvalidPublicKey)?;
        let (ciphertext, secret) = key.encapsulate_with_rng(&mut rng);
        Ok((secret.as_slice().to_vec(), ciphertext.as_slice().to_vec()))
    })
}
