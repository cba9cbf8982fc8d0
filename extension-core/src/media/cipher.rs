//! AES_128_GCM_SHA256_128 (RFC 9605 section 4.5): the key of a stream, derived and expanded once,
//! and what it does to a frame. The algorithms are RustCrypto's; `sframe`'s own backend would
//! expand the AES key for every frame.

use hkdf::Hkdf;
use sframe::header::{Counter, KeyId};
use sha2::Sha256;
use sotto_cipher::{Cipher, KEY, NONCE};
pub use sotto_cipher::{Refused, TAG};
use zeroize::Zeroizing;

use super::{CIPHER_SUITE, subtle::SubtleKey};

/// RFC 9605 section 4.4.2. `sframe` allocates them, which is done for every forged frame.
const KEY_LABEL: &[u8] = b"SFrame 1.0 Secret key ";
const SALT_LABEL: &[u8] = b"SFrame 1.0 Secret salt ";

/// The AES key of a stream, wiped when dropped.
pub type AesKey = Zeroizing<[u8; KEY]>;
type Salt = Zeroizing<[u8; NONCE]>;

/// A key, expanded, and its salt. Both are wiped when this is dropped.
pub struct Secret {
    cipher: Cipher,
    salt: Salt,
    /// The same key, where WebCrypto holds it too.
    pub subtle: Option<SubtleKey>,
}

impl Secret {
    /// RFC 9605 section 4.4.2.
    pub fn derive(base_key: &[u8], kid: KeyId) -> Self {
        let (key, salt) = derive(base_key, kid);
        let cipher = Cipher::new(&key);
        Self {
            cipher,
            salt,
            subtle: None,
        }
    }

    /// RFC 9605 section 4.4.3: the salt, with the counter XORed into its end.
    pub fn nonce(&self, counter: Counter) -> [u8; NONCE] {
        let mut nonce = *self.salt;
        for (byte, counter) in nonce[NONCE - 8..].iter_mut().zip(counter.to_be_bytes()) {
            *byte ^= counter;
        }
        nonce
    }

    /// Seals `data` in place and returns its tag.
    pub fn seal(
        &self,
        counter: Counter,
        aad: &[u8],
        data: &mut [u8],
    ) -> Result<[u8; TAG], Refused> {
        self.cipher.seal(self.nonce(counter), aad, data)
    }

    /// Opens a ciphertext with its tag in place: what is before the tag is the plaintext then.
    pub fn open(&self, counter: Counter, aad: &[u8], data: &mut [u8]) -> Result<(), Refused> {
        self.cipher.open(self.nonce(counter), aad, data)
    }
}

/// The AES key alone, for WebCrypto.
pub fn aes_key(base_key: &[u8], kid: KeyId) -> AesKey {
    derive(base_key, kid).0
}

fn derive(base_key: &[u8], kid: KeyId) -> (AesKey, Salt) {
    let hkdf = Hkdf::<Sha256>::new(None, base_key);
    let mut key = Zeroizing::new([0; KEY]);
    let mut salt = Zeroizing::new([0; NONCE]);
    let (kid, suite) = (kid.to_be_bytes(), (CIPHER_SUITE as u16).to_be_bytes());
    let expand = |label, to: &mut [u8]| hkdf.expand_multi_info(&[label, &kid[..], &suite], to);
    expand(KEY_LABEL, key.as_mut_slice())
        .and_then(|()| expand(SALT_LABEL, salt.as_mut_slice()))
        .expect("far below what HKDF can expand to");
    (key, salt)
}
