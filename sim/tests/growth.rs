//! Small groups keep the laws of large ones, and a law that is broken shows.

use sim::growth::{
    laws::{self, PATH_NODE},
    measure::{self, Change, Kind, Row},
    spread,
};

fn measured(sizes: &[u32]) -> Vec<Row> {
    measure::measure(sizes, |_| ()).expect("groups that MLS takes")
}

#[test]
fn the_laws_hold_for_updated_groups_and_fresh_ones_would_break_them() {
    let mut rows = measured(&[2, 10, 50]);
    assert_eq!(laws::broken(&rows, &[]), [""; 0]);
    for row in &mut rows {
        row.kind = match row.kind {
            Kind::Fresh => Kind::Updated,
            Kind::Updated => Kind::Fresh,
        };
    }
    let broken = laws::broken(&rows, &[]);
    assert!(broken.iter().any(|law| law.contains("update at 10 to 50")));
}

#[test]
fn each_level_of_an_updated_tree_costs_a_node() {
    let rows = measured(&[4, 8]);
    let mut updates = rows
        .iter()
        .filter(|row| row.kind == Kind::Updated && row.change == Change::Update)
        .map(|row| row.cost.commit);
    let (four, eight) = (updates.next(), updates.next());
    assert_eq!(four.map(|bytes| bytes + PATH_NODE), eight);
}

#[test]
fn bystanders_send_beacons_only_and_a_chatty_one_would_show() {
    let mut spreads = spread::spread(10).expect("changes that reach everyone");
    assert_eq!(laws::broken(&[], &spreads), [""; 0]);
    spreads[1].beacons += 1;
    assert_eq!(laws::broken(&[], &spreads).len(), 1);
}
