//! A bad network by seed. What becomes of each packet is decided here in virtual time, without a
//! socket or a clock, so that it can be tested; `main.rs` has both.

mod dice;
mod faults;
mod link;
mod network;

pub use faults::{Bursts, Faults, Kbits, Millis, Share};
pub use link::{Counts, Link};
pub use network::{Network, Report, Way};

/// Virtual time: since the network began.
pub type Time = std::time::Duration;
