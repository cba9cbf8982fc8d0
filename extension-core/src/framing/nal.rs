//! What H.264 and H.265 have in common: frames in NAL units (byte stream format, annex B of both).
//!
//! Packetizers cut frames at start codes, rewrite parameter sets, drop delimiters and SEI, and
//! depacketizers look for parameter sets and into slice headers (RFC 6184, RFC 7798). So the whole
//! frame is sealed and travels in NAL units of its own making:
//!
//! ```text
//! parameter sets as they stand | slice | slice ...
//! slice:  00 00 01 | NAL header | clear slice header | a piece of the body | 80
//!                                 `------ with emulation prevention bytes ---'
//! ```
//!
//! The NAL header is that of the frame's first slice of a random access picture, or of its first
//! slice. The slice header names the picture parameter set, for which depacketizers look, and has
//! a slice type that doesn't exist, by which decoders refuse the slice. The parameter sets aren't
//! authenticated, as they are only copies: the decoder gets those inside.

use super::{Metadata, bits::BitReader};

const START_CODE: [u8; 3] = [0, 0, 1];
const STOP: u8 = 0x80;

/// A NAL unit that goes into one packet with every packetizer that can't cut units (RFC 6184
/// section 6.2, packetization mode 0).
const PIECE: usize = 1_000;
/// A slice longer than this can't have been meant for such a packetizer.
const PACKET: usize = 1_300;

/// What a NAL unit is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    ParameterSet,
    Slice,
    /// A slice that a decoder can begin with.
    RandomAccessSlice,
    Other,
}

/// Where the two differ.
pub trait Format {
    /// Bytes of a NAL unit's header.
    const HEADER: usize;
    /// What a unit is for, by its header.
    fn kind(header: &[u8]) -> Kind;
    /// Reads a slice header up to the id of its picture parameter set.
    fn parameter_set(kind: Kind, header: &mut BitReader<'_>) -> Option<u32>;
    /// Writes a slice header up to there that decoders refuse.
    fn write_slice_header(kind: Kind, parameter_set: u32, meta: &mut Metadata) -> Option<()>;
    /// The length of what was so written, or none if it wasn't.
    fn slice_header_length(kind: Kind, slice: &mut BitReader<'_>) -> Option<usize>;
}

pub fn cover<'f, F: Format>(frame: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    let (header, slice, kind) = leading_slice::<F>(frame)?;
    let parameter_set = F::parameter_set(kind, &mut BitReader::new(slice))?;
    meta.extend(header)?;
    F::write_slice_header(kind, parameter_set, meta)?;
    Some(frame)
}

pub fn pack<F: Format>(frame: &[u8], clear: &[u8], body: &[u8], wire: &mut Vec<u8>) {
    wire.clear();
    for unit in units(frame).filter(|unit| kind_of::<F>(unit) == Kind::ParameterSet) {
        wire.extend_from_slice(&START_CODE);
        wire.extend_from_slice(unit);
    }
    let (header, slice_header) = clear.split_at(F::HEADER);
    for piece in body.chunks(piece_length::<F>(frame)) {
        wire.extend_from_slice(&START_CODE);
        wire.extend_from_slice(header);
        let start = wire.len();
        for part in [slice_header, piece, &[STOP]] {
            wire.extend_from_slice(part);
        }
        escape(wire, start);
    }
}

pub fn uncover<'s, F: Format>(
    wire: &[u8],
    meta: &mut Metadata,
    body: &'s mut Vec<u8>,
) -> Option<&'s [u8]> {
    body.clear();
    for unit in units(wire).filter(|unit| is_slice(kind_of::<F>(unit))) {
        let start = body.len();
        let (header, slice) = unit.split_at(F::HEADER);
        let length = F::slice_header_length(F::kind(header), &mut BitReader::new(slice))?;
        unescape(slice, body);
        body.pop().filter(|last| *last == STOP)?;
        note_clear(header, body.get(start..start + length)?, meta)?;
        body.drain(start..start + length);
    }
    (meta.clear().len() > F::HEADER).then_some(body)
}

/// The clear bytes of the first slice count, and the others' are the same.
fn note_clear(header: &[u8], slice_header: &[u8], meta: &mut Metadata) -> Option<()> {
    if meta.clear().is_empty() {
        meta.extend(header)?;
        return meta.extend(slice_header);
    }
    let rest = meta.clear().strip_prefix(header)?;
    (rest == slice_header).then_some(())
}

