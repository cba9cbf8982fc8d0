//! VP9: the first byte of the uncompressed header stays clear (VP9 bitstream specification section
//! 6.2). A decoder without the keys refuses the frame: of a key frame it doesn't find the sync code,
//! which is sealed, of any other the frame marker, which is 2, is made 0. Were the SFrame header the
//! first byte, it could be taken for `show_existing_frame` or a frame.
//!
//! Depacketizers need nothing of the frame: the payload descriptor (RFC 9628 section 4.2) is
//! written from the encoder's metadata. But an SFU that puts frames together and makes packets of them
//! anew has only the first byte to tell key frames by.

use super::Metadata;

const MARKER: u8 = 0b1100_0000;
const VALID: u8 = 0b1000_0000;
const PROFILE: u8 = 0b0011_0000;
const NOT_KEY: u8 = 0b0000_1100;
const SYNC_CODE: [u8; 3] = [0x49, 0x83, 0x42];

pub fn cover<'f>(frame: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    let (first, secret) = frame.split_first()?;
    if first & MARKER != VALID {
        return None;
    }
    meta.extend(&[first & !MARKER | marker(*first)])?;
    Some(secret)
}

pub fn uncover<'w>(wire: &'w [u8], meta: &mut Metadata) -> Option<&'w [u8]> {
    let (first, body) = wire.split_first()?;
    // A key frame in clear has what decoders look for.
    if first & MARKER != marker(*first) || is_key(*first) && body.starts_with(&SYNC_CODE) {
        return None;
    }
    meta.extend(&[*first])?;
    Some(body)
}

/// What a frame that begins so has on the wire.
fn marker(first: u8) -> u8 {
    if is_key(first) { VALID } else { 0 }
}

/// Whether neither `show_existing_frame` nor `frame_type` is set, before which profile 3 has a bit more.
fn is_key(first: u8) -> bool {
    let reserved = u8::from(first & PROFILE == PROFILE);
    (first << reserved) & NOT_KEY == 0
}

pub fn restore(opened: &mut [u8]) {
    if let Some(first) = opened.first_mut() {
        *first |= VALID;
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::is_key;
    use crate::framing::{Codec, Malformed, samples, tests::wire_of};

    #[test]
    fn the_frame_marker_on_the_wire_is_that_of_key_frames_alone() {
        for (name, marker) in [("vp9-key", 0x80), ("vp9-delta", 0), ("vp9-svc", 0)] {
            let frame = samples::of(name);
            let wire = wire_of(Codec::Vp9, frame).expect("a frame");
            assert_eq!(wire[0], frame[0] & 0b11_1111 | marker, "{name}");
        }
    }

    #[test]
    fn a_key_frame_is_told_in_every_profile() {
        for profile in [0x00, 0x20, 0x10] {
            assert!(is_key(0x80 | profile | 0b0011));
            assert!(!is_key(0x80 | profile | 0b0100));
            assert!(!is_key(0x80 | profile | 0b1000));
        }
        assert!(is_key(0x80 | 0x30 | 0b1001));
        assert!(!is_key(0x80 | 0x30 | 0b0010));
        assert!(!is_key(0x80 | 0x30 | 0b0100));
    }

    #[test]
    fn what_arrives_in_clear_or_with_another_marker_is_refused() {
        let refused = |wire: &[u8]| Codec::Vp9.uncover(wire, &mut Vec::new()).is_err();
        for first in [0x02, 0x84, 0x88, 0x30, 0x42, 0xc2, 0x44] {
            assert!(refused(&[first, 1]), "{first:x}");
        }
        for name in ["vp9-key", "vp9-delta", "vp9-svc"] {
            assert!(refused(samples::of(name)), "{name}");
        }
        assert!(!refused(&[0x82, 1]) && !refused(&[0x04, 1]));
    }

    #[test]
    fn what_is_not_vp9_is_refused() {
        for frame in [&[][..], &[0x02, 1], &[0x42, 1], &[0xc2, 1]] {
            assert_eq!(Codec::Vp9.cover(frame).err(), Some(Malformed));
        }
    }
}
