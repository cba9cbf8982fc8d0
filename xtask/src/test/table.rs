//! The table of stories: which ran in which browsers, with what result, and what didn't run.

use std::collections::BTreeMap;
use std::fmt;

use super::Count;
use super::plays::{Play, all_of};

/// What Node's test runner says of a test that was not asked for.
const NOT_ASKED_FOR: &str = "test name does not match pattern";

/// Rows by story and cast, in whatever order they come.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: BTreeMap<(String, String), Vec<String>>,
}

impl Table {
    /// A story that ran, and what its output says of tests that it left out.
    pub(super) fn note(&mut self, play: &Play<'_>, count: Count, output: &str) {
        let Count { passed, failed } = count;
        self.add(play, &format!("{passed} passed, {failed} failed"));
        let Play { story, cast, only } = play;
        if let Some(only) = only {
            let how = format!("`cargo xtask test {story} --cast {cast}`");
            self.add_left(play, &format!("what isn't /{only}/: {how}"));
        }
        for (reason, tests) in skipped(output) {
            self.add_left(play, &format!("{}: {reason}", tests.join("; ")));
        }
    }

    /// A story that isn't for that cast, or not here.
    pub(super) fn refuse(&mut self, story: &str, cast: &str, reason: &str) {
        self.add(&all_of(story, cast), &format!("not run: {reason}"));
    }

    fn add(&mut self, play: &Play<'_>, what: &str) {
        let Play { story, cast, .. } = play;
        self.row(play)
            .push(format!("{story:<16} {cast:<26} {what}"));
    }

    /// What was left out of a play.
    fn add_left(&mut self, play: &Play<'_>, what: &str) {
        self.row(play).push(format!("{:<16} not here: {what}", ""));
    }

    fn row(&mut self, Play { story, cast, .. }: &Play<'_>) -> &mut Vec<String> {
        let key = ((*story).to_owned(), (*cast).to_owned());
        self.rows.entry(key).or_default()
    }
}

impl fmt::Display for Table {
    fn fmt(&self, text: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows: Vec<&str> = self.rows.values().flatten().map(String::as_str).collect();
        write!(text, "{}", rows.join("\n"))
    }
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
    use super::{Count, Play, Table, all_of, skipped};

    #[test]
    fn rows_are_in_the_order_of_story_and_cast_whichever_came_first() {
        let mut table = Table::default();
        let count = Count {
            passed: 2,
            failed: 0,
        };
        let some = Play {
            story: "media",
            cast: "firefox",
            only: Some("opus"),
        };
        table.note(&some, count, "");
        table.refuse("healing", "firefox", "four stand still");
        table.note(&all_of("media", "chromium"), count, "");
        let shown = table.to_string();
        let begin = |row: &str| row.chars().take(25).collect::<String>();
        let rows: Vec<_> = shown.lines().map(begin).collect();
        assert_eq!(
            rows,
            [
                "healing          firefox ",
                "media            chromium",
                "media            firefox ",
                "                 not here",
            ]
        );
    }

    #[test]
    fn what_was_skipped_is_told_by_reason_and_what_nobody_asked_for_is_not() {
        let output = "ok 1 - one\nok 2 - two - halves # SKIP no codec\nok 3 - three # SKIP no codec\n\
                      ok 4 - four # SKIP test name does not match pattern\n";
        let found: Vec<_> = skipped(output).into_iter().collect();
        assert_eq!(found, [("no codec", vec!["two - halves", "three"])]);
    }
}
