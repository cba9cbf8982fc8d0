//! The measurements, for people.

use std::{fmt::Write, time::Duration};

use super::{
    measure::{Kind, Row},
    spread::{LARGEST, MESH, Spread},
};

const HEAD: &str = "\
members change   key package   Welcome    Commit      make   process      join  converge      member     member
                     (bytes)   (bytes)   (bytes)      (ms)      (ms)      (ms)  (virt ms) sends (B) receives (B)";

/// Both kinds of groups, one row for each change.
pub fn table(rows: &[Row], spreads: &[Spread]) -> String {
    let kinds = [
        (
            Kind::Fresh,
            "fresh: added by one committer, nobody has updated",
        ),
        (Kind::Updated, "updated: everyone has committed an update"),
    ];
    let mut text = String::new();
    for (kind, title) in kinds {
        let _ = writeln!(text, "{title}\n{HEAD}");
        for row in rows.iter().filter(|row| row.kind == kind) {
            let _ = writeln!(text, "{}", line(row, &span(row, spreads)));
        }
        text.push('\n');
    }
    let _ = writeln!(
        text,
        "converge: until the last has the new epoch, in a full mesh, simulated up to {LARGEST}; a full \
         mesh ends at {MESH} (W12)"
    );
    text
}

fn line(row: &Row, converge: &str) -> String {
    let cost = &row.cost;
    format!(
        "{:>7} {:<6} {:>13} {:>9} {:>9} {:>9} {:>9} {:>9} {:>9} {:>11} {:>10}",
        row.size,
        row.change,
        bytes(cost.key_package),
        bytes(cost.welcome),
        cost.commit,
        millis(Some(cost.make)),
        millis(cost.process),
        millis(cost.join),
        converge,
        row.sent(),
        row.received(),
    )
}

/// What is virtual knows no fresh groups: in a call that has just come together, some have updated.
fn span(row: &Row, spreads: &[Spread]) -> String {
    let same = |spread: &&Spread| spread.size == row.size && spread.change == row.change;
    let found = spreads.iter().find(same).map(|spread| spread.span);
    match found.filter(|_| row.kind == Kind::Updated) {
        Some(span) => span.as_millis().to_string(),
        None if row.size > MESH => "no mesh".into(),
        None => "-".into(),
    }
}

fn bytes(count: usize) -> String {
    if count == 0 {
        "-".into()
    } else {
        count.to_string()
    }
}

fn millis(span: Option<Duration>) -> String {
    span.map_or("-".into(), |span| {
        format!("{:.2}", span.as_secs_f64() * 1e3)
    })
}
