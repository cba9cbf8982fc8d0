//! What a join, a leave and an update cost at each size: a join that makes the group this large, a
//! leave from it, an update in it.

use std::{fmt, time::Duration};

use anyhow::Result;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_core::{
    carrier,
    identity::Identity,
    ids::{BranchDigest, Epoch, GroupId, KeyPackageRef, Leaf},
    roster::CROWD,
    wire::{Beacon, Company, Message, Presence, Seek, SignedBeacon, Standing, Unheard},
};

use super::grow::Grown;

/// Each change is made this often, and the quickest counts: others share the processor.
const REPEATS: usize = 3;

/// How a group came to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nobody has updated.
    Fresh,
    /// Everybody has.
    Updated,
}

/// What happens to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Somebody joins.
    Join,
    /// Somebody leaves.
    Leave,
    /// A member renews its leaf.
    Update,
}

impl Change {
    /// How many beacons R1 has a member send for it, at most: one for the epoch and, since a
    /// joiner comes over a channel of its own, one when that opens and one when it is heard.
    /// Those within 20 ms are one.
    pub fn beacons(self) -> usize {
        match self {
            Self::Join => 3,
            Self::Leave | Self::Update => 1,
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Update => "update",
        })
    }
}

/// The MLS messages of a change, in bytes, and the time they take.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Of a join.
    pub key_package: usize,
    /// Of a join.
    pub welcome: usize,
    /// Of any change.
    pub commit: usize,
    /// The committer's time.
    pub make: Duration,
    /// A member's, if there still is one.
    pub process: Option<Duration>,
    /// The joiner's.
    pub join: Option<Duration>,
}

impl Cost {
    fn least(self, other: Self) -> Self {
        Self {
            make: self.make.min(other.make),
            process: self.process.min(other.process),
            join: self.join.min(other.join),
            ..other
        }
    }
}

/// A change at a size.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// How the group came to be.
    pub kind: Kind,
    /// How many members it has: after a join, before a leave.
    pub size: u32,
    /// What happens to it.
    pub change: Change,
    /// What that costs.
    pub cost: Cost,
}

impl Row {
    /// Bytes that a member sends which neither commits nor joins, at most: its beacons, to each
    /// other. In a crowd nobody says at once that it has a new epoch (R1).
    pub fn sent(&self) -> usize {
        let others = self.others();
        if others < CROWD {
            others * self.change.beacons() * beacon(None)
        } else {
            0
        }
    }

    /// Bytes that it receives: the Commit and its sender's beacon, each other's beacons, and what
    /// says that somebody comes or goes.
    pub fn received(&self) -> usize {
        let news = match self.change {
            Change::Join => 2 * beacon(Some(seek())) + on_wire(&key_package(self.cost.key_package)),
            Change::Leave => 2 * beacon(None),
            Change::Update => beacon(None),
        };
        let commit = Message::Commit(vec![0; self.cost.commit].into());
        news + on_wire(&commit) + self.sent()
    }

    fn others(&self) -> usize {
        let after = match self.change {
            Change::Leave => self.size - 1,
            Change::Join | Change::Update => self.size,
        };
        after.saturating_sub(1) as usize
    }
}

/// Measures both kinds at each of these sizes, which grow; `done` is told of each that is.
///
/// # Errors
/// What MLS refuses; that is a bug.
pub fn measure(sizes: &[u32], mut done: impl FnMut(u32)) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    let mut grown = Grown::found()?;
    for &size in sizes {
        grown.grow_updated(size)?;
        let changes = [
            (Kind::Fresh, repeat(|| changes_of_fresh(size))?),
            (Kind::Updated, repeat(|| changes_of_updated(&mut grown))?),
        ];
        for (kind, costs) in changes {
            let named = [Change::Join, Change::Leave, Change::Update]
                .into_iter()
                .zip(costs);
            rows.extend(named.map(|(change, cost)| Row {
                kind,
                size,
                change,
                cost,
            }));
        }
        done(size);
    }
    Ok(rows)
}

/// Leaves no group behind: whoever commits a path makes a fresh group less so.
fn changes_of_fresh(size: u32) -> Result<[Cost; 3]> {
    let mut grown = Grown::fresh(size - 1)?;
    let join = grown.join()?;
    let leave = grown.leave()?;
    let update = Grown::fresh(size)?.update()?;
    Ok([join, leave, update])
}

/// Leaves the group as it was: who joins takes the leaf of who left, and updates.
fn changes_of_updated(grown: &mut Grown) -> Result<[Cost; 3]> {
    let update = grown.update()?;
    let leave = grown.leave()?;
    let join = grown.join_and_update()?;
    Ok([join, leave, update])
}

fn repeat(mut changes: impl FnMut() -> Result<[Cost; 3]>) -> Result<[Cost; 3]> {
    let mut least = changes()?;
    for _ in 1..REPEATS {
        for (least, cost) in least.iter_mut().zip(changes()?) {
            *least = least.least(cost);
        }
    }
    Ok(least)
}

/// A message's bytes in packets.
fn on_wire(message: &Message) -> usize {
    let packets = carrier::cut(&message.to_bytes());
    packets.iter().map(Vec::len).sum()
}

fn key_package(length: usize) -> Message {
    Message::KeyPackage(vec![0; length].into())
}

/// A beacon's bytes in its packet.
fn beacon(seeks: Option<Seek>) -> usize {
    let identity = Identity::generate(&mut ChaCha20Rng::from_seed([0; 32]));
    let beacon = Beacon {
        sequence: 0,
        standing: Standing {
            group: GroupId([0; 16]),
            epoch: Epoch(0),
            digest: BranchDigest([0; 8]),
            leaf: Leaf(0),
        },
        seeks,
        presence: Presence::Here,
        company: Company::Together,
        unheard: Unheard::default(),
    };
    on_wire(&Message::Beacon(SignedBeacon::sign(&identity, beacon)))
}

fn seek() -> Seek {
    Seek {
        group: GroupId([0; 16]),
        key_package: KeyPackageRef([0; 32]),
    }
}
