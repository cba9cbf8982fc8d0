//! What the benchmark of calls measured, as curves: CPU for each frame, and its delay, by the number
//! of remote streams.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use chart::{Line, Panel, Size};
use serde::Deserialize;

const SIZE: Size = Size {
    width: 560,
    height: 400,
};
const WAYS: [(&str, &str, (u8, u8, u8)); 3] = [
    ("none", "no transform", (0x73, 0x73, 0x73)),
    ("identity", "identity transform", (0x1f, 0x78, 0xb4)),
    ("sotto", "Sotto", (0xd9, 0x48, 0x01)),
];

#[derive(Deserialize)]
struct Measured {
    figures: Vec<Figures>,
}

#[derive(Deserialize)]
struct Figures {
    medium: String,
    streams: u32,
    way: String,
    cpu: f64,
    p50: f64,
    p99: Option<f64>,
}

/// Draws what the script wrote to `from`.
pub(super) fn draw(from: &Path, out: &Path) -> Result<()> {
    let text = fs::read_to_string(from).with_context(|| format!("reading {}", from.display()))?;
    let figures = serde_json::from_str::<Measured>(&text)?.figures;
    let mut media: Vec<&str> = figures.iter().map(|one| one.medium.as_str()).collect();
    media.dedup();
    let rows: Vec<_> = media.iter().map(|medium| row(medium, &figures)).collect();
    chart::draw(&rows, SIZE, out)
}

fn row(medium: &str, figures: &[Figures]) -> Vec<Panel> {
    let of: Vec<_> = figures.iter().filter(|one| one.medium == medium).collect();
    let delays = delays(&of);
    let cpu = WAYS.map(|way| line(way, &of, |one| Some(one.cpu), false));
    vec![
        panel(format!("{medium}: CPU for a frame"), "us", cpu.into()),
        panel(delay_title(medium, &of), "ms", delays),
    ]
}

fn delay_title(medium: &str, of: &[&Figures]) -> String {
    if of.iter().any(|one| one.p99.is_some()) {
        format!("{medium}: delay at the median (dotted: p99)")
    } else {
        format!("{medium}: delay in the jitter buffer")
    }
}

fn delays(of: &[&Figures]) -> Vec<Line> {
    WAYS.into_iter()
        .flat_map(|way| {
            [
                line(way, of, |one| Some(one.p50), false),
                line(way, of, |one| one.p99, true),
            ]
        })
        .filter(|line| !line.points.is_empty())
        .collect()
}

fn line(
    (way, name, color): (&str, &str, (u8, u8, u8)),
    of: &[&Figures],
    value: fn(&Figures) -> Option<f64>,
    dashed: bool,
) -> Line {
    let of = of.iter().filter(|one| one.way == way);
    Line {
        name: (!dashed).then(|| name.to_owned()),
        color,
        dashed,
        points: of
            .filter_map(|one| Some((f64::from(one.streams), value(one)?)))
            .collect(),
    }
}

fn panel(title: String, unit: &'static str, lines: Vec<Line>) -> Panel {
    Panel {
        title,
        across: "remote streams",
        unit,
        lines,
    }
}
