//! Repair fragments: what is lost of a message need not come again, any other fragment will do.
//!
//! A Reed-Solomon code over GF(256), in its plainest form. Byte by byte, the `count` fragments of a
//! message are the values at 0, 1, ... of the one polynomial of degree below `count` that goes
//! through them; the repair fragment with index i is its value at i. So any `count` fragments have it.

use std::collections::BTreeMap;

/// So many fragments have an index.
pub const MAX_INDEX: usize = 256;

/// In front of a repair fragment: how much of the last fragment is message.
pub const REPAIR_PREFIX: usize = 2;

/// The field of RFC 5510 section 8.1.
const POLYNOMIAL: u16 = 0x11d;

type Point<'a> = (u8, &'a [u8]);

/// Its powers of 2, twice over, and to which power each number is; 0 is none.
const POWERS: [u8; 510] = powers();
const LOGARITHMS: [u8; 256] = logarithms();

const fn powers() -> [u8; 510] {
    let mut powers = [0; 510];
    let (mut place, mut power) = (0, 1);
    while place < powers.len() {
        powers[place] = power as u8;
        power <<= 1;
        if power > 0xff {
            power ^= POLYNOMIAL;
        }
        place += 1;
    }
    powers
}

const fn logarithms() -> [u8; 256] {
    let mut logarithms = [0; 256];
    let mut place = 0;
    while place < 255 {
        logarithms[POWERS[place] as usize] = place as u8;
        place += 1;
    }
    logarithms
}

fn logarithm(one: u8) -> usize {
    usize::from(LOGARITHMS[usize::from(one)])
}

fn product(one: u8, other: u8) -> u8 {
    if one == 0 || other == 0 {
        return 0;
    }
    POWERS[logarithm(one) + logarithm(other)]
}

/// The polynomial that goes through some points, by Lagrange.
struct Curve<'a> {
    points: Vec<Point<'a>>,
    /// For each point, the logarithm of the product of its differences from the others.
    below: Vec<usize>,
}

impl<'a> Curve<'a> {
    fn through(points: Vec<Point<'a>>) -> Self {
        let below = |at: &Point<'_>| differences(&points, at.0);
        let below = points.iter().map(below).collect();
        Self { points, below }
    }

    /// The value at a place where no point is.
    fn value(&self, x: u8, size: usize) -> Vec<u8> {
        let above = differences(&self.points, x);
        let mut sum = vec![0; size];
        for ((at, bytes), below) in self.points.iter().zip(&self.below) {
            let factor = POWERS[(above + 2 * 255 - below - logarithm(x ^ at)) % 255];
            let products: [u8; 256] = std::array::from_fn(|byte| product(factor, byte as u8));
            for (sum, byte) in sum.iter_mut().zip(*bytes) {
                *sum ^= products[usize::from(*byte)];
            }
        }
        sum
    }
}

