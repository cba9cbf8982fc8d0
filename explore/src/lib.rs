//! Explores the membership machine that ships (`sotto_core::membership`, with its roster), over an
//! abstract group in place of MLS: every schedule that departs from the punctual one in up to so
//! many places, by loss, duplication, delay, a crash at any instruction that sends, sleep, a stuck
//! committer, a partition, and people who come and go. This is delay-bounded exploration (Emmi,
//! Qadeer, Rakamaric: "Delay-bounded scheduling", POPL 2011) with faults beside the delays.
//!
//! ```text
//!  scenarios --> model (stateright) --> world --> Membership<Abstract>  x 4
//!                                         |
//!                                       laws, after every step, and when all has come to rest
//! ```
//!
//! What is exhaustive is the order of things and where a fault strikes; its size is one of a few
//! (`model.rs`): a delay of 60 ms or 2 s, a copy after 400 ms, a sleep of 8 s, a committer stuck for
//! 10 s, a partition of 1 or 8 s, a channel dead for 8 s or for ever. A crash strikes after what was
//! sent, between any two packets of it.
//!
//! After the last fault each schedule runs on, punctually, until all is at rest: so each state that
//! faults can lead to is shown to heal, and in which time.

pub mod abstract_group;
pub mod laws;
pub mod model;
pub mod replay;
pub mod report;
pub mod scenarios;
pub mod world;
