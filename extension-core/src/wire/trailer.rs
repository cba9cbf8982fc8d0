//! A packet at the end of a frame's body, in front of nothing: the frame is read as if it weren't
//! there. Whoever stands on the path can add, take and swap it, as it can on any carrier.
//!
//! ```text
//! body | packet ("SOTO" ...) | length of the packet | "SOTI"
//!                              2                      4
//! ```

use super::MAGIC;

const END: [u8; 4] = *b"SOTI";

/// What a trailer adds to its packet.
pub const TRAILER: usize = 2 + END.len();

/// Writes a packet behind a body.
pub fn append(packet: &[u8], body: &mut Vec<u8>) {
    let length = u16::try_from(packet.len()).expect("packets for frames are far below 64 KiB");
    body.extend_from_slice(packet);
    body.extend_from_slice(&length.to_be_bytes());
    body.extend_from_slice(&END);
}

/// Parts a body from the packet behind it, if there is one. A body that only looks so begins and
/// ends in the same eight bytes of chance.
pub fn split(wire: &[u8]) -> (&[u8], Option<&[u8]>) {
    match cut(wire) {
        Some((body, packet)) => (body, Some(packet)),
        None => (wire, None),
    }
}

fn cut(wire: &[u8]) -> Option<(&[u8], &[u8])> {
    let rest = wire.strip_suffix(&END)?;
    let (rest, length) = rest.split_last_chunk::<2>()?;
    let start = rest.len().checked_sub(u16::from_be_bytes(*length).into())?;
    let (body, packet) = rest.split_at(start);
    packet.starts_with(&MAGIC).then_some((body, packet))
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const PACKET: &[u8] = b"SOTO and more";

    fn carrying(body: &[u8]) -> Vec<u8> {
        let mut wire = body.to_vec();
        append(PACKET, &mut wire);
        wire
    }

    #[test]
    fn i1_what_was_appended_is_cut_off_again() {
        for body in [&b"a sealed body"[..], b""] {
            let wire = carrying(body);
            assert_eq!(wire.len(), body.len() + PACKET.len() + TRAILER);
            assert_eq!(split(&wire), (body, Some(PACKET)));
            assert_eq!(split(body), (body, None));
        }
    }

    #[test]
    fn i1_a_trailer_that_is_broken_is_part_of_the_body() {
        let wire = carrying(b"a sealed body");
        for length in 0..wire.len() {
            assert_eq!(split(&wire[..length]), (&wire[..length], None));
        }
        let (start, end) = (wire.len() - PACKET.len() - TRAILER, wire.len());
        for place in (start..start + 4).chain(end - TRAILER..end) {
            let mut flipped = wire.clone();
            flipped[place] ^= 0x80;
            assert_eq!(split(&flipped), (&flipped[..], None), "byte {place}");
        }
    }
}
