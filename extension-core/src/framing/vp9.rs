//! VP9: no byte stays clear. The RTP payload descriptor (RFC 9628 section 4.2) carries all that
//! depacketizers need, and it is written from the encoder's metadata, not from the frame.

pub fn clear_prefix() -> usize {
    0
}
