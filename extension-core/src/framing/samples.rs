//! Frames that encoders made, kept in `vectors/frames`, whose README tells by which.

use super::Codec;

/// Name, codec, frame.
pub type Sample = (&'static str, Codec, &'static [u8]);

macro_rules! samples {
    ($($codec:ident $name:literal,)*) => {
        &[$(($name, Codec::$codec, include_bytes!(concat!("../../vectors/frames/", $name)))),*]
    };
}

pub const ALL: &[Sample] = samples![
    Opus "opus-10ms",
    Opus "opus-20ms",
    Opus "opus-60ms",
    Opus "opus-120ms",
    Opus "opus-dtx",
    Red "red-one-block",
    Red "red-two-blocks",
    Vp8 "vp8-key",
    Vp8 "vp8-delta",
    Vp9 "vp9-key",
    Vp9 "vp9-delta",
    Vp9 "vp9-svc",
    H264 "h264-key",
    H264 "h264-delta",
    H264 "h264-slices",
    H265 "h265-key",
    H265 "h265-delta",
    Av1 "av1-key",
    Av1 "av1-delta",
    Av1 "av1-svc",
    Av1 "av1-svc-upper",
    Pcmu "pcmu",
    Pcma "pcma",
    G722 "g722",
    ComfortNoise "cn",
];

/// One of them.
pub fn named(name: &str) -> &'static Sample {
    let found = ALL.iter().find(|(known, ..)| *known == name);
    found.expect("a sample of that name")
}

/// Its frame.
pub fn of(name: &str) -> &'static [u8] {
    named(name).2
}
