//! What must hold, however large the group: after updates a change costs what the depth of the tree
//! says, a join's Commit is the same everywhere, a Welcome fits, and who neither commits nor joins
//! sends beacons only.

use sotto_core::{roster::CROWD, wire::MAX_MLS_MESSAGE};

use super::{
    measure::{Change, Kind, Row},
    spread::Spread,
};

/// A node of a path, for one receiver (RFC 9420 section 7.6): the public key, the list's length,
/// and the KEM's and the AEAD's output; with lengths. X-Wing has keys of 1,216 bytes and
/// ciphertexts of 1,120.
pub const PATH_NODE: usize = (2 + 1216) + 2 + (2 + 1120) + (1 + 32 + 16);

/// A path has a node for each level, and a leave makes it encrypt to some more.
const NODES_PER_LEVEL: usize = 10;
/// How much more than by the tree's depth a Commit may grow.
const GROWTH: f64 = 1.2;
/// Below, a Commit is mostly header.
const SMALL: u32 = 10;
/// What all say in a group that is no crowd yet, to one and by it, and some.
const CROWD_OF_BEACONS: usize = CROWD * 2 * 400;
/// Lengths are written in one to four bytes.
const NEARLY: usize = 16;

/// Which of the laws don't hold, in words.
pub fn broken(rows: &[Row], spreads: &[Spread]) -> Vec<String> {
    let updated = |change| {
        rows.iter()
            .filter(move |row| row.kind == Kind::Updated && row.change == change)
    };
    let mut broken = Vec::new();
    for change in [Change::Leave, Change::Update] {
        let rows: Vec<&Row> = updated(change).collect();
        broken.extend(rows.iter().filter_map(|row| is_a_path(row)));
        broken.extend(rows.windows(2).filter_map(|pair| grows(pair[0], pair[1])));
        broken.extend(rows.iter().filter_map(|row| is_a_path_and_a_crowd(row)));
    }
    let joins: Vec<&Row> = updated(Change::Join).collect();
    broken.extend(
        joins
            .windows(2)
            .filter_map(|pair| is_constant(pair[0], pair[1])),
    );
    broken.extend(joins.iter().filter_map(|row| fits(row)));
    broken.extend(spreads.iter().filter_map(is_beacons_only));
    broken
}

fn depth(size: u32) -> u32 {
    size.next_power_of_two().ilog2()
}

fn is_a_path(row: &Row) -> Option<String> {
    let bound = NODES_PER_LEVEL * depth(row.size) as usize * PATH_NODE;
    let commit = row.cost.commit;
    (commit > bound).then(|| format!("{}: {commit} bytes, over {bound}", name(row)))
}

/// Whoever neither commits nor comes pays for the path and for a crowd's beacons, not for everyone.
fn is_a_path_and_a_crowd(row: &Row) -> Option<String> {
    let path = NODES_PER_LEVEL * depth(row.size) as usize * PATH_NODE;
    let (bytes, bound) = (row.sent() + row.received(), path + CROWD_OF_BEACONS);
    (bytes > bound).then(|| format!("{}: a member's {bytes} bytes, over {bound}", name(row)))
}

fn grows(smaller: &Row, larger: &Row) -> Option<String> {
    let levels = f64::from(depth(larger.size)) / f64::from(depth(smaller.size));
    let bytes = larger.cost.commit as f64 / smaller.cost.commit as f64;
    (smaller.size >= SMALL && bytes > levels * GROWTH).then(|| {
        let (from, to) = (name(smaller), larger.size);
        format!("{from} to {to}: bytes x {bytes:.2}, levels x {levels:.2}")
    })
}

fn is_constant(smaller: &Row, larger: &Row) -> Option<String> {
    let (from, to) = (smaller.cost.commit, larger.cost.commit);
    (from.abs_diff(to) > NEARLY).then(|| format!("{}: {from} to {to} bytes", name(larger)))
}

fn fits(row: &Row) -> Option<String> {
    let welcome = row.cost.welcome;
    (welcome > MAX_MLS_MESSAGE).then(|| format!("{}: a Welcome of {welcome} bytes", name(row)))
}

fn is_beacons_only(spread: &Spread) -> Option<String> {
    let Spread {
        size,
        change,
        beacons,
        others,
        ..
    } = *spread;
    (beacons > change.beacons() || others > 0).then(|| {
        format!("{change} at {size}: a bystander sent {beacons} beacons, and all {others} others")
    })
}

fn name(row: &Row) -> String {
    format!("{} at {}", row.change, row.size)
}
