//! The bare cipher: one AES-128-GCM call per frame, with the key expanded once and the same
//! copies around it that any caller has.

use aes_gcm::{AeadInOut, Aes128Gcm, KeyInit, Nonce, Tag};

pub struct Bare {
    cipher: Aes128Gcm,
    counter: u64,
}

impl Bare {
    pub fn new() -> Self {
        Self {
            cipher: Aes128Gcm::new(&[5; 16].into()),
            counter: 0,
        }
    }

    /// Starts opening at the first frame sealed since the last call.
    pub fn rewind(&mut self) {
        self.counter = 0;
    }

    fn nonce(&mut self) -> Nonce<aes_gcm::aead::consts::U12> {
        let mut nonce = [0; 12];
        nonce[4..].copy_from_slice(&self.counter.to_be_bytes());
        self.counter += 1;
        nonce.into()
    }

    pub fn seal(&mut self, frame: &[u8], buffer: &mut Vec<u8>) {
        let nonce = self.nonce();
        buffer.clear();
        buffer.extend_from_slice(frame);
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, &[], buffer.as_mut_slice().into());
        buffer.extend_from_slice(&tag.expect("far below the cipher's limit"));
    }

    pub fn open(&mut self, sealed: &[u8], buffer: &mut Vec<u8>) {
        let nonce = self.nonce();
        let (ciphertext, tag) = sealed.split_at(sealed.len() - 16);
        buffer.clear();
        buffer.extend_from_slice(ciphertext);
        let tag = Tag::try_from(tag).expect("16 bytes");
        self.cipher
            .decrypt_inout_detached(&nonce, &[], buffer.as_mut_slice().into(), &tag)
            .expect("sealed above");
    }
}
