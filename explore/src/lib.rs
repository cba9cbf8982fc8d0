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
//! After the last fault each schedule runs on, punctually, until all is at rest: so each state that
//! faults can lead to is shown to heal, and in which time.

pub mod abstract_group;
pub mod laws;
pub mod model;
pub mod replay;
pub mod report;
pub mod scenarios;
pub mod world;
