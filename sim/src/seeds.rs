//! The seeds that are asked for: progress, a table, and how to repeat what failed.

use std::{
    process::ExitCode,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sim::{Plan, World, fleet};

/// Where nobody sees a bar, so many seeds are worth a line.
const LINE_EVERY: u64 = 10;

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many seeds
    #[arg(long, default_value_t = 100)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Participants at the start; others come and go
    #[arg(long, default_value_t = 5)]
    participants: usize,
    /// How many of the packets are lost
    #[arg(long, default_value_t = 0.2, value_parser = share)]
    loss: f64,
    /// For how many seconds things go wrong
    #[arg(long, default_value_t = 20)]
    seconds: u64,
    /// Let hostile peers take part
    #[arg(long)]
    hostile: bool,
    /// Run the first seed alone and tell what happens in it
    #[arg(long)]
    log: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    let holds = (0.0..=1.0).contains(&share);
    holds
        .then_some(share)
        .ok_or_else(|| "not between 0 and 1".to_owned())
}

impl Options {
    pub(crate) fn run(&self) -> ExitCode {
        if self.log {
            return self.tell();
        }
        let bar = progress(self.seeds);
        let plan = self.plan();
        let done = AtomicU64::new(0);
        let summary = fleet::run(self.first, self.seeds, plan, |report| {
            if !report.violations.is_empty() {
                bar.suspend(|| eprintln!("{}", report.story(&plan)));
            }
            bar.inc(1);
            let done = done.fetch_add(1, Ordering::Relaxed) + 1;
            if bar.is_hidden() && done.is_multiple_of(LINE_EVERY) {
                eprintln!("{done} of {} seeds", self.seeds);
            }
        });
        bar.finish_and_clear();
        self.print(&summary);
        verdict(summary.failed().next().is_none())
    }

    fn plan(&self) -> Plan {
        Plan {
            participants: self.participants,
            seconds: self.seconds,
            loss: self.loss,
            hostile: self.hostile,
        }
    }

    fn tell(&self) -> ExitCode {
        let report = World::new(self.first, self.plan()).with_log().run();
        println!("{}", report.story(&self.plan()));
        verdict(report.violations.is_empty())
    }

    fn print(&self, summary: &fleet::Summary) {
        let failed = summary.failed().count();
        let [half, most, all] = [0.5, 0.99, 1.0].map(|share| millis(summary.convergence(share)));
        let (packets, bytes) = summary.traffic();
        let frames: u64 = summary.reports.iter().map(|report| report.frames).sum();
        println!("seeds                        {:>12}", summary.reports.len());
        println!("seeds with violations        {failed:>12}");
        println!("frames tried                 {frames:>12}");
        println!("one group after, p50         {half:>12}");
        println!("                 p99         {most:>12}");
        println!("                 max         {all:>12}");
        println!("packets per participant      {packets:>12}");
        println!("bytes per participant        {bytes:>12}");
        for report in summary.failed() {
            println!("\n{}", report.failure(&self.plan()));
        }
    }
}

fn verdict(holds: bool) -> ExitCode {
    if holds {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn millis(span: Option<Duration>) -> String {
    span.map_or("never".into(), |span| format!("{} ms", span.as_millis()))
}

fn progress(seeds: u64) -> ProgressBar {
    let style =
        ProgressStyle::with_template("{spinner} {pos}/{len} seeds {wide_bar} {elapsed} eta {eta}");
    let bar = ProgressBar::new(seeds);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
