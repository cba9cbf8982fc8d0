//! Fragments for repair (PROTOCOL.md section 9, I12): whichever of a message's fragments arrive, enough
//! of them give it back, and what doesn't belong together gives something or nothing.

use std::collections::BTreeMap;

use arbitrary::{Arbitrary, Unstructured};
use sotto_core::carrier::repair;

#[derive(Arbitrary)]
enum Story<'a> {
    /// A message is cut into pieces of this size; these fragments of it are not lost.
    Cut {
        size: u8,
        first: u8,
        step: u8,
        message: &'a [u8],
    },
    Parts {
        count: u8,
        fragments: BTreeMap<u8, &'a [u8]>,
    },
}

pub fn run(bytes: &[u8]) {
    match Story::arbitrary_take_rest(Unstructured::new(bytes)) {
        Ok(Story::Cut {
            size,
            first,
            step,
            message,
        }) => cut(usize::from(size) + 1, first, step, message),
        Ok(Story::Parts { count, fragments }) => {
            let fragments = fragments.into_iter();
            let fragments = fragments
                .map(|(index, bytes)| (index.into(), bytes))
                .collect();
            let message = repair::message(count.into(), &fragments);
            assert!(message.is_none_or(|message| message.len() <= bytes.len() * 256));
        }
        Err(_) => {}
    }
}

fn cut(size: usize, first: u8, step: u8, message: &[u8]) {
    let count = message.len().div_ceil(size);
    if !(2..=128).contains(&count) {
        return;
    }
    let indices = (0..=255).map(|nth: u8| first.wrapping_add(nth.wrapping_mul(step | 1)));
    let came = indices.take(count).map(u16::from);
    let came: BTreeMap<_, _> = came
        .map(|index| (index, repair::fragment(message, size, index)))
        .collect();
    if came.keys().any(|index| usize::from(*index) >= count) {
        let count = count as u16;
        let came = came
            .iter()
            .map(|(index, bytes)| (*index, &bytes[..]))
            .collect();
        assert_eq!(repair::message(count, &came).as_deref(), Some(message));
    }
}
