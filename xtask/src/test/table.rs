//! The table of stories: which ran in which browsers, with what result, and what didn't run.

use std::collections::BTreeMap;
use std::fmt;

use super::Count;
use super::plays::Play;

/// What Node's test runner says of a test that was not asked for.
const NOT_ASKED_FOR: &str = "test name does not match pattern";

#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<String>,
}

impl Table {
    /// A story that ran, and what its output says of tests that it left out.
    pub(super) fn note(&mut self, play: &Play<'_>, count: Count, output: &str) {
        let Play { story, cast, only } = play;
        let Count { passed, failed } = count;
        self.rows.push(format!(
            "{story:<16} {cast:<26} {passed} passed, {failed} failed"
        ));
        if let Some(only) = only {
            self.rows.push(left(&format!(
                "what isn't /{only}/: `cargo xtask test {story} --cast {cast}`"
            )));
        }
        for (reason, tests) in skipped(output) {
            self.rows
                .push(left(&format!("{}: {reason}", tests.join("; "))));
        }
    }

    /// A story that isn't played with this cast in each run.
    pub(super) fn leave(&mut self, Play { story, cast, .. }: &Play<'_>) {
        self.rows.push(format!(
            "{story:<16} {cast:<26} by hand: `cargo xtask test {story} --cast {cast}`"
        ));
    }

    /// A story that isn't for Firefox.
    pub(super) fn refuse(&mut self, story: &str, reason: &str) {
        self.rows
            .push(format!("{story:<16} {:<26} not run: {reason}", "firefox"));
    }
}

impl fmt::Display for Table {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(text, "{}", self.rows.join("\n"))
    }
}

fn left(what: &str) -> String {
    format!("{:<16} not here: {what}", "")
}

/// The tests that were skipped, by reason.
fn skipped(output: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for line in output.lines() {
        let Some((head, reason)) = line.trim().split_once(" # SKIP ") else {
            continue;
        };
        let test = head.split_once(" - ").map_or(head, |(_, name)| name);
        if reason != NOT_ASKED_FOR {
            reasons.entry(reason).or_default().push(test);
        }
    }
    reasons
}

#[cfg(test)]
mod tests {
    use super::skipped;

    #[test]
    fn what_was_skipped_is_told_by_reason_and_what_nobody_asked_for_is_not() {
        let output = "ok 1 - one\nok 2 - two - halves # SKIP no codec\nok 3 - three # SKIP no codec\n\
                      ok 4 - four # SKIP test name does not match pattern\n";
        let found: Vec<_> = skipped(output).into_iter().collect();
        assert_eq!(found, [("no codec", vec!["two - halves", "three"])]);
    }
}
