//! Seeds of many shapes. Each tells the end of what failed, and how to run it again.

use sim::{Plan, World, fleet};

fn assert_fine(first: u64, count: u64, plan: Plan) {
    let summary = fleet::run(first, count, plan, |_| ());
    let failed: Vec<String> = summary.failed().map(|report| report.story(&plan)).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    assert!(summary.reports.iter().any(|report| report.frames > 0));
}

fn plan(participants: usize, seconds: u64, loss: f64) -> Plan {
    Plan {
        participants,
        seconds,
        loss,
        hostile: false,
    }
}

#[test]
fn three_come_through_anything() {
    assert_fine(0, 120, plan(3, 8, 0.3));
}

#[test]
fn four_come_through_anything() {
    assert_fine(1000, 100, plan(4, 8, 0.2));
}

#[test]
fn five_come_through_anything() {
    assert_fine(2000, 80, plan(5, 8, 0.3));
}

#[test]
fn twelve_come_through_anything() {
    assert_fine(3000, 6, plan(12, 10, 0.2));
}

#[test]
fn forty_come_through_anything() {
    assert_fine(4000, 1, plan(40, 6, 0.1));
}

/// A crowd (R1) that is kept apart, with a dead direction, a crash and a leave.
#[test]
fn a_hundred_and_ten_come_through_anything() {
    assert_fine(7003, 1, plan(110, 8, 0.3));
}

/// Long enough for turns to come round, and for everyone to be shunned and forgiven.
#[test]
fn three_come_through_minutes_of_anything() {
    assert_fine(6000, 6, plan(3, 150, 0.3));
}

#[test]
fn hostile_peers_break_nothing_and_leave_nothing_broken() {
    let plan = Plan {
        hostile: true,
        ..plan(4, 8, 0.1)
    };
    assert_fine(5000, 60, plan);
}

#[test]
fn a_good_network_without_churn_needs_no_time() {
    let report = World::new(1, plan(3, 0, 0.0)).run();
    assert_eq!(report.violations, []);
}

/// Runs in which no Commit removes two at once.
#[test]
fn a_seed_that_is_run_twice_gives_the_same_log_twice() {
    for (seed, hostile) in [(7, false), (8, true), (9, false), (10, true)] {
        let plan = Plan {
            hostile,
            ..plan(4, 8, 0.2)
        };
        let [first, second] = [seed, seed].map(|seed| World::new(seed, plan).with_log().run());
        assert!(first.log.len() > 5);
        assert_eq!(first.log, second.log);
        assert_eq!(first.bytes, second.bytes);
    }
}
