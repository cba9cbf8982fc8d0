//! What a machine needs before a task can run, found or installed: one module for each.
//!
//! A module either returns the tool or says exactly what to install. What is installed
//! system-wide is installed only on Debian as root, with its own packages.

pub(crate) mod browser;
mod debian;
pub(crate) mod node;
pub(crate) mod rustc;
pub(crate) mod sfu;
pub(crate) mod str0m;
pub(crate) mod wasm;
