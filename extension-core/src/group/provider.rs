//! What openmls needs from its surroundings: algorithms, memory to keep keys in, and our
//! randomness. One provider serves one group (or one key package that waits to join one), so
//! that dropping it wipes all that the group left behind.

use std::{cell::RefCell, convert::Infallible};

use openmls_traits::{OpenMlsProvider, random::OpenMlsRand};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;

use super::{
    storage::{Entries, Storage},
    suite::SuiteCrypto,
};

pub struct Provider {
    crypto: SuiteCrypto,
    storage: Storage,
    rand: SeededRand,
}

impl Provider {
    pub fn new(rng: ChaCha20Rng) -> Self {
        Self {
            crypto: SuiteCrypto::default(),
            storage: Storage::default(),
            rand: SeededRand(RefCell::new(rng)),
        }
    }

    /// A copy of all keys, to go back to.
    pub fn keys(&self) -> Entries {
        self.storage.entries()
    }

    /// Goes back to a copy.
    pub fn restore(&self, keys: Entries) {
        self.storage.restore(keys);
    }
}

impl OpenMlsProvider for Provider {
    type CryptoProvider = SuiteCrypto;
    type RandProvider = SeededRand;
    type StorageProvider = Storage;

    fn storage(&self) -> &Storage {
        &self.storage
    }

    fn crypto(&self) -> &SuiteCrypto {
        &self.crypto
    }

    fn rand(&self) -> &SeededRand {
        &self.rand
    }
}

/// Randomness stretched from the caller's seed.
pub struct SeededRand(RefCell<ChaCha20Rng>);

impl OpenMlsRand for SeededRand {
    type Error = Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Infallible> {
        let mut bytes = [0; N];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Infallible> {
        let mut bytes = vec![0; len];
        self.0.borrow_mut().fill_bytes(&mut bytes);
        Ok(bytes)
    }
}
