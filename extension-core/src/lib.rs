//! The core of Sotto, an end-to-end encryption for calls on pages that we don't own.
//!
//! It is sans-IO: time, randomness and bytes come in as arguments, bytes and events go out, and
//! nothing here reads a clock, opens a socket or knows a browser. [`Core`] is the whole of it;
//! the `wasm` module binds it for the worker, without logic of its own.
//!
//! The one law of its use: after every call that takes `&mut self`, drain [`Core::poll_output`].
//! A panic is our bug; whatever a peer, a page or storage can cause is an error or a drop.

#![deny(clippy::print_stderr, clippy::print_stdout)]

#[cfg(all(
    target_arch = "wasm32",
    any(feature = "repeatable", feature = "remember-signatures")
))]
compile_error!("what is for simulations must not ship");

mod bucket;
pub mod call;
pub mod carrier;
mod core;
pub mod evidence;
pub mod framing;
pub mod group;
pub mod identity;
pub mod ids;
pub mod media;
pub mod membership;
pub mod name;
pub mod roster;
pub mod safety;
pub mod tab;
pub mod time;
pub mod view;
#[cfg(target_arch = "wasm32")]
mod wasm;
pub mod wire;

pub use crate::{
    core::{Core, JobNumber, Started},
    tab::{ChannelState, EncodedFrame, FormatNumber, Output},
};
