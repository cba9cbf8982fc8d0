//! AES_128_GCM_SHA256_128 (RFC 9605 section 4.5) as `sframe` wants a cipher: its own backend
//! expands the AES key for every frame, ours once per key. The algorithms are RustCrypto's.

use aes_gcm::{AeadInOut, Aes128Gcm, KeyInit, Nonce, Tag, aead::consts::U12};
use hkdf::Hkdf;
use sframe::{
    CipherSuite,
    crypto::{
        AeadEncrypt, EncryptionBufferView, KeyDerivation, get_hkdf_key_expand_label,
        get_hkdf_salt_expand_label,
    },
    error::{Result, SframeError},
    header::{Counter, KeyId},
    key::GenericEncryptionKey,
};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::CIPHER_SUITE;

const KEY: usize = 16;
const SALT: usize = 12;
const TAG: usize = 16;

pub type EncryptionKey = GenericEncryptionKey<Cipher, Derivation>;

/// A key, expanded, and its salt. Both are wiped when this is dropped.
pub struct Secret {
    cipher: Aes128Gcm,
    salt: Zeroizing<[u8; SALT]>,
}

impl Secret {
    /// Opens a ciphertext with its tag in place: what is before the tag is the plaintext then.
    pub fn open(&self, counter: Counter, aad: &[u8], data: &mut [u8]) -> Result<()> {
        let (data, tag) = data
            .split_last_chunk_mut::<TAG>()
            .ok_or(SframeError::DecryptionFailure)?;
        let tag = Tag::from(*tag);
        self.cipher
            .decrypt_inout_detached(&self.nonce(counter), aad, data.into(), &tag)
            .map_err(|_| SframeError::DecryptionFailure)
    }

    /// RFC 9605 section 4.4.3: the salt, with the counter added to its end.
    fn nonce(&self, counter: Counter) -> Nonce<U12> {
        let mut nonce = *self.salt;
        for (byte, counter) in nonce[SALT - 8..].iter_mut().zip(counter.to_be_bytes()) {
            *byte ^= counter;
        }
        nonce.into()
    }
}

/// RFC 9605 section 4.4.2.
pub struct Derivation;

impl KeyDerivation for Derivation {
    type Secret = Secret;

    fn expand_from<M, K>(suite: CipherSuite, base_key: M, kid: K) -> Result<Secret>
    where
        M: AsRef<[u8]>,
        K: Into<KeyId>,
    {
        let kid = kid.into();
        let hkdf = Hkdf::<Sha256>::new(None, base_key.as_ref());
        let mut key = Zeroizing::new([0; KEY]);
        let mut salt = Zeroizing::new([0; SALT]);
        hkdf.expand(&get_hkdf_key_expand_label(kid, suite), key.as_mut())
            .and_then(|()| hkdf.expand(&get_hkdf_salt_expand_label(kid, suite), salt.as_mut()))
            .map_err(|_| SframeError::KeyDerivationFailure)?;
        let cipher = Aes128Gcm::new_from_slice(key.as_ref())
            .map_err(|_| SframeError::KeyDerivationFailure)?;
        Ok(Secret { cipher, salt })
    }
}

/// The suite, and no other.
pub struct Cipher;

impl TryFrom<CipherSuite> for Cipher {
    type Error = SframeError;

    fn try_from(suite: CipherSuite) -> Result<Self> {
        if suite == CIPHER_SUITE {
            Ok(Self)
        } else {
            Err(SframeError::UnsupportedCipherSuite)
        }
    }
}

impl AeadEncrypt for Cipher {
    type Secret = Secret;

    fn encrypt<'a, B>(&self, secret: &Secret, buffer: B, counter: Counter) -> Result<()>
    where
        B: Into<EncryptionBufferView<'a>>,
    {
        let EncryptionBufferView { aad, data, tag } = buffer.into();
        let made = secret
            .cipher
            .encrypt_inout_detached(&secret.nonce(counter), aad, data.into())
            .map_err(|_| SframeError::EncryptionFailure)?;
        tag.copy_from_slice(&made);
        Ok(())
    }
}