/// The logarithm of the product of the differences between `x` and all other points.
fn differences(points: &[Point<'_>], x: u8) -> usize {
    let others = points.iter().filter(|(other, _)| *other != x);
    let sum: usize = others.map(|(other, _)| logarithm(x ^ other)).sum();
    sum % 255
}

/// A fragment of a message that was cut into pieces of `size`: a piece, or one for repair.
pub fn fragment(message: &[u8], size: usize, index: u16) -> Vec<u8> {
    let pieces: Vec<_> = message.chunks(size).collect();
    if let Some(piece) = pieces.get(usize::from(index)) {
        return piece.to_vec();
    }
    let points: Vec<_> = (0..).zip(pieces.iter().copied()).collect();
    let last = pieces.last().map_or(0, |last| last.len()) as u16;
    let repair = Curve::through(points).value(index as u8, size);
    [&last.to_be_bytes()[..], &repair].concat()
}

/// The message, from as many fragments as it has pieces. None: they don't belong together.
pub fn message(count: u16, fragments: &BTreeMap<u16, &[u8]>) -> Option<Vec<u8>> {
    let (_, any) = fragments.range(count..).next()?;
    let (last, any) = any.split_first_chunk::<REPAIR_PREFIX>()?;
    let size = any.len();
    let points = fragments.iter().map(|(index, fragment)| {
        let bytes = match index.checked_sub(count) {
            Some(_) => fragment.strip_prefix(last)?,
            None => fragment,
        };
        let x = u8::try_from(*index).ok()?;
        (bytes.len() <= size).then_some((x, bytes))
    });
    let points = points.collect::<Option<Vec<_>>>()?;
    let curve = Curve::through(points);
    let pieces = (0..count).map(|index| match fragments.get(&index) {
        Some(piece) if index + 1 < count && piece.len() != size => None,
        Some(piece) => Some(piece.to_vec()),
        None => Some(curve.value(u8::try_from(index).ok()?, size)),
    });
    let mut message = pieces.collect::<Option<Vec<_>>>()?.concat();
    let length = usize::from(count.checked_sub(1)?) * size + usize::from(u16::from_be_bytes(*last));
    message.truncate(length);
    Some(message)
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const SIZE: usize = 70;

    fn plain(length: usize) -> Vec<u8> {
        (0..length).map(|n| (n * n + n / 3) as u8).collect()
    }

    fn fragments(message: &[u8], indices: &[u16]) -> BTreeMap<u16, Vec<u8>> {
        let one = |index: &u16| (*index, fragment(message, SIZE, *index));
        indices.iter().map(one).collect()
    }

    fn whole(count: u16, fragments: &BTreeMap<u16, Vec<u8>>) -> Option<Vec<u8>> {
        let fragments = fragments.iter().map(|(index, one)| (*index, &one[..]));
        message(count, &fragments.collect())
    }

    #[test]
    fn i12_any_fragments_that_are_enough_give_the_message_back() {
        for length in [SIZE + 1, 2 * SIZE, 5 * SIZE - 3, 5 * SIZE] {
            let plain = plain(length);
            let count = length.div_ceil(SIZE) as u16;
            for first in [0, 1, count - 1, count, 100, 255 - count] {
                let mut indices: Vec<_> = (first..first + count).collect();
                if first < count {
                    indices[0] = 255;
                }
                let came = fragments(&plain, &indices);
                assert_eq!(whole(count, &came).as_ref(), Some(&plain), "{indices:?}");
            }
        }
    }

    #[test]
    fn i12_of_the_largest_message_half_may_be_lost() {
        let plain = plain(128 * SIZE);
        let indices: Vec<_> = (0..256).step_by(2).collect();
        assert_eq!(whole(128, &fragments(&plain, &indices)), Some(plain));
    }

    #[test]
    fn i12_the_code_is_over_the_field_of_0x11d() {
        let plain = [0x53, 0x01, 0xca, 0xff, 0x80];
        let fragments = [3, 100, 255].map(|index| fragment(&plain, 2, index));
        let expected = [[0, 1, 0x19, 0xfe], [0, 1, 0x77, 0x4e], [0, 1, 0x7b, 0x2b]];
        assert_eq!(fragments, expected);
    }

    /// The quickest of three times.
    #[cfg(not(target_arch = "wasm32"))]
    fn quickest(mut act: impl FnMut()) -> std::time::Duration {
        let times = (0..3).map(|_| {
            let begun = std::time::Instant::now();
            act();
            begun.elapsed()
        });
        times.min().expect("three")
    }

    #[test]
    #[cfg(not(target_arch = "wasm32"))]
    fn i12_to_repair_costs_little_more_than_to_look_up_each_product() {
        let plain = plain(128 * 700);
        let one = |index| (index, fragment(&plain, 700, index));
        let came: BTreeMap<_, _> = (128..256).map(one).collect();
        let repair = quickest(|| assert!(whole(128, &came).is_some()));
        let products: [u8; 256] = std::array::from_fn(|byte| byte as u8);
        let mut sum = vec![0; 700];
        let look_up = quickest(|| {
            for piece in plain.chunks(700).cycle().take(128 * 128) {
                for (sum, byte) in sum.iter_mut().zip(piece) {
                    *sum ^= products[usize::from(*byte)];
                }
            }
        });
        assert_eq!(sum, [0; 700], "each went an even number of times");
        assert!(repair < look_up * 6, "{repair:?} and {look_up:?}");
    }

    #[test]
    fn what_does_not_belong_together_is_no_whole() {
        let plain = plain(3 * SIZE - 5);
        let good = fragments(&plain, &[0, 2, 9]);
        for (index, length) in [(0, SIZE - 1), (0, SIZE + 1), (2, SIZE + 1), (9, 1), (9, 0)] {
            let mut bad = good.clone();
            bad.get_mut(&index).expect("it is there").resize(length, 0);
            let whole = whole(3, &bad);
            assert_ne!(whole.as_ref(), Some(&plain), "{index}, {length}");
        }
        let mut bad = good.clone();
        bad.insert(300, good[&9].clone());
        assert_eq!(whole(4, &bad), None);
        let mut bad = good;
        let other = fragment(&plain[..SIZE + 9], SIZE, 7);
        bad.insert(7, other);
        assert_eq!(whole(4, &bad), None, "they disagree on the last piece");
    }
}
