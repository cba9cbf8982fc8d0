//! RED (RFC 2198) as browsers make it of Opus: the whole payload is sealed, and travels in a RED
//! payload with one block, the primary one, which is the silent Opus packet of [`super::opus`].
//!
//! ```text
//! 0 | payload type | silent Opus packet, with the body at its end
//! ```
//!
//! The payload type is that of the primary block; it and the packet's length in time are read in
//! the plain payload.

use super::{Metadata, opus};

/// A block follows this one (section 3).
const FOLLOWED: u8 = 1 << 7;
/// Headers of redundant blocks; the last one's has a single byte.
const HEADER: usize = 4;

pub fn cover<'f>(payload: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    let (payload_type, primary) = primary(payload)?;
    meta.extend(&[payload_type])?;
    opus::cover(primary, meta)?;
    Some(payload)
}

pub fn uncover<'w>(wire: &'w [u8], meta: &mut Metadata) -> Option<&'w [u8]> {
    let (payload_type, packet) = wire.split_first()?;
    if payload_type & FOLLOWED != 0 {
        return None;
    }
    meta.extend(&[*payload_type])?;
    opus::uncover(packet, meta)
}

/// The primary block is the last.
fn primary(payload: &[u8]) -> Option<(u8, &[u8])> {
    let (mut headers, mut redundant) = (payload, 0);
    loop {
        let (first, rest) = headers.split_first()?;
        if first & FOLLOWED == 0 {
            return Some((*first, rest.get(redundant..)?));
        }
        let (header, rest) = headers.split_at_checked(HEADER)?;
        redundant += usize::from(u16::from_be_bytes([header[2], header[3]]) & 0x3ff);
        headers = rest;
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::framing::{Codec, Malformed, NotSealed, samples, tests::frame_of};

    #[test]
    fn the_primary_block_stays_as_silence() {
        for name in ["red-one-block", "red-two-blocks"] {
            let (meta, _) = Codec::Red.cover(samples::of(name)).expect("a payload");
            assert_eq!(meta.clear(), [111, 0xf8, 0xff, 0xfe], "{name}");
        }
    }

    #[test]
    fn a_payload_without_its_primary_block_is_refused() {
        let payload = samples::of("red-two-blocks");
        let redundant = 5 + 0x65;
        for length in [0, 1, 4, 5, redundant] {
            let cut = Codec::Red.cover(&payload[..length]).err();
            assert_eq!(cut, Some(Malformed), "{length} bytes");
        }
        assert!(Codec::Red.cover(&payload[..=redundant]).is_ok());
        let endless = [0x80; 4_000];
        assert_eq!(Codec::Red.cover(&endless).err(), Some(Malformed));
    }

    #[test]
    fn redundant_blocks_are_in_the_sealed_part_only() {
        let wire = [0xef, 0xf8, 0xff, 0xfe, 1];
        assert_eq!(frame_of(Codec::Red, &wire), Err(NotSealed));
    }
}
