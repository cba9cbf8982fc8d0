//! Opus: no byte stays clear. RFC 7587 puts a whole packet into one RTP payload and neither the
//! packetizer nor the depacketizer looks inside (measured in Chromium and Firefox).

pub fn clear_prefix() -> usize {
    0
}
