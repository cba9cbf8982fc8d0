//! One scenario explored, and what came of it.

use std::{
    collections::BTreeSet,
    fmt,
    time::{Duration, Instant},
};

use stateright::{Checker, HasDiscoveries, Model};

use crate::{
    laws::Law,
    model::{Action, Exploration, SETTLES},
    scenarios::Scenario,
};

/// What an exploration found.
pub struct Report {
    name: &'static str,
    /// Distinct states.
    pub states: usize,
    expected: (usize, Duration),
    settles: bool,
    depth: usize,
    /// The laws that were broken, each with the way there.
    pub broken: Vec<(&'static str, String)>,
    took: Duration,
    slowest: Duration,
}

/// How long all may take that is explored on demand, on two cores (`cargo xtask check membership`).
pub const AT_MOST: Duration = Duration::from_secs(600);

impl Report {
    /// The table's head.
    pub const HEADER: &str =
        "scenario                                         states  depth  laws  heals within   took";

    /// Explores a scenario, until its end or until a law is broken.
    pub fn of(scenario: Scenario) -> Self {
        Self::until_found(scenario, HasDiscoveries::AnyFailures)
    }

    /// Explores a scenario until this law is broken, whatever else is.
    pub fn until(scenario: Scenario, law: Law) -> Self {
        let found = HasDiscoveries::AnyOf(BTreeSet::from([law.name()]));
        Self::until_found(scenario, found)
    }

    fn until_found(scenario: Scenario, found: HasDiscoveries) -> Self {
        let started = Instant::now();
        let name = scenario.name;
        let expected = (scenario.states, Duration::from_millis(scenario.heals));
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let checker = Exploration::of(scenario)
            .checker()
            .threads(threads)
            .finish_when(found)
            .spawn_dfs()
            .join();
        let laws: Vec<_> = Law::ALL.iter().map(|law| law.name()).collect();
        let settles = checker.discovery(SETTLES).is_some();
        let broken = checker.discoveries().into_iter();
        let broken = broken.filter(|(law, _)| laws.contains(law));
        Self {
            name,
            states: checker.unique_state_count(),
            expected,
            settles,
            depth: checker.max_depth(),
            broken: broken
                .map(|(law, path)| (law, way(&path.into_actions())))
                .collect(),
            took: started.elapsed(),
            slowest: checker.model().slowest(),
        }
    }

    /// Whether every law held, in just the states that there should be.
    pub fn is_sound(&self) -> bool {
        self.broken.is_empty() && self.settles && self.found() == self.expected
    }

    fn found(&self) -> (usize, Duration) {
        (self.states, self.slowest)
    }
}

/// The way to a violation, with the punctual steps counted.
fn way(actions: &[Action]) -> String {
    let runs = actions.chunk_by(|one, next| one == next);
    let words = runs.map(|run| match run {
        [one] => format!("{one:?}"),
        [first, ..] => format!("{} x {first:?}", run.len()),
        [] => String::new(),
    });
    words.collect::<Vec<_>>().join(", ")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<46}  {:>7}  {:>5}  {:>4}  {:>9} ms  {:>4.0} s",
            self.name,
            self.states,
            self.depth,
            Law::ALL.len(),
            self.slowest.as_millis(),
            self.took.as_secs_f64()
        )?;
        if self.broken.is_empty() && self.found() != self.expected {
            let (states, heals) = self.expected;
            write!(
                f,
                "\n  OTHERWISE than before: there were {states} states, and they healed within {heals:?}"
            )?;
        }
        for (law, way) in &self.broken {
            write!(f, "\n  BROKEN: {law}\n    {way}")?;
        }
        Ok(())
    }
}
