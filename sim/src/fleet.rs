//! Many seeds at once, on all cores, and what they add up to.

use std::{
    panic::{self, AssertUnwindSafe},
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::{Plan, Report, World, checker::Violation};

/// So much of a run's end is kept when it fails.
const LAST_LINES: usize = 200;

/// What many runs add up to.
#[derive(Debug, Default)]
pub struct Summary {
    /// Every run, by seed.
    pub reports: Vec<Report>,
}

/// Runs `count` seeds from `first` on; `done` is told of each run that ended.
pub fn run(first: u64, count: u64, plan: Plan, done: impl Fn(&Report) + Sync) -> Summary {
    let next = AtomicU64::new(first);
    let reports = Mutex::new(Vec::new());
    let work = || {
        let _pool = seal_here();
        while let Some(seed) = take(&next, first + count) {
            let report = survive(seed, plan, World::live_it_all);
            done(&report);
            if let Ok(mut reports) = reports.lock() {
                reports.push(report);
            }
        }
    };
    let cores = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        (0..cores).for_each(|_| {
            scope.spawn(work);
        });
    });
    let mut reports = reports.into_inner().unwrap_or_default();
    reports.sort_by_key(|report| report.seed);
    Summary { reports }
}

/// openmls seals for many members at once, on all cores. Here other seeds have those: what a thread
/// begins it also does.
fn seal_here() -> Option<ThreadPool> {
    let pool = ThreadPoolBuilder::new().num_threads(1);
    pool.use_current_thread().build().ok()
}

/// A panic is our bug; the other seeds go on. Only what failed keeps its log.
fn survive(seed: u64, plan: Plan, live: impl FnOnce(&mut World)) -> Report {
    let mut world = None;
    let run = panic::catch_unwind(AssertUnwindSafe(|| {
        live(world.insert(World::new(seed, plan).with_last_lines(LAST_LINES)));
    }));
    let mut report = world.map_or_else(Report::default, World::into_report);
    report.seed = seed;
    if run.is_err() {
        report.violations.push(Violation::Panicked);
    }
    if report.violations.is_empty() {
        report.log.clear();
    }
    report
}

fn take(next: &AtomicU64, end: u64) -> Option<u64> {
    let seed = next.fetch_add(1, Ordering::Relaxed);
    (seed < end).then_some(seed)
}

impl Summary {
    /// The runs in which something happened that should not have.
    pub fn failed(&self) -> impl Iterator<Item = &Report> {
        self.reports
            .iter()
            .filter(|report| !report.violations.is_empty())
    }

    /// How long all but some of the runs took to end in one group: `share` of them, from 0 to 1.
    pub fn convergence(&self, share: f64) -> Option<Duration> {
        let mut spans: Vec<Duration> = self.reports.iter().filter_map(|it| it.converged).collect();
        spans.sort();
        let last = spans.len().checked_sub(1)?;
        let at = (last as f64 * share).round() as usize;
        spans.get(at).copied()
    }

    /// Packets and bytes that a participant sent, on average.
    pub fn traffic(&self) -> (u64, u64) {
        let sum = |of: fn(&Report) -> u64| self.reports.iter().map(of).sum::<u64>();
        let participants = sum(|it| it.participants as u64).max(1);
        (
            sum(|it| it.packets) / participants,
            sum(|it| it.bytes) / participants,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_has_the_end_of_its_log_and_what_does_not_has_none() {
        let plan = Plan {
            participants: 3,
            seconds: 4,
            loss: 0.1,
            hostile: false,
        };
        let fine = survive(1, plan, World::live_it_all);
        assert_eq!((fine.violations, fine.log), (vec![], vec![]));
        let failed = survive(1, plan, |world| {
            world.live_it_all();
            panic!("as a test");
        });
        assert_eq!(failed.violations, [Violation::Panicked]);
        assert!((6..=LAST_LINES).contains(&failed.log.len()));
        let story = failed.story(&plan);
        assert!(story.starts_with(&failed.log[0]) && story.contains("--first 1 "));
    }
}
