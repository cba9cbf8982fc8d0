//! AES-128-GCM in place. All of it is RustCrypto's: generic code is compiled where it is made
//! concrete, and a crate can be built for speed while the core around it is built for size.

use aes_gcm::{AeadInOut, Aes128Gcm, KeyInit, Nonce, Tag};

pub const KEY: usize = 16;
pub const NONCE: usize = 12;
pub const TAG: usize = 16;

/// A key, expanded; wiped when dropped.
pub struct Cipher(Aes128Gcm);

/// The data is longer than the cipher takes, or its tag is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refused;

impl Cipher {
    pub fn new(key: &[u8; KEY]) -> Self {
        Self(Aes128Gcm::new(key.into()))
    }

    /// Seals `data` in place and returns its tag.
    pub fn seal(
        &self,
        nonce: [u8; NONCE],
        aad: &[u8],
        data: &mut [u8],
    ) -> Result<[u8; TAG], Refused> {
        let tag = self
            .0
            .encrypt_inout_detached(&Nonce::from(nonce), aad, data.into())
            .map_err(|_| Refused)?;
        Ok(tag.into())
    }

    /// Opens a ciphertext with its tag in place: what is before the tag is the plaintext then.
    pub fn open(&self, nonce: [u8; NONCE], aad: &[u8], data: &mut [u8]) -> Result<(), Refused> {
        let (data, tag) = data.split_last_chunk_mut::<TAG>().ok_or(Refused)?;
        self.0
            .decrypt_inout_detached(&Nonce::from(nonce), aad, data.into(), &Tag::from(*tag))
            .map_err(|_| Refused)
    }
}
