//! What membership costs as groups grow: real MLS groups of up to 1,000 members, measured in bytes
//! and in time, and held to laws.
//!
//! ```text
//!   grow --Grown--> measure --Row--> laws, table, chart
//!                   spread --Spread--^   (World: virtual time, smaller groups)
//! ```
//!
//! Two kinds of groups are grown. In a **fresh** one everyone was added by one committer and nobody
//! has updated: its tree has leaves and no inner nodes, so that a path is encrypted to each leaf.
//! In an **updated** one everyone has committed an update, as when R18's turns went round.
//!
//! A thousand groups that each process a thousand Commits would be a million. So an updated group
//! keeps two members alive, its committer and a follower. Each newcomer joins by Welcome, commits
//! one update that both process, and is dropped: what stays of it is its leaf and its path in the
//! tree, as real as if it were still here. No leaf is unmerged then, and no inner node blank.

pub mod chart;
pub mod grow;
pub mod laws;
pub mod measure;
pub mod spread;
pub mod table;

/// The sizes that are measured.
pub const SIZES: [u32; 7] = [2, 10, 50, 100, 200, 500, 1000];
