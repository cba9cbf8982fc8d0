//! The test vectors of RFC 9605 appendix C, through the same library calls that sealing and
//! opening make. The file's two sections on AES-CTR with HMAC alone (`aes_ctr_hmac`,
//! `aes_256_ctr_hmac`) are about a construction inside suites that Sotto doesn't speak and that
//! `sframe` doesn't expose; suites 1 to 3 of the `sframe` section run it as a whole.

use serde::Deserialize;
use sframe::{
    CipherSuite,
    frame::{EncryptedFrameView, MediaFrameView, MonotonicCounter},
    header::SframeHeader,
    key::{DecryptionKey, EncryptionKey},
};

#[derive(Deserialize)]
struct Vectors {
    header: Vec<HeaderVector>,
    sframe: Vec<FrameVector>,
}

#[derive(Deserialize)]
struct HeaderVector {
    kid: u64,
    ctr: u64,
    #[serde(with = "hex")]
    encoded: Vec<u8>,
}

#[derive(Deserialize)]
struct FrameVector {
    cipher_suite: u16,
    kid: u64,
    ctr: u64,
    #[serde(with = "hex")]
    base_key: Vec<u8>,
    #[serde(with = "hex")]
    metadata: Vec<u8>,
    #[serde(with = "hex")]
    pt: Vec<u8>,
    #[serde(with = "hex")]
    ct: Vec<u8>,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../../../vectors/rfc9605.json")).expect("the vectors parse")
}

fn suite(number: u16) -> CipherSuite {
    match number {
        1 => CipherSuite::AesCtr128HmacSha256_80,
        2 => CipherSuite::AesCtr128HmacSha256_64,
        3 => CipherSuite::AesCtr128HmacSha256_32,
        4 => CipherSuite::AesGcm128Sha256,
        5 => CipherSuite::AesGcm256Sha512,
        _ => panic!("RFC 9605 has no suite {number}"),
    }
}

#[test]
fn headers_are_written_and_read_as_in_the_rfc() {
    let headers = vectors().header;
    assert_eq!(headers.len(), 289);
    for vector in headers {
        let header = SframeHeader::new(vector.kid, vector.ctr);
        let mut bytes = vec![0; header.len()];
        header.serialize(&mut bytes).expect("room enough");
        assert_eq!(bytes, vector.encoded);
        assert_eq!(
            SframeHeader::deserialize(&vector.encoded).expect("a header"),
            header
        );
    }
}

#[test]
fn frames_are_sealed_and_opened_as_in_the_rfc() {
    let frames = vectors().sframe;
    assert!(
        frames
            .iter()
            .any(|vector| suite(vector.cipher_suite) == super::CIPHER_SUITE)
    );
    for vector in frames {
        let suite = suite(vector.cipher_suite);
        let key = EncryptionKey::derive_from(suite, vector.kid, &vector.base_key).expect("a key");
        let mut counter = MonotonicCounter::with_start_value(vector.ctr, u64::MAX);
        let frame = MediaFrameView::try_with_meta_data(&mut counter, &vector.pt, &vector.metadata);
        let mut buffer = Vec::new();
        let sealed = frame
            .expect("a counter")
            .encrypt_into(&key, &mut buffer)
            .expect("sealed");
        assert_eq!(
            sealed.sframe_cipher_text(),
            vector.ct,
            "suite {}",
            vector.cipher_suite
        );

        let key = DecryptionKey::derive_from(suite, vector.kid, &vector.base_key).expect("a key");
        let sealed = EncryptedFrameView::try_with_meta_data(&vector.ct, &vector.metadata);
        let mut buffer = Vec::new();
        let opened = sealed
            .expect("a header")
            .decrypt_into(&key, &mut buffer)
            .expect("opened");
        assert_eq!(opened.payload(), vector.pt);
    }
}
