//! How frames travel (PROTOCOL.md section 5): what one end lays out, the other takes apart alike, and
//! whatever arrives is taken apart or refused. And the codec's name, which the page's browser says.

use sotto_core::framing::{Codec, Metadata};

use crate::fixture;

/// In place of what sealing puts around a frame.
const AROUND: [u8; 11] = [0xa5; 11];

pub fn run(bytes: &[u8]) {
    for codec in Codec::ALL {
        both_ends_agree(codec, bytes);
        take_apart(codec, bytes);
    }
    let name = String::from_utf8_lossy(bytes);
    let codec = Codec::of_mime(&name);
    assert_eq!(codec, Codec::of_mime(&name.to_ascii_uppercase()));
}

fn both_ends_agree(codec: Codec, frame: &[u8]) {
    let Ok((meta, secret)) = codec.cover(frame) else {
        return;
    };
    let body = [&AROUND, secret, &AROUND].concat();
    let mut buffer = [meta.bytes(), &body].concat();
    let (mut wire, mut scratch) = (Vec::new(), Vec::new());
    wire.extend_from_slice(codec.pack(frame, &meta, &mut buffer, &mut scratch));
    assert!(wire.len() <= frame.len() + fixture::most_added(codec, frame.len()));
    let (seen, received) = codec.uncover(&wire, &mut scratch).expect("laid out so");
    assert_eq!((seen.bytes(), received), (meta.bytes(), &body[..]));
    let mut opened = [meta.bytes(), secret].concat();
    assert_eq!(codec.restore(&meta, &mut opened), frame);
}

fn take_apart(codec: Codec, wire: &[u8]) {
    let mut scratch = Vec::new();
    if let Ok((meta, body)) = codec.uncover(wire, &mut scratch) {
        assert!(meta.bytes().len() - Metadata::CODEC + body.len() <= wire.len());
        assert_eq!(meta.bytes()[0], codec.tag());
    }
}
