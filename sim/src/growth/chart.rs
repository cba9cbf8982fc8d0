//! The measurements as curves, both scales logarithmic: what a change costs on the left, in bytes
//! and in time; what it means for the whole call on the right, in bytes of one who neither commits
//! nor joins, and in time until all have it. Solid lines are updated groups, dotted ones fresh.

use std::path::Path;

use anyhow::Result;
use chart::{Line, Panel, Size};

use super::{
    measure::{Change, Kind, Row},
    spread::{LARGEST, Spread},
};

const SIZE: Size = Size {
    width: 760,
    height: 460,
};

type Color = (u8, u8, u8);
const WELCOME: Color = (0x6a, 0x3d, 0x9a);
const JOIN: Color = (0x1f, 0x78, 0xb4);
const LEAVE: Color = (0xd9, 0x48, 0x01);
const UPDATE: Color = (0x23, 0x8b, 0x45);

/// A line of the chart.
struct Curve {
    name: &'static str,
    color: Color,
    change: Change,
    value: fn(&Row) -> Option<f64>,
}

const BYTES: [Curve; 4] = [
    curve("Welcome", WELCOME, Change::Join, |row| {
        Some(row.cost.welcome as f64)
    }),
    curve("Commit of a join", JOIN, Change::Join, |row| {
        Some(row.cost.commit as f64)
    }),
    curve("Commit of a leave", LEAVE, Change::Leave, |row| {
        Some(row.cost.commit as f64)
    }),
    curve("Commit of an update", UPDATE, Change::Update, |row| {
        Some(row.cost.commit as f64)
    }),
];
const TIMES: [Curve; 4] = [
    curve("join by Welcome", WELCOME, Change::Join, |row| {
        millis(row.cost.join)
    }),
    curve("make a join", JOIN, Change::Join, |row| {
        millis(Some(row.cost.make))
    }),
    curve("process a leave", LEAVE, Change::Leave, |row| {
        millis(row.cost.process)
    }),
    curve("make an update", UPDATE, Change::Update, |row| {
        millis(Some(row.cost.make))
    }),
];

const SHARES: [Curve; 3] = [
    curve("join", JOIN, Change::Join, share),
    curve("leave", LEAVE, Change::Leave, share),
    curve("update", UPDATE, Change::Update, share),
];

const fn curve(
    name: &'static str,
    color: Color,
    change: Change,
    value: fn(&Row) -> Option<f64>,
) -> Curve {
    Curve {
        name,
        color,
        change,
        value,
    }
}

/// Of a member that neither commits nor joins.
fn share(row: &Row) -> Option<f64> {
    Some((row.sent() + row.received()) as f64)
}

fn millis(span: Option<std::time::Duration>) -> Option<f64> {
    span.map(|span| span.as_secs_f64() * 1e3)
}

/// Draws them.
///
/// # Errors
/// When the file can't be written.
pub fn draw(rows: &[Row], spreads: &[Spread], out: &Path) -> Result<()> {
    let bytes = panel(
        "Bytes of a change (dotted: nobody has updated)",
        "bytes",
        &BYTES,
        rows,
    );
    let times = panel(
        "Time of a change, natively on one core (dotted: nobody has updated)",
        "ms",
        &TIMES,
        rows,
    );
    let shares = panel(
        "Bytes that any other member sends and receives (dotted: nobody has updated)",
        "bytes",
        &SHARES,
        rows,
    );
    let panels = [vec![bytes, shares], vec![times, convergence(spreads)]];
    chart::draw(&panels, SIZE, out)
}

/// Whole calls know no fresh groups.
fn convergence(spreads: &[Spread]) -> Panel {
    let lines = SHARES.iter().map(|curve| Line {
        name: Some(curve.name.to_owned()),
        color: curve.color,
        dashed: false,
        points: spreads
            .iter()
            .filter(|spread| spread.change == curve.change)
            .map(|spread| (f64::from(spread.size), spread.span.as_secs_f64() * 1e3))
            .collect(),
    });
    Panel {
        title: format!("Until all have the new epoch, in a full mesh of up to {LARGEST}"),
        across: "members",
        unit: "virtual ms",
        lines: lines.collect(),
    }
}

fn panel(title: &str, unit: &'static str, curves: &[Curve], rows: &[Row]) -> Panel {
    Panel {
        title: title.to_owned(),
        across: "members",
        unit,
        lines: curves.iter().flat_map(|curve| lines(curve, rows)).collect(),
    }
}

fn lines(curve: &Curve, rows: &[Row]) -> [Line; 2] {
    [Kind::Updated, Kind::Fresh].map(|kind| Line {
        name: (kind == Kind::Updated).then(|| curve.name.to_owned()),
        color: curve.color,
        dashed: kind == Kind::Fresh,
        points: points(curve, kind, rows),
    })
}

fn points(curve: &Curve, kind: Kind, rows: &[Row]) -> Vec<(f64, f64)> {
    rows.iter()
        .filter(|row| row.kind == kind && row.change == curve.change)
        .filter_map(|row| Some((f64::from(row.size), (curve.value)(row)?)))
        .collect()
}
