//! What is fuzzed: one function for each target, from bytes to nothing. It returns, whatever the
//! bytes are; a panic is a finding, and so is a run that doesn't end.
//!
//! These are plain functions, so that cargo-fuzz's targets (`fuzz/fuzz_targets`) and the replay of
//! the kept corpora (`fuzz/targets/tests`) call the same. Where a target only parses, it also
//! holds what came out against what must be true of it.

pub mod beacon;
pub mod call;
pub mod carried;
pub mod commit;
pub mod fixture;
pub mod framing;
pub mod key_package;
pub mod message;
pub mod name;
pub mod open;
pub mod packet;
pub mod reassembly;
pub mod repair;
pub mod welcome;
pub mod worker;

/// A target's name, as its folder in `fuzz/corpus` has it, and its function.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 15] = [
    ("beacon", beacon::run),
    ("call", call::run),
    ("carried", carried::run),
    ("commit", commit::run),
    ("framing", framing::run),
    ("key_package", key_package::run),
    ("message", message::run),
    ("name", name::run),
    ("open", open::run),
    ("packet", packet::run),
    ("reassembly", reassembly::run),
    ("recovery", call::run_to_recovery),
    ("repair", repair::run),
    ("welcome", welcome::run),
    ("worker", worker::run),
];
