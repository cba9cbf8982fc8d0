//! What the frames of a tab are: a payload type (RFC 3550 section 5.1) that stands for a codec, which is
//! named by its media type (RFC 8866 section 6.6).

use std::collections::BTreeMap;

use crate::framing::Codec;

/// So many payload types there are; a hostile page names as many formats as it likes.
const MAX_FORMATS: usize = 128;
/// Characters; no registered name is as long.
const MAX_NAME: usize = 40;
/// Comfort noise has it for good (RFC 3551 section 6).
const COMFORT_NOISE: u8 = 13;
/// So many frames in a row may have another codec's name before it is the payload type's own.
const MISNAMED: u8 = 4;

/// A format's number in its tab.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatNumber(pub u32);

impl FormatNumber {
    /// No format, and so of no codec.
    pub const NONE: Self = Self(u32::MAX);
}

/// See the module's text.
#[derive(Debug, PartialEq, Eq)]
pub struct Format {
    pub payload_type: u8,
    pub name: String,
    /// None: we can't carry it.
    pub codec: Option<Codec>,
}

impl Format {
    /// Chromium's senders give comfort noise the name of the codec that it stands in for, its receivers
    /// its own.
    fn new(payload_type: u8, mime: &str) -> Self {
        let is_sound = mime.to_ascii_lowercase().starts_with("audio/");
        let mime = match payload_type {
            COMFORT_NOISE if is_sound => Codec::ComfortNoise.mime(),
            _ => mime,
        };
        Self {
            payload_type,
            name: mime.chars().take(MAX_NAME).collect(),
            codec: Codec::of_mime(mime),
        }
    }
}

/// Those of a tab.
#[derive(Default)]
pub struct Formats(Vec<Format>);

impl Formats {
    /// The same format always has the same number. [`FormatNumber::NONE`]: there is no room for another.
    pub fn number(&mut self, payload_type: u8, mime: &str) -> FormatNumber {
        let format = Format::new(payload_type, mime);
        let known = self.0.iter().position(|other| *other == format);
        match known {
            Some(place) => FormatNumber(place as u32),
            None if self.0.len() >= MAX_FORMATS => FormatNumber::NONE,
            None => {
                self.0.push(format);
                FormatNumber(self.0.len() as u32 - 1)
            }
        }
    }

    pub fn get(&self, number: FormatNumber) -> Option<&Format> {
        self.0.get(number.0 as usize)
    }
}

/// What a stream's payload types have stood for. As codecs change, Chromium gives the last frames of
/// one the name of the next, and nobody could open what was sealed by it. Their payload type tells,
/// unless the name stays.
#[derive(Default)]
pub struct PayloadTypes(BTreeMap<u8, Meaning>);

struct Meaning {
    codec: Option<Codec>,
    /// Frames in a row that had another's name.
    others: u8,
}

impl PayloadTypes {
    /// Whether the name of the frame that comes now is another codec's.
    pub fn misname(&mut self, format: &Format) -> bool {
        let &Format {
            payload_type,
            codec,
            ..
        } = format;
        let meaning = self
            .0
            .entry(payload_type)
            .or_insert(Meaning { codec, others: 0 });
        meaning.others = if meaning.codec == codec {
            0
        } else {
            meaning.others + 1
        };
        if meaning.others > MISNAMED {
            *meaning = Meaning { codec, others: 0 };
        }
        meaning.others > 0
    }

    /// The same of a frame without a byte, which may be of either codec and teaches nothing.
    pub fn would_misname(&self, format: &Format) -> bool {
        let meaning = self.0.get(&format.payload_type);
        meaning.is_some_and(|meaning| meaning.codec != format.codec)
    }
}

#[cfg(test)]
mod tests {
    use super::{FormatNumber, Formats, MAX_FORMATS, PayloadTypes};
    use crate::framing::Codec;

    #[test]
    fn formats_are_bounded_and_have_their_numbers_for_good() {
        let mut formats = Formats::default();
        let vp8 = formats.number(96, "video/VP8");
        for n in 0..1_000 {
            formats.number(97, &format!("video/{n}"));
        }
        assert_eq!(formats.0.len(), MAX_FORMATS);
        assert_eq!(formats.number(96, "video/VP8"), vp8);
        assert_eq!(formats.number(98, "video/VP9"), FormatNumber::NONE);
        assert!(formats.get(FormatNumber::NONE).is_none());
    }

    #[test]
    fn a_long_name_is_cut_and_is_that_of_no_codec() {
        let mut formats = Formats::default();
        let number = formats.number(0, &format!("audio/opus{}", " ".repeat(1_000_000)));
        let format = formats.get(number).expect("there is room");
        assert_eq!((format.name.len(), format.codec), (40, None));
    }

    #[test]
    fn comfort_noise_has_its_own_name_at_both_ends() {
        let mut formats = Formats::default();
        let noise = formats.number(13, "audio/CN");
        assert_eq!(formats.number(13, "audio/PCMU"), noise);
        assert_eq!(
            formats.get(noise).and_then(|it| it.codec),
            Some(Codec::ComfortNoise)
        );
        assert_ne!(formats.number(13, "video/VP8"), noise);
    }

    /// Whether each of these frames is misnamed.
    fn misnamed(frames: &[(u8, &str)]) -> Vec<bool> {
        let (mut formats, mut types) = (Formats::default(), PayloadTypes::default());
        let mut ask = |&(payload_type, mime): &(u8, &str)| {
            let number = formats.number(payload_type, mime);
            types.misname(formats.get(number).expect("there is room"))
        };
        frames.iter().map(&mut ask).collect()
    }

    #[test]
    fn a_frame_with_the_name_of_the_next_codec_is_misnamed() {
        let frames = [
            (111, "audio/opus"),
            // Made by Opus.
            (111, "audio/G722"),
            (9, "audio/G722"),
            (111, "audio/opus"),
        ];
        assert_eq!(misnamed(&frames), [false, true, false, false]);
    }

    #[test]
    fn a_name_that_stays_is_the_payload_types_own() {
        let mut frames = vec![(111, "audio/opus")];
        frames.extend([(111, "audio/PCMU"); 6]);
        assert_eq!(
            misnamed(&frames),
            [false, true, true, true, true, false, false]
        );
    }

    #[test]
    fn an_empty_frame_teaches_no_name() {
        let (mut formats, mut types) = (Formats::default(), PayloadTypes::default());
        let [opus, red] = ["audio/opus", "audio/red"].map(|mime| formats.number(111, mime));
        let [opus, red] = [opus, red].map(|number| formats.get(number).expect("there is room"));
        assert!(!types.would_misname(red));
        assert!(!types.misname(opus));
        for _ in 0..20 {
            assert!(types.would_misname(red));
        }
        assert!(!types.misname(opus));
    }
}
