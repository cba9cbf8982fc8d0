//! A Welcome (RFC 9420 section 12.4.3.1), tried on a key package that waits: one that leads
//! nowhere leaves the key package as it was (rule R13).

use std::cell::RefCell;

use rand_chacha::ChaCha20Rng;
use sotto_core::group::{Candidate, Groups, Mls};

use crate::fixture::{self, BOB, GROUP, WELCOME};

thread_local! {
    static MLS: Mls = Mls::new(rng());
    /// Making a key package is what takes longest, and most inputs don't spend it.
    static CANDIDATE: RefCell<Option<Candidate>> = const { RefCell::new(None) };
}

fn rng() -> ChaCha20Rng {
    fixture::rng(BOB)
}

pub fn run(bytes: &[u8]) {
    let candidate = CANDIDATE.take().unwrap_or_else(|| fixture::candidate(BOB));
    let welcomed = MLS.with(|mls| mls.welcomed(bytes));
    let is_named = welcomed.contains(&candidate.reference());
    match candidate.join(bytes, |_, _| true) {
        Ok(group) => {
            assert!(is_named, "welcomed without being named");
            assert_eq!(group.id(), GROUP);
        }
        Err(rejected) if is_named => is_as_before(rejected.candidate),
        Err(rejected) => CANDIDATE.set(Some(rejected.candidate)),
    }
}

fn is_as_before(candidate: Candidate) {
    let group = candidate
        .join(WELCOME, |_, _| true)
        .expect("the genuine Welcome");
    assert_eq!(group.members().len(), 3);
}
