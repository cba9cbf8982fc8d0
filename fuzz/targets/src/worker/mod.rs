//! The core as the worker drives it, with whatever numbers, names and bytes a page could make it
//! say. With the first bit set two tabs are in a call with each other from the start, so that
//! there is something to spoil.

mod host;
mod operation;

use arbitrary::{Arbitrary, Unstructured};

pub use host::Host;
pub use operation::{Number, Operation};

/// Operations of one run; what comes after is not looked at.
const MAX_OPERATIONS: usize = 256;

pub fn run(bytes: &[u8]) {
    play(bytes);
}

/// Lets the operations happen, and shows what became of it.
pub fn play(bytes: &[u8]) -> Host {
    let mut input = Unstructured::new(bytes);
    let mut host = Host::default();
    if input.arbitrary().unwrap_or(false) {
        host.connect_two_tabs();
    }
    for _ in 0..MAX_OPERATIONS {
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        host.act(operation);
        if input.is_empty() {
            break;
        }
    }
    host
}
