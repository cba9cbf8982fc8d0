//! H.264 (ITU-T H.264 sections 7.3.1 and 7.3.3): how its frames travel is in [`super::nal`]. RFC 6184's
//! depacketizers look for the picture parameter set that a slice names.
//!
//! ```text
//! clear: NAL header | first_mb_in_slice = 0, slice_type = 10 | pic_parameter_set_id, zero bits
//!          1 byte                 8B                                   1 to 3 bytes
//! ```
//!
//! Slice types end with 9.

use super::{
    Metadata,
    bits::{BitReader, BitWriter},
    nal::{Format, Kind},
};

const NO_SUCH_SLICE: u8 = 0x8b;
const MAX_PARAMETER_SET: u32 = 255;

pub struct H264;

impl Format for H264 {
    const HEADER: usize = 1;

    fn kind(header: &[u8]) -> Kind {
        match header[0] & 31 {
            1 => Kind::Slice,
            5 => Kind::RandomAccessSlice,
            7 | 8 => Kind::ParameterSet,
            _ => Kind::Other,
        }
    }

    fn parameter_set(_: Kind, header: &mut BitReader<'_>) -> Option<u32> {
        let _first_mb_in_slice = header.number()?;
        let _slice_type = header.number()?;
        header.number().filter(|id| *id <= MAX_PARAMETER_SET)
    }

    fn write_slice_header(_: Kind, parameter_set: u32, meta: &mut Metadata) -> Option<()> {
        let bits = BitWriter::default().number(parameter_set).align();
        let (bytes, start) = bits.bytes();
        meta.extend(&[NO_SUCH_SLICE])?;
        meta.extend(&bytes[start..])
    }

    fn slice_header_length(_: Kind, slice: &mut BitReader<'_>) -> Option<usize> {
        slice.byte().filter(|byte| *byte == NO_SUCH_SLICE)?;
        slice.number().filter(|id| *id <= MAX_PARAMETER_SET)?;
        Some(slice.bytes_read())
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::framing::{Codec, Malformed, samples};

    fn clear_of(frame: &[u8]) -> Vec<u8> {
        let (meta, _) = Codec::H264.cover(frame).expect("a frame");
        meta.clear().to_vec()
    }

    #[test]
    fn the_slice_names_its_parameter_set_and_no_slice_type() {
        assert_eq!(clear_of(samples::of("h264-key")), [0x65, 0x8b, 0x80]);
        assert_eq!(clear_of(samples::of("h264-delta")), [0x61, 0x8b, 0x80]);
    }

    #[test]
    fn every_parameter_set_can_be_named() {
        // first_mb_in_slice 0, slice_type 0, then the number.
        let third = [0, 0, 0, 1, 0x65, 0b1101_1000];
        assert_eq!(clear_of(&third), [0x65, 0x8b, 0b0110_0000]);
        let last = [0, 0, 0, 1, 0x65, 0b1100_0000, 0b0010_0000, 0b0001_0000];
        assert_eq!(clear_of(&last), [0x65, 0x8b, 0, 0x80, 0]);
    }

    #[test]
    fn a_frame_without_a_slice_is_refused() {
        let key = samples::of("h264-key");
        let parameter_sets = &key[..34];
        let number_256 = [0, 0, 1, 0x65, 0b1100_0000, 0b0010_0000, 0b0010_0000];
        for frame in [
            &[][..],
            &key[4..30],
            parameter_sets,
            &[0, 0, 1],
            &[0, 0, 1, 0x65],
            &number_256,
        ] {
            assert_eq!(Codec::H264.cover(frame).err(), Some(Malformed));
        }
    }
}
