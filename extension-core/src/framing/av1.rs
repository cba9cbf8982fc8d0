//! AV1: the whole temporal unit is sealed, and travels as the payload of one OBU (AV1 bitstream
//! specification section 5.3), as packetizers take OBUs apart and put them together again. It says
//! "sequence header" when the frame has one, by which depacketizers know a key frame, and "tile
//! group" otherwise, which a decoder refuses without a frame header.
//!
//! ```text
//! sent:      type << 3 |                     body
//! received:  type << 3 + 2 | size (leb128) | body          the depacketizer adds the size
//! ```

use super::Metadata;

/// The forbidden bit and the reserved one.
const NEVER_SET: u8 = 0b1000_0001;
const TYPE: u8 = 0b0111_1000;
const EXTENSION: u8 = 1 << 2;
const HAS_SIZE: u8 = 1 << 1;
const SEQUENCE_HEADER: u8 = 1 << 3;
const TILE_GROUP: u8 = 4 << 3;
/// Bytes of a leb128 number (section 4.10.5).
const MAX_SIZE: usize = 8;

pub fn cover<'f>(unit: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    let header = if has_sequence_header(unit)? {
        SEQUENCE_HEADER
    } else {
        TILE_GROUP
    };
    meta.extend(&[header])?;
    Some(unit)
}

pub fn uncover<'w>(wire: &'w [u8], meta: &mut Metadata) -> Option<&'w [u8]> {
    let obu = Obu::read(wire)?;
    if !obu.rest.is_empty() || ![SEQUENCE_HEADER, TILE_GROUP].contains(&obu.kind) {
        return None;
    }
    meta.extend(&[obu.kind])?;
    Some(obu.payload)
}

fn has_sequence_header(mut unit: &[u8]) -> Option<bool> {
    let mut found = false;
    while !unit.is_empty() {
        let obu = Obu::read(unit)?;
        found |= obu.kind == SEQUENCE_HEADER;
        unit = obu.rest;
    }
    Some(found)
}

struct Obu<'a> {
    kind: u8,
    payload: &'a [u8],
    rest: &'a [u8],
}

impl<'a> Obu<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let (&header, mut rest) = bytes.split_first()?;
        if header & NEVER_SET != 0 {
            return None;
        }
        if header & EXTENSION != 0 {
            rest = rest.get(1..)?;
        }
        let size = if header & HAS_SIZE == 0 {
            rest.len()
        } else {
            take_leb128(&mut rest)?
        };
        let (payload, rest) = rest.split_at_checked(size)?;
        Some(Self {
            kind: header & TYPE,
            payload,
            rest,
        })
    }
}

fn take_leb128(bytes: &mut &[u8]) -> Option<usize> {
    let mut number = 0u64;
    for (place, byte) in bytes.iter().take(MAX_SIZE).enumerate() {
        number |= u64::from(byte & 0x7f) << (7 * place);
        if byte & 0x80 == 0 {
            *bytes = &bytes[place + 1..];
            return usize::try_from(number).ok();
        }
    }
    None
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::framing::{
        Codec, Malformed, NotSealed, samples,
        tests::{frame_of, wire_of},
    };

    fn header_of(name: &str) -> u8 {
        wire_of(Codec::Av1, samples::of(name)).expect("a unit")[0]
    }

    #[test]
    fn a_unit_with_a_sequence_header_says_so() {
        assert_eq!(header_of("av1-key"), 0x08);
        for name in ["av1-delta", "av1-svc", "av1-svc-upper"] {
            assert_eq!(header_of(name), 0x20, "{name}");
        }
    }

    /// What depacketizers make of it: the size, with an extension or without.
    #[test]
    fn the_size_that_a_depacketizer_adds_is_passed_over() {
        let unit = samples::of("av1-key");
        let wire = wire_of(Codec::Av1, unit).expect("a unit");
        let (header, body) = wire.split_first().expect("a header");
        let size = [0x80 | (body.len() & 0x7f) as u8, (body.len() >> 7) as u8];
        let sized = [&[header | 2], &size[..], body].concat();
        assert_eq!(frame_of(Codec::Av1, &sized).as_deref(), Ok(unit));
        let extended = [&[header | 6, 0x28], &size[..], body].concat();
        assert_eq!(frame_of(Codec::Av1, &extended).as_deref(), Ok(unit));
        for wrong in [
            [&sized[..], &[0]].concat(),
            sized[..sized.len() - 1].to_vec(),
        ] {
            assert_eq!(frame_of(Codec::Av1, &wrong), Err(NotSealed));
        }
    }

    #[test]
    fn a_unit_that_does_not_parse_is_refused() {
        let unit = samples::of("av1-key");
        let endless_size = [0x0a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0];
        let huge = [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f];
        for unit in [
            &unit[..unit.len() - 1],
            &[0x80, 0],
            &endless_size,
            &huge,
            &[0x0e],
        ] {
            assert_eq!(Codec::Av1.cover(unit).err(), Some(Malformed));
        }
    }
}
