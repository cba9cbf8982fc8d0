//! H.265 (ITU-T H.265 sections 7.3.1.2 and 7.3.6.1): how its frames travel is in [`super::nal`]. RFC 7798's
//! depacketizers look for the picture parameter set that a slice names.
//!
//! ```text
//! clear: NAL header | first_slice_segment_in_pic_flag = 1,                | 01
//!          2 bytes    no_output_of_prior_pics_flag = 0 (random access),
//!                     slice_pic_parameter_set_id, zero bits: 1 or 2 bytes
//! ```
//!
//! The zero bits and the last byte are the beginning of a slice type of 127 at least; they end with 2.

use super::{
    Metadata,
    bits::{BitReader, BitWriter},
    nal::{Format, Kind},
};

const NO_SUCH_SLICE: u8 = 0x01;
const MAX_PARAMETER_SET: u32 = 63;

pub struct H265;

impl Format for H265 {
    const HEADER: usize = 2;

    fn kind(header: &[u8]) -> Kind {
        match header[0] >> 1 & 63 {
            0..=9 => Kind::Slice,
            16..=21 => Kind::RandomAccessSlice,
            32..=34 => Kind::ParameterSet,
            _ => Kind::Other,
        }
    }

    fn parameter_set(kind: Kind, header: &mut BitReader<'_>) -> Option<u32> {
        let _first_slice_segment_in_pic = header.bit()?;
        if kind == Kind::RandomAccessSlice {
            let _no_output_of_prior_pics = header.bit()?;
        }
        header.number().filter(|id| *id <= MAX_PARAMETER_SET)
    }

    fn write_slice_header(kind: Kind, parameter_set: u32, meta: &mut Metadata) -> Option<()> {
        let flags = match kind {
            Kind::RandomAccessSlice => BitWriter::default().bits(0b10, 2),
            _ => BitWriter::default().bits(0b1, 1),
        };
        let (bytes, start) = flags.number(parameter_set).align().bytes();
        meta.extend(&bytes[start..])?;
        meta.extend(&[NO_SUCH_SLICE])
    }

    fn slice_header_length(kind: Kind, slice: &mut BitReader<'_>) -> Option<usize> {
        Self::parameter_set(kind, slice)?;
        slice.byte().filter(|byte| *byte == NO_SUCH_SLICE)?;
        Some(slice.bytes_read())
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use crate::framing::{Codec, Malformed, samples};

    fn clear_of(frame: &[u8]) -> Vec<u8> {
        let (meta, _) = Codec::H265.cover(frame).expect("a frame");
        meta.clear().to_vec()
    }

    #[test]
    fn the_slice_names_its_parameter_set_and_no_slice_type() {
        assert_eq!(
            clear_of(samples::of("h265-key")),
            [0x28, 0x01, 0b1010_0000, 0x01]
        );
        assert_eq!(
            clear_of(samples::of("h265-delta")),
            [0x02, 0x01, 0b1100_0000, 0x01]
        );
    }

    #[test]
    fn every_parameter_set_can_be_named() {
        // first_slice_segment_in_pic_flag 0, then 63.
        let last = [0, 0, 1, 0x02, 0x01, 0b0000_0001, 0b0000_0010];
        assert_eq!(clear_of(&last), [0x02, 0x01, 0b1000_0001, 0, 0x01]);
    }

    #[test]
    fn a_frame_without_a_slice_is_refused() {
        let key = samples::of("h265-key");
        let parameter_sets = &key[..85];
        for frame in [
            &[][..],
            parameter_sets,
            &[0, 0, 1, 0x28],
            &[0, 0, 1, 0x28, 1],
        ] {
            assert_eq!(Codec::H265.cover(frame).err(), Some(Malformed));
        }
    }
}
