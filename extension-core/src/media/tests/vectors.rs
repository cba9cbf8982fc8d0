//! The test vectors of RFC 9605 appendix C, through the same calls that sealing and opening make.
//! Of the file's suites Sotto speaks one, and refuses the others.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use serde::Deserialize;
use sframe::{
    CipherSuite,
    crypto::KeyDerivation,
    frame::{MediaFrameView, MonotonicCounter},
    header::SframeHeader,
};

use crate::media::{
    CIPHER_SUITE,
    cipher::{Derivation, EncryptionKey},
    header::Header,
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

#[test]
fn headers_are_written_and_read_as_in_the_rfc() {
    let headers = vectors().header;
    assert_eq!(headers.len(), 289);
    for vector in headers {
        let header = SframeHeader::new(vector.kid, vector.ctr);
        let mut bytes = vec![0; header.len()];
        header.serialize(&mut bytes).expect("room enough");
        assert_eq!(bytes, vector.encoded);
        let read = Header {
            key_id: vector.kid,
            counter: vector.ctr,
            length: bytes.len(),
        };
        assert_eq!(Header::read(&bytes), Some(read));
        assert_eq!(Header::read(&bytes[..bytes.len() - 1]), None);
    }
}

#[test]
fn frames_are_sealed_and_opened_as_in_the_rfc() {
    let frames = vectors().sframe;
    let mut ours = frames
        .iter()
        .filter(|vector| vector.cipher_suite == CIPHER_SUITE as u16);
    let vector = ours.next().expect("the RFC has a vector for our suite");

    let key = EncryptionKey::derive_from(CIPHER_SUITE, vector.kid, &vector.base_key);
    let mut counter = MonotonicCounter::with_start_value(vector.ctr, u64::MAX);
    let frame = MediaFrameView::try_with_meta_data(&mut counter, &vector.pt, &vector.metadata);
    let mut buffer = Vec::new();
    let sealed = frame.expect("a counter");
    let sealed = sealed
        .encrypt_into(&key.expect("a key"), &mut buffer)
        .expect("sealed");
    assert_eq!(sealed.sframe_cipher_text(), vector.ct);

    let secret = Derivation::expand_from(CIPHER_SUITE, &vector.base_key, vector.kid);
    let header = Header::read(&vector.ct).expect("a header");
    let (bytes, data) = vector.ct.split_at(header.length);
    let (aad, mut data) = ([bytes, &vector.metadata].concat(), data.to_vec());
    let opened = secret.expect("a key").open(header.counter, &aad, &mut data);
    opened.expect("opened");
    assert_eq!(data[..vector.pt.len()], vector.pt);
}

#[test]
fn another_suite_is_refused() {
    let other = CipherSuite::AesGcm256Sha512;
    assert!(EncryptionKey::derive_from(other, 1u64, [0; 32]).is_err());
}
