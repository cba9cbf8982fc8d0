//! Long steps with their progress: a spinner with name, time and last line on a terminal,
//! plain lines elsewhere. The output of a step that fails is shown whole.

use std::io::{BufRead, BufReader, IsTerminal, Read};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::{LazyLock, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

/// How often a step that runs on says so where there is no terminal.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);

/// Steps may run beside each other: each has a line, below all that was printed.
static BARS: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);

/// Prints a line where no step's progress is in the way.
pub(crate) fn print(line: &str) {
    BARS.suspend(|| eprintln!("{line}"));
}

/// What a finished command said.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) status: ExitStatus,
    pub(crate) output: String,
}

/// Runs a command as one step; an error if it fails.
pub(crate) fn run(name: &str, command: &mut Command) -> Result<String> {
    let finished = attempt(name, command)?;
    if !finished.status.success() {
        bail!("{name}: {} ({})", finished.status, describe(command));
    }
    Ok(finished.output)
}

/// Runs a command as one step and leaves it to the caller what a failure means.
pub(crate) fn attempt(name: &str, command: &mut Command) -> Result<Finished> {
    let progress = Progress::start(name);
    let finished = follow(command, &progress)?;
    progress.end(finished.status.success());
    if !finished.status.success() {
        let (what, output) = (describe(command), &finished.output);
        print(&format!("--- output of: {what}\n{output}---"));
    }
    Ok(finished)
}

/// Runs a function of this program as one step.
pub(crate) fn inline<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let progress = Progress::start(name);
    let result = work();
    progress.end(result.is_ok());
    result
}

/// Runs a check of this program as one step: whether it holds. Shows where not.
pub(crate) fn holds(name: &str, check: impl FnOnce() -> Result<Vec<String>>) -> bool {
    let outcome = inline(name, || {
        let faults = check()?;
        ensure!(faults.is_empty(), faults.join("\n"));
        Ok(())
    });
    if let Err(broken) = &outcome {
        print(&format!("{broken:#}"));
    }
    outcome.is_ok()
}

fn follow(command: &mut Command, progress: &Progress) -> Result<Finished> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command
        .spawn()
        .with_context(|| format!("starting {}", describe(command)))?;
    let (send, lines) = mpsc::channel();
    forward(child.stdout.take().expect("stdout is piped"), send.clone());
    forward(child.stderr.take().expect("stderr is piped"), send);
    let mut output = String::new();
    loop {
        match lines.recv_timeout(SIGN_OF_LIFE) {
            Ok(line) => {
                progress.say(&line);
                output.push_str(&line);
                output.push('\n');
            }
            Err(mpsc::RecvTimeoutError::Timeout) => progress.sign_of_life(),
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(Finished {
        status: child.wait()?,
        output,
    })
}

fn forward(source: impl Read + Send + 'static, lines: mpsc::Sender<String>) {
    thread::spawn(move || {
        for line in BufReader::new(source).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            if lines.send(line).is_err() {
                return;
            }
        }
    });
}

fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words
        .map(|word| word.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

struct Progress {
    name: String,
    started: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    fn start(name: &str) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| spinner(name));
        if bar.is_none() {
            eprintln!("{name} ...");
        }
        Self {
            name: name.to_owned(),
            started: Instant::now(),
            bar,
        }
    }

    fn say(&self, line: &str) {
        if let Some(bar) = &self.bar {
            bar.set_message(line.trim().to_owned());
        }
    }

    fn sign_of_life(&self) {
        if self.bar.is_none() {
            eprintln!("{} ... {}", self.name, seconds(self.started));
        }
    }

    fn end(self, ended_well: bool) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
            BARS.remove(bar);
        }
        let verdict = if ended_well { "done" } else { "FAILED" };
        print(&format!(
            "{}: {verdict} in {}",
            self.name,
            seconds(self.started)
        ));
    }
}

fn spinner(name: &str) -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {wide_msg:.dim}")
        .expect("the template is a constant");
    let bar = ProgressBar::new_spinner()
        .with_style(style)
        .with_prefix(name.to_owned());
    let bar = BARS.add(bar);
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

fn seconds(since: Instant) -> String {
    format!("{:.1} s", since.elapsed().as_secs_f32())
}
