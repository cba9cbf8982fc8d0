//! Runs everything that CI runs and adds it all up in one last line.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::ValueEnum;

use crate::setup::{browser, node, wasm};
use crate::{build, check, paths, step};

/// The stories that also run with Firefox: which browser each person has, in turn. Whoever comes
/// later calls, so either side does.
const MIXED: [(&str, &str); 6] = [
    ("calls", "firefox"),
    ("calls", "firefox,chromium"),
    ("calls", "chromium,firefox"),
    ("switch", "firefox,chromium"),
    ("apps", "firefox,chromium"),
    ("names", "firefox,chromium"),
];

/// A file of tests that takes ten minutes will never end.
const STUCK: &str = "--test-timeout=600000";

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Count {
    passed: usize,
    failed: usize,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// A part of the tests that has a result of its own to show.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum What {
    /// The table of codecs by scenarios
    Media,
}

impl What {
    pub(crate) fn run(self) -> Result<ExitCode> {
        match self {
            Self::Media => media(),
        }
    }
}

/// Runs the table of media alone, and prints it.
fn media() -> Result<ExitCode> {
    let browser = browser::find()?;
    build::run()?;
    let story = paths::workspace().join("tests/browser/media.test.mjs");
    let total = suite("table of media", in_browser(&browser, [story]))?;
    print!("{}", media_table()?);
    Ok(conclude(total))
}

fn media_table() -> Result<String> {
    let file = paths::target().join("browser-tests/media-table.txt");
    std::fs::read_to_string(file).context("reading the table of media")
}

pub(crate) fn run() -> Result<ExitCode> {
    let browser = browser::find()?;
    let firefox = browser::firefox()?;
    build::run()?;
    let mut total = Count {
        passed: 0,
        failed: check::failures()?,
    };
    total.add(suite("native tests", native())?);
    total.add(suite("tests of the core on wasm32", on_wasm()?)?);
    total.add(suite("tests of scripts by themselves", in_node(units()?))?);
    step::run("build the demo's server", &mut demo_server())?;
    total.add(suite("browser tests", in_browser(&browser, stories()?))?);
    let (count, table) = mixed(&browser, &firefox)?;
    total.add(count);
    println!("{}", media_table()?);
    println!("All stories ran in Chromium; with Firefox, each person's browser in turn:\n{table}");
    Ok(conclude(total))
}

/// The stories with casts of their own, and a table of them.
fn mixed(browser: &Path, firefox: &Path) -> Result<(Count, String)> {
    let mut total = Count::default();
    let mut table = String::new();
    for (story, cast) in MIXED {
        let file = paths::workspace().join(format!("tests/browser/{story}.test.mjs"));
        let mut command = in_browser(browser, [file]);
        command.env("FIREFOX", firefox).env("SOTTO_CAST", cast);
        let count = suite(&format!("{story} in {cast}"), command)?;
        let Count { passed, failed } = count;
        writeln!(
            table,
            "{story:<12} {cast:<18} {passed} passed, {failed} failed"
        )?;
        total.add(count);
    }
    Ok((total, table))
}

fn conclude(total: Count) -> ExitCode {
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// A suite that fails as a whole, or runs no test at all, counts as one failure.
fn suite(name: &str, mut command: Command) -> Result<Count> {
    let finished = step::attempt(name, &mut command)?;
    let mut count = count(&finished.output);
    if count.failed == 0 && (!finished.status.success() || count.passed == 0) {
        count.failed = 1;
    }
    eprintln!("{name}: {} passed, {} failed", count.passed, count.failed);
    Ok(count)
}

fn native() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(paths::workspace())
        .args(["test", "--workspace", "--no-fail-fast"]);
    cargo
}

fn on_wasm() -> Result<Command> {
    let runner = std::env::current_exe().context("finding this program")?;
    let mut cargo = wasm::Toolchain::find()?.cargo("test");
    cargo.args(["--package", "sotto-core", "--no-fail-fast"]);
    let runner = format!("{} wasm-test", runner.display());
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner);
    Ok(cargo)
}

fn demo_server() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(paths::workspace())
        .args(["build", "--package", "demo"]);
    cargo
}

fn in_node(files: impl IntoIterator<Item = PathBuf>) -> Command {
    let mut node = node::node();
    node.args([
        "--test",
        "--test-reporter=tap",
        "--test-concurrency=1",
        STUCK,
    ]);
    node.args(files);
    node
}

fn in_browser(browser: &Path, stories: impl IntoIterator<Item = PathBuf>) -> Command {
    let mut node = in_node(stories);
    node.env("CHROME", browser)
        .env("SOTTO_EXTENSION", paths::extension())
        .env("SOTTO_DEMO", paths::target().join("debug/demo"));
    node
}

fn stories() -> Result<Vec<PathBuf>> {
    test_files("tests/browser")
}

fn units() -> Result<Vec<PathBuf>> {
    test_files("tests/units")
}

fn test_files(folder: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(paths::workspace().join(folder))
        .with_context(|| format!("reading {folder}"))?;
    let mut files: Vec<PathBuf> = entries
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_>>()?;
    files.retain(|file| file.to_string_lossy().ends_with(".test.mjs"));
    files.sort();
    Ok(files)
}

/// Adds up the result lines of Rust's test harness and of Node's.
fn count(output: &str) -> Count {
    let mut total = Count::default();
    for line in output.lines().map(str::trim) {
        if let Some(result) = line.strip_prefix("test result: ") {
            total.passed += number_before(result, " passed");
            total.failed += number_before(result, " failed");
        } else if let Some(passed) = line.strip_prefix("# pass ") {
            total.passed += passed.parse().unwrap_or(0);
        } else if let Some(failed) = line.strip_prefix("# fail ") {
            total.failed += failed.parse().unwrap_or(0);
        }
    }
    total
}

fn number_before(text: &str, word: &str) -> usize {
    let before = text.split(word).next().unwrap_or_default();
    before
        .rsplit(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Count, count};

    #[test]
    fn results_of_all_harnesses_add_up() {
        let output = "test result: ok. 12 passed; 0 failed; 1 ignored; finished in 0.1s\n\
                      test result: FAILED. 3 passed; 2 failed; 0 ignored\n\
                      # pass 4\n# fail 1\n";
        assert_eq!(
            count(output),
            Count {
                passed: 19,
                failed: 3
            }
        );
    }

    #[test]
    fn other_lines_count_for_nothing() {
        assert_eq!(count("test a::b ... ok\n# tests 4\n"), Count::default());
    }
}
