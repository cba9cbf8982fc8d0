//! What openmls needs from its surroundings: algorithms, memory to keep keys in, and our
//! randomness. One provider serves one group (or one key package that waits to join one), so
//! that dropping it wipes all that the group left behind.

use std::{collections::HashMap, convert::Infallible, sync::Mutex};

use openmls_rust_crypto::MemoryStorage;
use openmls_traits::{OpenMlsProvider, random::OpenMlsRand};
use rand_chacha::ChaCha20Rng;
use rand_core::Rng;
use zeroize::Zeroize;

use super::suite::SuiteCrypto;

pub struct Provider {
    crypto: SuiteCrypto,
    storage: MemoryStorage,
    rand: SeededRand,
}

impl Provider {
    pub fn new(rng: ChaCha20Rng) -> Self {
        Self {
            crypto: SuiteCrypto::default(),
            storage: MemoryStorage::default(),
            rand: SeededRand(Mutex::new(rng)),
        }
    }
}

type Keys = HashMap<Vec<u8>, Vec<u8>>;

impl Provider {
    /// A copy of all keys, to go back to.
    pub fn keys(&self) -> Keys {
        let values = self.storage.values.read();
        values
            .expect("nobody panics while holding the lock")
            .clone()
    }

    /// Goes back to a copy.
    pub fn restore(&self, keys: Keys) {
        let values = self.storage.values.write();
        *values.expect("nobody panics while holding the lock") = keys;
    }
}

impl OpenMlsProvider for Provider {
    type CryptoProvider = SuiteCrypto;
    type RandProvider = SeededRand;
    type StorageProvider = MemoryStorage;

    fn storage(&self) -> &MemoryStorage {
        &self.storage
    }

    fn crypto(&self) -> &SuiteCrypto {
        &self.crypto
    }

    fn rand(&self) -> &SeededRand {
        &self.rand
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        if let Ok(mut values) = self.storage.values.write() {
            values.values_mut().for_each(Zeroize::zeroize);
        }
    }
}

/// Randomness stretched from the caller's seed.
pub struct SeededRand(Mutex<ChaCha20Rng>);

impl SeededRand {
    fn fill(&self, bytes: &mut [u8]) {
        let mut rng = self.0.lock().expect("nobody panics while holding the lock");
        rng.fill_bytes(bytes);
    }
}

impl OpenMlsRand for SeededRand {
    type Error = Infallible;

    fn random_array<const N: usize>(&self) -> Result<[u8; N], Infallible> {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        Ok(bytes)
    }

    fn random_vec(&self, len: usize) -> Result<Vec<u8>, Infallible> {
        let mut bytes = vec![0; len];
        self.fill(&mut bytes);
        Ok(bytes)
    }
}
