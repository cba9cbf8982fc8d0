//! VP8: the uncompressed data chunk stays clear (RFC 6386 section 9.1): 10 bytes on a key frame,
//! with its size and scale, and the first byte on any other. RFC 7741's depacketizers read the P
//! bit to tell key frames and, on those, the resolution.

const KEY_FRAME: usize = 10;
const INTER_FRAME: usize = 1;

/// The P bit is the lowest of the first byte: 0 on key frames.
pub fn is_key_frame(frame: &[u8]) -> bool {
    frame.first().is_some_and(|byte| byte & 1 == 0)
}

pub fn clear_prefix(frame: &[u8]) -> usize {
    if is_key_frame(frame) {
        KEY_FRAME
    } else {
        INTER_FRAME
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::framing::{Codec, TooShort};

    // The first bytes of frames that Chromium's encoder made, 320 by 240.
    const KEY: [u8; 12] = [
        0x50, 0x42, 0x00, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xf0, 0x00, 0x00, 0x07,
    ];
    const INTER: [u8; 4] = [0xb1, 0x02, 0x00, 0x05];

    #[test]
    fn key_frames_keep_ten_bytes_and_others_one() {
        assert_eq!(Codec::Vp8.clear_prefix(&KEY), Ok(10));
        assert_eq!(Codec::Vp8.clear_prefix(&INTER), Ok(1));
    }

    #[test]
    fn a_frame_without_its_headers_is_refused() {
        assert_eq!(Codec::Vp8.clear_prefix(&KEY[..9]), Err(TooShort));
        assert_eq!(Codec::Vp8.clear_prefix(&[]), Err(TooShort));
    }
}