/// The header, the rest and the kind of the slice whose header stays clear.
fn leading_slice<F: Format>(frame: &[u8]) -> Option<(&[u8], &[u8], Kind)> {
    let of_kind = |wanted: fn(Kind) -> bool| units(frame).find(|unit| wanted(kind_of::<F>(unit)));
    let unit = of_kind(|kind| kind == Kind::RandomAccessSlice).or_else(|| of_kind(is_slice))?;
    let (header, slice) = unit.split_at(F::HEADER);
    Some((header, slice, F::kind(header)))
}

fn kind_of<F: Format>(unit: &[u8]) -> Kind {
    unit.get(..F::HEADER).map_or(Kind::Other, F::kind)
}

fn is_slice(kind: Kind) -> bool {
    matches!(kind, Kind::Slice | Kind::RandomAccessSlice)
}

/// Where slices are short they may have to be, each for a packet.
fn piece_length<F: Format>(frame: &[u8]) -> usize {
    let slices = units(frame).filter(|unit| is_slice(kind_of::<F>(unit)));
    if slices.map(<[u8]>::len).max() > Some(PACKET) {
        usize::MAX
    } else {
        PIECE
    }
}

/// The NAL units of a byte stream, without start codes and the zero bytes before them.
fn units(stream: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = after_start_code(stream);
    std::iter::from_fn(move || {
        let unit = rest?;
        let end = start_code(unit).unwrap_or(unit.len());
        rest = after_start_code(unit);
        Some(without_trailing_zeros(&unit[..end]))
    })
}

fn after_start_code(stream: &[u8]) -> Option<&[u8]> {
    start_code(stream).map(|at| &stream[at + START_CODE.len()..])
}

fn start_code(stream: &[u8]) -> Option<usize> {
    after_two_zeros(stream, |third| third == 1).map(|third| third - 2)
}

fn without_trailing_zeros(unit: &[u8]) -> &[u8] {
    let last = unit.iter().rposition(|byte| *byte != 0);
    last.map_or(&[], |last| &unit[..=last])
}

/// Puts an emulation prevention byte, 3, wherever a decoder wants one, from `start` on.
fn escape(wire: &mut Vec<u8>, mut start: usize) {
    while let Some(third) = after_two_zeros(&wire[start..], |third| third <= 3) {
        start += third;
        wire.insert(start, 3);
    }
}

fn unescape(mut unit: &[u8], rbsp: &mut Vec<u8>) {
    while let Some(third) = after_two_zeros(unit, |third| third == 3) {
        rbsp.extend_from_slice(&unit[..third]);
        unit = &unit[third + 1..];
    }
    rbsp.extend_from_slice(unit);
}

