//! The codecs that Sotto carries, by name and by number.

use serde::Serialize;

/// A codec.
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
    /// Redundant audio, RFC 2198, as browsers make it of Opus.
    #[serde(rename = "RED")]
    Red,
    /// ITU-T H.264.
    H264,
    /// ITU-T H.265.
    H265,
    /// The AV1 bitstream specification.
    #[serde(rename = "AV1")]
    Av1,
    /// ITU-T G.711, mu-law.
    #[serde(rename = "PCMU")]
    Pcmu,
    /// ITU-T G.711, A-law.
    #[serde(rename = "PCMA")]
    Pcma,
    /// ITU-T G.722.
    G722,
    /// RFC 3389: what other codecs of sound send for silence.
    #[serde(rename = "CN")]
    ComfortNoise,
}

impl Codec {
    /// Each of them.
    pub const ALL: [Self; 11] = [
        Self::Opus,
        Self::Vp8,
        Self::Vp9,
        Self::Red,
        Self::H264,
        Self::H265,
        Self::Av1,
        Self::Pcmu,
        Self::Pcma,
        Self::G722,
        Self::ComfortNoise,
    ];

    /// Reads an RTP media type (`RTCRtpCodec.mimeType`), without regard to case.
    pub fn of_mime(mime: &str) -> Option<Self> {
        let is = |codec: &Self| codec.mime().eq_ignore_ascii_case(mime);
        Self::ALL.into_iter().find(is)
    }

    /// The media type, as IANA registered it.
    pub fn mime(self) -> &'static str {
        match self {
            Self::Opus => "audio/opus",
            Self::Vp8 => "video/VP8",
            Self::Vp9 => "video/VP9",
            Self::Red => "audio/red",
            Self::H264 => "video/H264",
            Self::H265 => "video/H265",
            Self::Av1 => "video/AV1",
            Self::Pcmu => "audio/PCMU",
            Self::Pcma => "audio/PCMA",
            Self::G722 => "audio/G722",
            Self::ComfortNoise => "audio/CN",
        }
    }

    /// The byte that stands for the codec in what is authenticated. Part of the protocol.
    pub fn tag(self) -> u8 {
        match self {
            Self::Opus => 1,
            Self::Vp8 => 2,
            Self::Vp9 => 3,
            Self::Red => 4,
            Self::H264 => 5,
            Self::H265 => 6,
            Self::Av1 => 7,
            Self::Pcmu => 8,
            Self::Pcma => 9,
            Self::G722 => 10,
            Self::ComfortNoise => 11,
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
        assert_eq!(Codec::of_mime("audio/RED"), Some(Codec::Red));
    }

    #[test]
    fn an_unknown_codec_is_none_of_ours() {
        for mime in [
            "video/VVC",
            "audio/telephone-event",
            "video/red",
            "",
            "video/VP8 ",
        ] {
            assert_eq!(Codec::of_mime(mime), None, "{mime}");
        }
    }

    #[test]
    fn each_codec_has_a_number_of_its_own() {
        let tags = Codec::ALL.map(Codec::tag);
        assert_eq!(tags, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    }
}
