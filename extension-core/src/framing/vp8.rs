//! VP8: the frame header of RFC 6386 section 9.1 stays clear, 10 bytes on a key frame, with the
//! picture's size, and the first byte on any other. Depacketizers (RFC 7741) and SFUs read the key
//! frame bit and, on those frames, the size.
//!
//! On the wire no frame is to be shown, so that a decoder without the keys shows none: `show_frame`
//! is 0 there, and what it was stands in the top bit of the version. Versions above 3 are reserved,
//! so that bit is free.
//!
//! ```text
//!  bit   7 6 5      4            3 2 1     0
//!      | size ... | show_frame | version | not a key frame |
//!          the wire: 0 ^         ^ show_frame
//! ```

use super::Metadata;

const KEY_FRAME: usize = 10;
const OTHER_FRAME: usize = 1;
const NOT_KEY: u8 = 1;
const HIDDEN_SHOW: u8 = 1 << 3;
const SHOW: u8 = 1 << 4;

pub fn cover<'f>(frame: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    let secret = split(frame, HIDDEN_SHOW, meta)?;
    move_bit(meta.first_mut(), SHOW, HIDDEN_SHOW);
    Some(secret)
}

pub fn uncover<'w>(wire: &'w [u8], meta: &mut Metadata) -> Option<&'w [u8]> {
    split(wire, SHOW, meta)
}

pub fn restore(opened: &mut [u8]) {
    if let Some(first) = opened.first_mut() {
        move_bit(first, HIDDEN_SHOW, SHOW);
    }
}

/// The frame's header goes into the metadata; none if a bit is set in it that can't be.
fn split<'f>(frame: &'f [u8], never_set: u8, meta: &mut Metadata) -> Option<&'f [u8]> {
    let first = *frame.first()?;
    if first & never_set != 0 {
        return None;
    }
    let is_key = first & NOT_KEY == 0;
    let length = if is_key { KEY_FRAME } else { OTHER_FRAME };
    let (header, rest) = frame.split_at_checked(length)?;
    meta.extend(header)?;
    Some(rest)
}

fn move_bit(byte: &mut u8, from: u8, to: u8) {
    if *byte & from != 0 {
        *byte ^= from | to;
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::framing::{
        Codec, Malformed, NotSealed, samples,
        tests::{frame_of, wire_of},
    };

    #[test]
    fn key_frames_keep_ten_bytes_and_others_one() {
        for (name, length) in [("vp8-key", 10), ("vp8-delta", 1)] {
            let frame = samples::of(name);
            let (meta, secret) = Codec::Vp8.cover(frame).expect("a frame");
            assert_eq!(meta.clear()[1..], frame[1..length]);
            assert_eq!(*secret, frame[length..]);
        }
    }

    #[test]
    fn no_frame_is_to_be_shown_on_the_wire() {
        for name in ["vp8-key", "vp8-delta"] {
            let wire = wire_of(Codec::Vp8, samples::of(name)).expect("a frame");
            assert_eq!(wire[0] & 0b1_0000, 0);
            assert_eq!(wire[0] & 0b1000, 0b1000);
        }
    }

    #[test]
    fn a_frame_that_was_hidden_stays_hidden() {
        let mut frame = samples::of("vp8-delta").to_vec();
        frame[0] &= !0b1_0000;
        let wire = wire_of(Codec::Vp8, &frame).expect("a frame");
        assert_eq!(wire[0], frame[0]);
        assert_eq!(frame_of(Codec::Vp8, &wire), Ok(frame));
    }

    #[test]
    fn reserved_versions_and_short_frames_are_refused() {
        let key = samples::of("vp8-key");
        for frame in [&[key[0] | 0b1000; 20], &key[..9], &[]] {
            assert_eq!(Codec::Vp8.cover(frame).err(), Some(Malformed));
        }
    }

    #[test]
    fn a_frame_that_would_be_shown_is_not_sealed() {
        let mut wire = wire_of(Codec::Vp8, samples::of("vp8-key")).expect("a frame");
        wire[0] |= 0b1_0000;
        assert_eq!(frame_of(Codec::Vp8, &wire), Err(NotSealed));
    }
}
