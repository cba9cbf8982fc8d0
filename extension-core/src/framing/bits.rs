//! The bits of a slice header: Exp-Golomb numbers (ITU-T H.264 section 9.1, H.265 section 9.2), read
//! from a NAL unit, whose emulation prevention bytes (H.264 section 7.4.1) are passed over, and
//! written.

/// Longer numbers than those of any slice header's beginning are refused.
const MAX_ZEROS: u32 = 16;

/// Reads a NAL unit's bits behind its header.
pub struct BitReader<'a> {
    bytes: &'a [u8],
    zeros: u8,
    current: u8,
    left: u8,
    taken: usize,
}

impl<'a> BitReader<'a> {
    pub fn new(unit: &'a [u8]) -> Self {
        Self {
            bytes: unit,
            zeros: 0,
            current: 0,
            left: 0,
            taken: 0,
        }
    }

    pub fn bit(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.current = self.byte()?;
            self.left = 8;
        }
        self.left -= 1;
        Some(self.current >> self.left & 1 == 1)
    }

    /// ue(v).
    pub fn number(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.bit()? {
            zeros += 1;
            if zeros > MAX_ZEROS {
                return None;
            }
        }
        let mut number = 1;
        for _ in 0..zeros {
            number = number << 1 | u32::from(self.bit()?);
        }
        Some(number - 1)
    }

    /// How many bytes were begun, those passed over not counted.
    pub fn bytes_read(&self) -> usize {
        self.taken
    }

    /// The next whole byte.
    pub fn byte(&mut self) -> Option<u8> {
        self.left = 0;
        let (mut byte, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        if self.zeros >= 2 && *byte == 3 {
            self.zeros = 0;
            (byte, self.bytes) = rest.split_first()?;
        }
        self.zeros = if *byte == 0 { self.zeros + 1 } else { 0 };
        self.taken += 1;
        Some(*byte)
    }
}

/// Bits in the making, at most 64.
#[derive(Default)]
pub struct BitWriter {
    bits: u64,
    length: u32,
}

impl BitWriter {
    pub fn bits(mut self, value: u64, length: u32) -> Self {
        self.bits = self.bits << length | value;
        self.length += length;
        self
    }

    /// ue(v).
    pub fn number(self, value: u32) -> Self {
        let coded = u64::from(value) + 1;
        let length = coded.ilog2();
        self.bits(coded, 2 * length + 1)
    }

    /// Zero bits up to the next byte.
    pub fn align(self) -> Self {
        let missing = self.length.next_multiple_of(8) - self.length;
        self.bits(0, missing)
    }

    /// The bytes, at the end of eight.
    pub fn bytes(&self) -> ([u8; 8], usize) {
        (self.bits.to_be_bytes(), 8 - self.length as usize / 8)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        for number in [0, 1, 2, 7, 63, 255, 65_534] {
            let written = BitWriter::default().bits(1, 1).number(number).align();
            let (bytes, start) = written.bytes();
            let mut reader = BitReader::new(&bytes[start..]);
            assert_eq!(reader.bit(), Some(true));
            assert_eq!(reader.number(), Some(number));
            assert_eq!(reader.bytes_read(), 8 - start);
        }
    }

    #[test]
    fn emulation_prevention_bytes_are_passed_over() {
        let mut reader = BitReader::new(&[0, 0, 3, 0, 0, 3, 1, 3]);
        let bytes: Vec<_> = std::iter::from_fn(|| reader.byte()).collect();
        assert_eq!(bytes, [0, 0, 0, 0, 1, 3]);
    }

    #[test]
    fn a_number_without_end_is_none() {
        assert_eq!(BitReader::new(&[0; 100]).number(), None);
        assert_eq!(BitReader::new(&[0, 1]).number(), None);
        assert_eq!(BitReader::new(&[]).number(), None);
    }
}