/// Where the first wanted byte is that two zeros go before. A byte that isn't zero tells that the
/// next two aren't wanted either.
fn after_two_zeros(bytes: &[u8], wanted: impl Fn(u8) -> bool) -> Option<usize> {
    let mut at = 2;
    while let Some(&third) = bytes.get(at) {
        if wanted(third) && bytes[at - 2..at] == [0, 0] {
            return Some(at);
        }
        at += if third == 0 { 1 } else { 3 };
    }
    None
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::{Format, Kind, STOP, escape, kind_of, unescape, units};
    use crate::{
        framing::{
            Codec, NotSealed,
            h264::H264,
            h265::H265,
            samples,
            tests::{frame_of, wire_of},
        },
        wire::trailer,
    };

    fn kinds(stream: &[u8]) -> Vec<Kind> {
        units(stream).map(kind_of::<H264>).collect()
    }

    fn h264(name: &str) -> Vec<u8> {
        wire_of(Codec::H264, samples::of(name)).expect("a frame")
    }

    #[test]
    fn parameter_sets_stay_as_they_are() {
        let (frame, wire) = (samples::of("h264-key"), h264("h264-key"));
        let sets =
            |stream| units(stream).filter(|unit| kind_of::<H264>(unit) == Kind::ParameterSet);
        assert!(sets(frame).eq(sets(&wire)));
        assert_eq!(kinds(&wire)[..2], [Kind::ParameterSet; 2]);
        assert_eq!(kinds(&wire)[2..], [Kind::RandomAccessSlice]);
    }

    /// All that goes of a frame with nothing but a packet: copies of its sets, and slices of ours.
    fn i8_sets_and_slices<F: Format>(codec: Codec, name: &str) {
        let (frame, packet) = (samples::of(name), [&b"SOTO"[..], &[7; 100]].concat());
        let (mut buffer, mut scratch) = (Vec::new(), Vec::new());
        let made = codec.carry(frame, &packet, &mut buffer, &mut scratch);
        let wire = made.expect("a frame").to_vec();
        let is_set = |unit: &&[u8]| kind_of::<F>(unit) == Kind::ParameterSet;
        assert!(units(&wire).filter(is_set).eq(units(frame).filter(is_set)));
        let (meta, _) = codec.cover(frame).expect("a frame");
        let mut ours = meta.clear().to_vec();
        trailer::append(&packet, &mut ours);
        ours.push(STOP);
        let rest: Vec<_> = units(&wire).filter(|unit| !is_set(unit)).collect();
        assert_eq!(rest, [ours], "{name}");
    }

    #[test]
    fn i8_of_nal_units_only_parameter_sets_go_with_a_packet() {
        for name in ["h264-key", "h264-delta"] {
            i8_sets_and_slices::<H264>(Codec::H264, name);
        }
        for name in ["h265-key", "h265-delta"] {
            i8_sets_and_slices::<H265>(Codec::H265, name);
        }
    }

    #[test]
    fn what_packetizers_rewrite_changes_nothing() {
        let wire = h264("h264-key");
        let mut rewritten = vec![0, 0, 0, 1, 0x09, 0xf0];
        for unit in units(&wire) {
            rewritten.extend([0, 0, 0, 1]);
            rewritten.extend(unit);
            if kind_of::<H264>(unit) == Kind::ParameterSet {
                rewritten.extend([0x55, 0x80]);
            }
        }
        rewritten.extend([0, 0, 1, 0x0c, 0xff, 0x80]);
        let frame = frame_of(Codec::H264, &rewritten);
        assert_eq!(frame.as_deref(), Ok(samples::of("h264-key")));
    }

    #[test]
    fn short_slices_make_short_slices_and_a_long_one_makes_one() {
        let wire = h264("h264-slices");
        assert_eq!(kinds(&wire), [Kind::Slice; 2]);
        assert!(units(&wire).all(|unit| unit.len() < 1_010));
        let mut long = samples::of("h264-delta").to_vec();
        long.resize(5_000, 0x77);
        let wire = wire_of(Codec::H264, &long).expect("a frame");
        assert_eq!(kinds(&wire), [Kind::Slice]);
        assert_eq!(frame_of(Codec::H264, &wire), Ok(long));
    }

    #[test]
    fn a_body_of_zeros_stays_free_of_start_codes() {
        let mut frame = samples::of("h264-delta").to_vec();
        frame.resize(3_000, 0xa5);
        let wire = wire_of(Codec::H264, &frame).expect("a frame");
        assert_eq!(units(&wire).count(), 1);
        assert!(
            !wire[3..]
                .windows(3)
                .any(|three| three[..2] == [0, 0] && three[2] < 3)
        );
        assert_eq!(frame_of(Codec::H264, &wire), Ok(frame));
    }

    #[test]
    fn what_was_escaped_is_unescaped() {
        for length in 0..6 {
            for number in 0..4u32.pow(length) {
                let rbsp: Vec<u8> = (0..length)
                    .map(|place| (number >> (2 * place)) as u8 & 3)
                    .collect();
                let mut unit = rbsp.clone();
                escape(&mut unit, 0);
                assert!(
                    !unit
                        .windows(3)
                        .any(|three| three[..2] == [0, 0] && three[2] < 3)
                );
                let mut back = Vec::new();
                unescape(&unit, &mut back);
                assert_eq!(back, rbsp, "{unit:?}");
            }
        }
    }

    #[test]
    fn slices_that_disagree_are_refused() {
        let wire = h264("h264-slices");
        let second = wire.len() - units(&wire).last().map_or(0, <[u8]>::len);
        for (place, bit) in [(second, 0x20), (second + 1, 1), (second + 2, 1)] {
            let mut forged = wire.clone();
            forged[place] ^= bit;
            assert_eq!(
                frame_of(Codec::H264, &forged),
                Err(NotSealed),
                "byte {place}"
            );
        }
    }
}
