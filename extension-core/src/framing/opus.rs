//! Opus: the whole packet is sealed, and travels as the end of an Opus packet that is silent and as
//! long in time. No packetizer looks inside (RFC 7587), but decoders without the keys do.
//!
//! A CELT frame begins with a silence flag of 15 bits, all ones (RFC 6716 section 4.3); what
//! follows in a frame that has it set isn't read. So one such frame can hold the sealed packet:
//!
//! ```text
//! up to 20 ms:  TOC | FF FE | body                                                    code 0
//! longer:       TOC | 80 + M | 02 (M - 1 times) | FF FE (M times) | body              code 3, VBR
//! ```
//!
//! The TOC's config is CELT, full band; its channel bit is the packet's.

use super::Metadata;

/// A frame length: its config, which is CELT only and full band, and its units of 2.5 ms
/// (RFC 6716 section 3.1).
struct Size {
    config: u8,
    units: usize,
}

/// Longest first.
const SIZES: [Size; 4] = [
    Size {
        config: 31,
        units: 8,
    },
    Size {
        config: 30,
        units: 4,
    },
    Size {
        config: 29,
        units: 2,
    },
    Size {
        config: 28,
        units: 1,
    },
];

/// 120 ms (RFC 6716 section 3.4, R5).
const MAX_UNITS: usize = 48;
const SILENCE: [u8; 2] = [0xff, 0xfe];

/// 20 ms in which nothing is heard.
pub const SILENT_PACKET: [u8; 3] = [31 << 3, SILENCE[0], SILENCE[1]];
const STEREO: u8 = 1 << 2;
const CODE: u8 = 3;
const VARIABLE: u8 = 1 << 7;
const COUNT: u8 = 63;

pub fn cover<'f>(packet: &'f [u8], meta: &mut Metadata) -> Option<&'f [u8]> {
    let units = duration(packet)?;
    let size = SIZES.iter().find(|size| units % size.units == 0)?;
    let toc = size.config << 3 | packet[0] & STEREO;
    silent_packet(toc, units / size.units, meta)?;
    Some(packet)
}

pub fn uncover<'w>(wire: &'w [u8], meta: &mut Metadata) -> Option<&'w [u8]> {
    let toc = *wire.first()?;
    let frames = frames(wire)?;
    if toc >> 3 < SIZES[SIZES.len() - 1].config || toc & CODE == 1 || toc & CODE == 2 {
        return None;
    }
    let before = meta.clear().len();
    silent_packet(toc & !CODE, frames, meta)?;
    wire.strip_prefix(&meta.clear()[before..])
}

/// How long the packet is in time, in units of 2.5 ms.
fn duration(packet: &[u8]) -> Option<usize> {
    let config = usize::from(*packet.first()? >> 3);
    let frame = match config {
        0..12 => [4, 8, 16, 24][config % 4],
        12..16 => [4, 8][config % 2],
        _ => [1, 2, 4, 8][config % 4],
    };
    let units = frame * frames(packet)?;
    (1..=MAX_UNITS).contains(&units).then_some(units)
}

/// How many frames the packet says that it has.
fn frames(packet: &[u8]) -> Option<usize> {
    match packet.first()? & CODE {
        0 => Some(1),
        1 | 2 => Some(2),
        _ => Some(usize::from(packet.get(1)? & COUNT))
            .filter(|count| (1..=MAX_UNITS).contains(count)),
    }
}

fn silent_packet(toc: u8, frames: usize, meta: &mut Metadata) -> Option<()> {
    if frames == 1 {
        meta.extend(&[toc])?;
        return meta.extend(&SILENCE);
    }
    meta.extend(&[toc | CODE, VARIABLE | frames as u8])?;
    (1..frames).try_for_each(|_| meta.extend(&[SILENCE.len() as u8]))?;
    (0..frames).try_for_each(|_| meta.extend(&SILENCE))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::duration;
    use crate::framing::{
        Codec, Malformed, NotSealed, samples,
        tests::{frame_of, wire_of},
    };

    fn silence_for(packet: &[u8]) -> Vec<u8> {
        let (meta, _) = Codec::Opus.cover(packet).expect("a packet");
        meta.clear().to_vec()
    }

    #[test]
    fn what_stays_clear_is_silence() {
        let silence = |name| silence_for(samples::of(name));
        assert_eq!(silence("opus-20ms"), [0xf8, 0xff, 0xfe]);
        assert_eq!(silence("opus-dtx"), [0xf8, 0xff, 0xfe]);
        assert_eq!(silence("opus-10ms"), [0xf0, 0xff, 0xfe]);
        let three = [0xfb, 0x83, 2, 2, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe];
        assert_eq!(silence("opus-60ms"), three);
        assert_eq!(silence("opus-120ms").len(), 2 + 5 + 12);
    }

    #[test]
    fn the_silence_is_as_long_as_the_sound() {
        for toc in 0..=255 {
            for count in 1..=48 {
                let packet = [toc, count, 0, 0];
                let Some(units) = duration(&packet) else {
                    continue;
                };
                let wire = wire_of(Codec::Opus, &packet).expect("a packet");
                assert_eq!(duration(&wire), Some(units), "{packet:?}");
                assert_eq!(wire[0] & 0b100, toc & 0b100, "{packet:?}");
                assert_eq!(frame_of(Codec::Opus, &wire), Ok(packet.to_vec()));
            }
        }
    }

    #[test]
    fn a_packet_of_no_or_too_long_a_time_is_refused() {
        for packet in [&[][..], &[0x03], &[0x03, 0], &[0xfb, 7], &[0x1b, 3]] {
            assert_eq!(Codec::Opus.cover(packet).err(), Some(Malformed));
        }
    }

    #[test]
    fn a_sound_is_not_sealed() {
        for wire in [
            &[0xf8, 0xff, 0xfd, 1][..],
            &[0x78, 0xff, 0xfe, 1],
            &[0xf9, 0xff, 0xfe, 1],
            &[0xfb, 0x03, 2, 2, 0xff, 0xfe, 0xff, 0xfe, 0xff, 0xfe],
            &[0xfb, 0xbf, 2, 2, 0xff, 0xfe],
            &[0xf8, 0xff],
            &[0xfb],
        ] {
            assert_eq!(frame_of(Codec::Opus, wire), Err(NotSealed), "{wire:?}");
        }
    }
}
