//! The test vectors of RFC 9605 appendix C, through the same calls that sealing and opening make.
//! Of the file's suites Sotto speaks one.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use serde::Deserialize;
use sframe::header::SframeHeader;

use crate::media::{CIPHER_SUITE, cipher::Secret, header::Header, seal::lay_out};

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

    let secret = Secret::derive(&vector.base_key, vector.kid);
    let header = SframeHeader::new(vector.kid, vector.ctr);
    let mut buffer = Vec::new();
    let aad = lay_out(&header, &vector.metadata, &vector.pt, &mut buffer);
    let (aad, data) = buffer.split_at_mut(aad);
    let tag = secret.seal(vector.ctr, aad, data).expect("sealed");
    assert_eq!([&aad[..header.len()], data, &tag].concat(), vector.ct);

    let header = Header::read(&vector.ct).expect("a header");
    let (bytes, data) = vector.ct.split_at(header.length);
    let (aad, mut data) = ([bytes, &vector.metadata].concat(), data.to_vec());
    let opened = secret.open(header.counter, &aad, &mut data);
    opened.expect("opened");
    assert_eq!(data[..vector.pt.len()], vector.pt);
}
