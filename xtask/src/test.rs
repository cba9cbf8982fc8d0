//! Runs everything that CI runs and adds it all up in one last line.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result};
use clap::Args;

use crate::setup::{node, str0m, wasm};
use crate::{build, check, paths, step};
use plays::{Play, THROUGH_SFU, USUAL, WITH_TABLE, all_of, named};
use stage::Stage;
use table::Table;

mod plays;
mod stage;
mod table;

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

/// One story instead of all tests.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only this story of tests/browser (`media`, `networks` and `sfu`, which is those of every SFU,
    /// print their tables)
    story: Option<String>,
    /// Who has which browser, in turn: chromium, firefox
    #[arg(long, default_value = USUAL, requires = "story")]
    cast: String,
}

impl Options {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        match &self.story {
            Some(story) => some(story, &self.cast),
            None => all(),
        }
    }
}

/// Plays one story alone, or one for each SFU.
fn some(story: &str, cast: &str) -> Result<ExitCode> {
    let stories = named(story);
    let plays: Vec<_> = stories.iter().map(|story| all_of(story, cast)).collect();
    build::run()?;
    step::run(
        "build the demo's server and the bad network",
        &mut programs(),
    )?;
    let mut table = Table::default();
    let stage = Stage::find(THROUGH_SFU.contains(&story), cast)?;
    if stories.contains(&"str0m") {
        str0m::prepare()?;
    }
    let total = stage.play_each(&plays, 1, &mut table)?;
    for play in &plays {
        if WITH_TABLE.contains(&play.story) {
            println!("{}", table_of(play)?.trim_end());
        }
    }
    println!("{table}");
    Ok(conclude(total))
}

fn table_of(play: &Play<'_>) -> Result<String> {
    let Play { story, cast, .. } = play;
    let browser = if cast.contains("firefox") {
        "-firefox"
    } else {
        ""
    };
    let file = paths::target().join(format!("browser-tests/{story}-table{browser}.txt"));
    std::fs::read_to_string(file).with_context(|| format!("reading the table of {story}"))
}

fn all() -> Result<ExitCode> {
    let stage = Stage::find(cfg!(target_os = "linux"), "chromium,firefox")?;
    build::run()?;
    let mut total = Count {
        passed: 0,
        failed: check::failures()?,
    };
    total.add(of_rust()?);
    total.add(suite("tests of scripts by themselves", node_tests(None, units()?))?.0);
    step::run(
        "build the demo's server and the bad network",
        &mut programs(),
    )?;
    let mut table = Table::default();
    total.add(stage.play_all(&mut table)?);
    println!("{}", table_of(&all_of("media", USUAL))?);
    println!("Where each story ran, as the browsers of those in it, in turn:\n{table}");
    Ok(conclude(total))
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
fn suite(name: &str, mut command: Command) -> Result<(Count, String)> {
    let finished = step::attempt(name, &mut command)?;
    let mut count = count(&finished.output);
    if count.failed == 0 && (!finished.status.success() || count.passed == 0) {
        count.failed = 1;
    }
    step::print(&format!(
        "{name}: {} passed, {} failed",
        count.passed, count.failed
    ));
    Ok((count, finished.output))
}

/// One of the native tests takes longer than all others of the core: meanwhile those on wasm32 run.
fn of_rust() -> Result<Count> {
    let on_wasm = on_wasm()?;
    std::thread::scope(|scope| {
        let native = scope.spawn(|| suite("native tests", native()));
        let (mut total, _) = suite("tests of the core on wasm32", on_wasm)?;
        let (others, _) = native.join().expect("a suite gives its errors back")?;
        total.add(others);
        Ok(total)
    })
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

/// What stories need beside browsers.
fn programs() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(paths::workspace())
        .args(["build", "--package", "demo", "--package", "link"]);
    cargo
}

/// All tests of some files, or only those of a name.
fn node_tests(only: Option<&str>, files: impl IntoIterator<Item = PathBuf>) -> Command {
    let mut node = node::node();
    node.args([
        "--test",
        "--test-reporter=tap",
        "--test-concurrency=1",
        STUCK,
    ]);
    if let Some(name) = only {
        node.arg(format!("--test-name-pattern={name}"));
    }
    node.args(files);
    node
}

/// Their names, in order.
fn stories() -> Result<Vec<String>> {
    let files = test_files("tests/browser")?;
    let names = files.iter().filter_map(|file| file.file_name()?.to_str());
    Ok(names
        .map(|name| name.trim_end_matches(".test.mjs").to_owned())
        .collect())
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
