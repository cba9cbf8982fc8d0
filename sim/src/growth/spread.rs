//! How long a change takes to reach everyone: whole calls, in virtual time.

use std::time::Duration;

use anyhow::{Context, Result};

use sotto_core::carrier::MAX_LINKS;

use super::measure::Change;
use crate::World;

/// What is measured above is no mesh.
pub const LARGEST: u32 = 500;
/// W12: a full mesh has no more participants.
pub const MESH: u32 = 1 + MAX_LINKS as u32;

/// A change that reached everyone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spread {
    /// How many members the group has: before a join or an update, after a leave.
    pub size: u32,
    /// What happened.
    pub change: Change,
    /// From then until the last had the new epoch. An update begins when its committer makes it.
    pub span: Duration,
    /// The most beacons that a bystander sent anybody to show the new epoch.
    pub beacons: usize,
    /// Whatever else bystanders sent.
    pub others: usize,
}

/// Lets a call of this size live through a join, a leave and an update.
///
/// # Errors
/// When one of them doesn't reach everyone; that is a bug.
pub fn spread(size: u32) -> Result<Vec<Spread>> {
    let world = World::at_rest(u64::from(size), size as usize);
    let mut world = world.context("no call came together")?;
    [Change::Join, Change::Leave, Change::Update]
        .into_iter()
        .map(|change| {
            let spread = world.live_through(change, size);
            spread.with_context(|| format!("{change} at {size} didn't reach everyone"))
        })
        .collect()
}
