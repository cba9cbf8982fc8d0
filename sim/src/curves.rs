//! Grows groups, prints what they cost, draws it, and says whether the laws hold.

use std::{path::PathBuf, process::ExitCode, time::Duration};

use anyhow::Result;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use sim::growth::{SIZES, chart, laws, measure, spread, table};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where to draw the curves, as SVG
    #[arg(long)]
    out: PathBuf,
    /// The size to stop at
    #[arg(long, default_value_t = 1000)]
    largest: u32,
}

impl Options {
    pub(crate) fn run(&self) -> Result<ExitCode> {
        let sizes: Vec<u32> = SIZES.into_iter().filter(|it| *it <= self.largest).collect();
        let bar = progress(&sizes);
        let rows = measure::measure(&sizes, |size| bar.set_position(u64::from(size)))?;
        bar.set_message("in virtual time");
        let small = sizes.iter().filter(|size| **size <= spread::LARGEST);
        let spreads: Result<Vec<_>> = small.map(|size| spread::spread(*size)).collect();
        let spreads = spreads?.concat();
        bar.finish_and_clear();
        print!("{}", table::table(&rows, &spreads));
        chart::draw(&rows, &spreads, &self.out)?;
        let broken = laws::broken(&rows, &spreads);
        broken.iter().for_each(|law| println!("BROKEN: {law}"));
        Ok(if broken.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

fn progress(sizes: &[u32]) -> ProgressBar {
    let largest = sizes.last().copied().map(u64::from);
    let bar = ProgressBar::new(largest.unwrap_or_default());
    bar.enable_steady_tick(Duration::from_millis(200));
    match ProgressStyle::with_template("{spinner} {pos}/{len} members {wide_bar} {elapsed} {msg}") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
