//! Grows groups, prints what they cost, draws it, and says whether the laws hold.

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;
use clap::Args;
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
        let rows = measure::measure(&sizes, |row| {
            eprintln!("{:?} {:>5} {}", row.kind, row.size, row.change);
        })?;
        let small = sizes.iter().filter(|size| **size <= spread::LARGEST);
        let spreads: Vec<_> = small.flat_map(|size| spread::spread(*size)).collect();
        print!("{}", table::table(&rows, &spreads));
        chart::draw(&rows, &self.out)?;
        let broken = laws::broken(&rows, &spreads);
        broken.iter().for_each(|law| println!("BROKEN: {law}"));
        Ok(if broken.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}
