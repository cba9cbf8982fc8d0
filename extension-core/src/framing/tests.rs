//! Every codec's frames on their way, with a body in place of what sealing makes. Each codec's own
//! rules are tested beside it.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{Codec, Malformed, NotSealed, samples};
use crate::wire::trailer;

/// Stands for header and tag.
const AROUND: [u8; 8] = [0x9a, 0, 0, 0, 0, 1, 0, 0];

/// The frame as it goes over the wire.
pub fn wire_of(codec: Codec, frame: &[u8]) -> Result<Vec<u8>, Malformed> {
    let (meta, secret) = codec.cover(frame)?;
    let mut buffer = [meta.bytes(), &AROUND, &scrambled(secret), &AROUND].concat();
    let wire = codec.pack(frame, &meta, &mut buffer, &mut Vec::new());
    Ok(wire.to_vec())
}

/// The frame that this was on the wire.
pub fn frame_of(codec: Codec, wire: &[u8]) -> Result<Vec<u8>, NotSealed> {
    let mut scratch = Vec::new();
    let (meta, body) = codec.uncover(wire, &mut scratch)?;
    let secret = body.strip_prefix(&AROUND).ok_or(NotSealed)?;
    let secret = secret.strip_suffix(&AROUND).ok_or(NotSealed)?;
    let mut buffer = [meta.bytes(), &scrambled(secret)].concat();
    Ok(codec.restore(&meta, &mut buffer).to_vec())
}

fn scrambled(secret: &[u8]) -> Vec<u8> {
    secret.iter().map(|byte| byte ^ 0xa5).collect()
}

#[test]
fn what_goes_in_comes_out() {
    for (name, codec, frame) in samples::ALL {
        let wire = wire_of(*codec, frame).expect("a frame of its codec");
        assert_eq!(frame_of(*codec, &wire).as_deref(), Ok(*frame), "{name}");
    }
}

#[test]
fn both_ends_see_the_same_metadata() {
    for (name, codec, frame) in samples::ALL {
        let (meta, _) = codec.cover(frame).expect("a frame of its codec");
        let wire = wire_of(*codec, frame).expect("a frame of its codec");
        let mut scratch = Vec::new();
        let (seen, _) = codec.uncover(&wire, &mut scratch).expect("laid out so");
        assert_eq!(seen.bytes(), meta.bytes(), "{name}");
    }
}

/// A frame with a packet and nothing else, and the body in it.
fn carrying(codec: Codec, frame: &[u8], packet: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let (mut buffer, mut scratch) = (Vec::new(), Vec::new());
    let made = codec.carry(frame, packet, &mut buffer, &mut scratch);
    let wire = made.expect("a frame of its codec").to_vec();
    let mut body = Vec::new();
    trailer::append(packet, &mut body);
    (wire, body)
}

#[test]
fn i8_of_a_plain_frame_only_what_stays_clear_goes_with_a_packet() {
    for (name, codec, frame) in samples::ALL {
        let packet = [&b"SOTO"[..], &[0; 3], &[0xa5; 2_000]].concat();
        let (wire, body) = carrying(*codec, frame, &packet);
        let (meta, _) = codec.cover(frame).expect("a frame of its codec");
        let mut scratch = Vec::new();
        let (seen, rest) = codec.uncover(&wire, &mut scratch).expect("laid out so");
        assert_eq!((seen.bytes(), rest), (meta.bytes(), &body[..]), "{name}");
        let carried = codec.carried(&wire, &mut scratch).expect("a packet");
        assert_eq!(
            (carried.packet, carried.alone),
            (&packet[..], true),
            "{name}"
        );
        let in_units = matches!(codec, Codec::H264 | Codec::H265);
        assert!(in_units || wire == [meta.clear(), &body].concat(), "{name}");
    }
}

#[test]
fn no_plain_frame_is_laid_out_as_a_sealed_one() {
    let has_a_layout =
        |codec| !matches!(codec, Codec::Pcmu | Codec::Pcma | Codec::G722 | Codec::Av1);
    for (name, codec, frame) in samples::ALL.iter().filter(|sample| has_a_layout(sample.1)) {
        let refused = codec.uncover(frame, &mut Vec::new()).err();
        assert_eq!(refused, Some(NotSealed), "{name}");
    }
}

#[test]
fn what_is_cut_off_is_refused_or_is_another_body() {
    for (name, codec, frame) in samples::ALL {
        let wire = wire_of(*codec, frame).expect("a frame of its codec");
        for length in 0..wire.len() {
            assert!(
                frame_of(*codec, &wire[..length]).is_err(),
                "{name}, {length} bytes"
            );
            let _ = wire_of(*codec, &wire[..length]);
        }
    }
}
