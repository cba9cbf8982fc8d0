//! Which bytes of an encoded frame stay clear, so that packetizers and depacketizers that know
//! nothing of us still do their work. One file per codec; a codec without a file here is dropped
//! and named, never passed. Nothing here knows keys.

mod opus;
mod vp8;
mod vp9;

use serde::Serialize;

/// The codecs that Sotto can carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Codec {
    /// RFC 6716.
    Opus,
    /// RFC 6386.
    #[serde(rename = "VP8")]
    Vp8,
    /// The VP9 bitstream specification.
    #[serde(rename = "VP9")]
    Vp9,
}

/// Why a frame has no clear prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame is shorter than its codec's headers")]
pub struct TooShort;

impl Codec {
    /// Reads an RTP media type (`RTCRtpCodec.mimeType`), without regard to case.
    pub fn of_mime(mime: &str) -> Option<Self> {
        match mime.to_ascii_lowercase().as_str() {
            "audio/opus" => Some(Self::Opus),
            "video/vp8" => Some(Self::Vp8),
            "video/vp9" => Some(Self::Vp9),
            _ => None,
        }
    }

    /// The byte that stands for the codec in what is authenticated. Part of the protocol.
    pub fn tag(self) -> u8 {
        match self {
            Self::Opus => 1,
            Self::Vp8 => 2,
            Self::Vp9 => 3,
        }
    }

    /// How many bytes at the start of a frame stay clear, by those bytes alone: both ends must
    /// find the same, the sender in the plain frame and the receiver in the sealed one.
    ///
    /// # Errors
    /// [`TooShort`] when the frame doesn't even have them.
    pub fn clear_prefix(self, frame: &[u8]) -> Result<usize, TooShort> {
        let length = match self {
            Self::Opus => opus::clear_prefix(),
            Self::Vp8 => vp8::clear_prefix(frame),
            Self::Vp9 => vp9::clear_prefix(),
        };
        if length <= frame.len() {
            Ok(length)
        } else {
            Err(TooShort)
        }
    }

    /// Whether a decoder can start at this frame, as far as its clear bytes tell.
    pub fn is_key_frame(self, frame: &[u8]) -> Option<bool> {
        match self {
            Self::Vp8 => Some(vp8::is_key_frame(frame)),
            Self::Opus | Self::Vp9 => None,
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn media_types_are_read_without_regard_to_case() {
        assert_eq!(Codec::of_mime("video/VP8"), Some(Codec::Vp8));
        assert_eq!(Codec::of_mime("VIDEO/vp9"), Some(Codec::Vp9));
        assert_eq!(Codec::of_mime("audio/opus"), Some(Codec::Opus));
    }

    #[test]
    fn an_unknown_codec_is_none_of_ours() {
        for mime in [
            "video/H264",
            "video/AV1",
            "audio/red",
            "audio/PCMU",
            "",
            "video/VP8 ",
        ] {
            assert_eq!(Codec::of_mime(mime), None, "{mime}");
        }
    }
}
