//! Which bytes of a frame stay clear (PROTOCOL.md section 5): sender and receiver find the same
//! by those bytes alone. And the codec's name, which the page's browser says.

use sotto_core::framing::Codec;

/// More than any clear prefix has.
const REST: [u8; 32] = [0xa5; 32];

pub fn run(frame: &[u8]) {
    for codec in [Codec::Opus, Codec::Vp8, Codec::Vp9] {
        both_ends_agree(codec, frame);
    }
    let name = String::from_utf8_lossy(frame);
    let codec = Codec::of_mime(&name);
    assert_eq!(codec, Codec::of_mime(&name.to_ascii_uppercase()));
}

fn both_ends_agree(codec: Codec, frame: &[u8]) {
    let Ok(length) = codec.clear_prefix(frame) else {
        return;
    };
    let sealed = [&frame[..length], &REST].concat();
    assert_eq!(codec.clear_prefix(&sealed), Ok(length));
    if length > 0 {
        assert_eq!(codec.is_key_frame(&sealed), codec.is_key_frame(frame));
    }
}
