//! G722, ITU-T G.722 (RFC 3551 section 4.5.2): the whole payload is sealed and nothing stays clear.
//! Each byte is two samples of two sub-bands, without any header, so what holds for G.711 holds
//! here: a decoder without the keys plays noise.

pub fn cover(payload: &[u8]) -> Option<&[u8]> {
    Some(payload)
}

pub fn uncover(wire: &[u8]) -> Option<&[u8]> {
    Some(wire)
}
