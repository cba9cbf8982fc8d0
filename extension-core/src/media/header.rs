//! The header of RFC 9605 section 4.3, read from a frame. It is `sframe` that writes it; its own
//! reader allocates for each field, and this is done for every frame.
//!
//! ```text
//!  0 1 2 3 4 5 6 7
//! +-+-----+-+-----+------------+------------+
//! |X|  K  |Y|  C  | KID if X=1 | CTR if Y=1 |    K, C: the value, or its length less one
//! +-+-----+-+-----+------------+------------+
//! ```

/// What a frame says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    pub key_id: u64,
    pub counter: u64,
    /// Bytes of the header itself.
    pub length: usize,
}

impl Header {
    /// Reads the header that `bytes` begin with; none if they end within it.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (config, rest) = bytes.split_first()?;
        let (key_id, rest) = field(config >> 4, rest)?;
        let (counter, rest) = field(config & 0xf, rest)?;
        let length = bytes.len() - rest.len();
        Some(Self {
            key_id,
            counter,
            length,
        })
    }
}

const EXTENDED: u8 = 0b1000;

/// One field, by its half of the config byte, and what follows it.
fn field(half: u8, rest: &[u8]) -> Option<(u64, &[u8])> {
    let number = half & !EXTENDED;
    if half & EXTENDED == 0 {
        return Some((number.into(), rest));
    }
    let (bytes, rest) = rest.split_at_checked(usize::from(number) + 1)?;
    let number = bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte));
    Some((number, rest))
}
