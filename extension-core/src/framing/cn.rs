//! Comfort noise, RFC 3389: the whole payload is sealed, and travels behind a noise level, the lowest
//! there is. What follows a level shapes the noise, and no shape makes that one heard.
//!
//! ```text
//! 7F | body
//! ```

use super::Metadata;

/// -127 dBov (section 3.1).
const LOWEST: u8 = 127;

pub fn cover<'f>(payload: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    meta.extend(&[LOWEST])?;
    Some(payload)
}

pub fn uncover<'w>(wire: &'w [u8], meta: &mut Metadata) -> Option<&'w [u8]> {
    let body = wire.strip_prefix(&[LOWEST])?;
    meta.extend(&[LOWEST])?;
    Some(body)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::framing::{
        Codec, NotSealed, samples,
        tests::{frame_of, wire_of},
    };

    #[test]
    fn the_noise_that_stays_clear_is_silence() {
        let wire = wire_of(Codec::ComfortNoise, samples::of("cn")).expect("a payload");
        assert_eq!(wire[0], 127);
    }

    #[test]
    fn a_noise_that_can_be_heard_is_not_sealed() {
        for wire in [&[][..], &[0x5e, 0x7f], &[0xff, 0x7f]] {
            assert_eq!(frame_of(Codec::ComfortNoise, wire), Err(NotSealed));
        }
    }
}
