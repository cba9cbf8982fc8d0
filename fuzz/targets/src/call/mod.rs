//! A whole call, driven by operations that are read from the bytes: three or four participants in
//! virtual time, over a network that does whatever the operations say. After each of them the laws
//! hold; and once the network is good again, all are in one group before long.

mod laws;
mod network;
mod operation;
mod strangers;
mod world;

use arbitrary::{Arbitrary, Unstructured};

pub use operation::Operation;
pub use world::World;

/// Operations of one run; what comes after is not looked at.
const MAX_OPERATIONS: usize = 256;
/// Seconds in which a call recovers from anything: who doesn't answer is sought for 8 and left alone
/// for 5 (rule R17), then for 8 and 10, and for 8 and 20, in which what was lost comes again.
const RECOVERY: usize = 70;

/// Anything may happen.
pub fn run(bytes: &[u8]) {
    play(bytes);
}

/// Anything may happen, liars included; then they are gone, the network is good, and all is well.
pub fn run_to_recovery(bytes: &[u8]) {
    let mut world = play(bytes);
    world.heal();
    let recovered = (0..RECOVERY).any(|_| {
        world.run(50);
        world.is_one_group()
    });
    assert!(recovered, "not in one group: {}", world.describe());
}

/// Lets the operations happen, and shows what became of it.
pub fn play(bytes: &[u8]) -> World {
    let mut input = Unstructured::new(bytes);
    let four = input.arbitrary().unwrap_or(false);
    let mut world = World::new(3 + usize::from(four));
    for _ in 0..MAX_OPERATIONS {
        let Ok(operation) = Operation::arbitrary(&mut input) else {
            break;
        };
        world.act(operation);
        laws::hold(&world);
        if input.is_empty() {
            break;
        }
    }
    world
}
