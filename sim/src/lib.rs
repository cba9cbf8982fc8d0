//! Whole calls in virtual time: the [`sotto_core::call::Call`] that ships, with real MLS and the
//! real wire, over a network that loses, doubles, delays and reorders, among people who come, go,
//! crash and sleep, and with hostile peers. Nothing here sleeps or opens a socket.
//!
//! One seed fixes a whole run, to the last byte on the wire, but for one thing: openmls writes the
//! removals of a Commit in the order of a hash map, so that where one removes two at once, the
//! branch digest, and what little hangs on it, differs from run to run. So a failing seed may not
//! fail again, and [`fleet`] has the end of the log of the run that did.
//!
//! ```text
//!   fleet --seed--> World --events--> Call, Hostile
//!                     |                  |
//!                     +---- Checker <----+  after each step that changed somebody
//! ```

pub mod checker;
mod dice;
pub mod fleet;
pub mod growth;
mod hostile;
mod log;
mod network;
mod plan;
mod queue;
mod world;

pub use hostile::Lie;
pub use plan::Plan;
pub use world::{Media, MessageType, Report, World};
