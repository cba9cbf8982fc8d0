//! VP9: the first byte of the uncompressed header stays clear (VP9 bitstream specification section
//! 6.2), with its frame marker, which is 2, made 0: a decoder without the keys refuses the frame.
//! Were the SFrame header the first byte, it could be taken for `show_existing_frame` or a frame.
//!
//! Depacketizers need nothing of the frame: the payload descriptor (RFC 9628 section 4.2) is
//! written from the encoder's metadata.

use super::Metadata;

const MARKER: u8 = 0b1100_0000;
const VALID: u8 = 0b1000_0000;

pub fn cover<'f>(frame: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    let (first, secret) = frame.split_first()?;
    if first & MARKER != VALID {
        return None;
    }
    meta.extend(&[first & !MARKER])?;
    Some(secret)
}

pub fn uncover<'w>(wire: &'w [u8], meta: &mut Metadata) -> Option<&'w [u8]> {
    let (first, body) = wire.split_first()?;
    if first & MARKER != 0 {
        return None;
    }
    meta.extend(&[*first])?;
    Some(body)
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

    use crate::framing::{Codec, Malformed, samples, tests::wire_of};

    #[test]
    fn the_frame_marker_on_the_wire_is_none() {
        for name in ["vp9-key", "vp9-delta", "vp9-svc"] {
            let frame = samples::of(name);
            let wire = wire_of(Codec::Vp9, frame).expect("a frame");
            assert_eq!(wire[0], frame[0] & 0b11_1111);
        }
    }

    #[test]
    fn what_is_not_vp9_is_refused() {
        for frame in [&[][..], &[0x02, 1], &[0x42, 1], &[0xc2, 1]] {
            assert_eq!(Codec::Vp9.cover(frame).err(), Some(Malformed));
        }
    }
}
