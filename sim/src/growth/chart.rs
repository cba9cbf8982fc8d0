//! The measurements as curves: bytes above, time below, both scales logarithmic. Solid lines are
//! updated groups, dotted ones fresh.

use std::path::Path;

use anyhow::{Result, anyhow};
use plotters::{
    coord::Shift,
    prelude::{
        BLACK, ChartBuilder, DrawingArea, DrawingBackend, IntoDrawingArea, IntoLogRange,
        PathElement, RGBColor, SVGBackend, SeriesLabelPosition, WHITE,
    },
    series::{DashedLineSeries, LineSeries},
    style::Color,
};

use super::measure::{Change, Kind, Row};

const SIZE: (u32, u32) = (960, 1040);
const WELCOME: RGBColor = RGBColor(0x6a, 0x3d, 0x9a);
const JOIN: RGBColor = RGBColor(0x1f, 0x78, 0xb4);
const LEAVE: RGBColor = RGBColor(0xd9, 0x48, 0x01);
const UPDATE: RGBColor = RGBColor(0x23, 0x8b, 0x45);

/// A line of the chart.
struct Curve {
    name: &'static str,
    color: RGBColor,
    change: Change,
    value: fn(&Row) -> Option<f64>,
}

const BYTES: [Curve; 4] = [
    curve("Welcome", WELCOME, Change::Join, |row| {
        Some(row.cost.welcome as f64)
    }),
    curve("Commit of a join", JOIN, Change::Join, |row| {
        Some(row.cost.commit as f64)
    }),
    curve("Commit of a leave", LEAVE, Change::Leave, |row| {
        Some(row.cost.commit as f64)
    }),
    curve("Commit of an update", UPDATE, Change::Update, |row| {
        Some(row.cost.commit as f64)
    }),
];
const TIMES: [Curve; 4] = [
    curve("join by Welcome", WELCOME, Change::Join, |row| {
        millis(row.cost.join)
    }),
    curve("make a join", JOIN, Change::Join, |row| {
        millis(Some(row.cost.make))
    }),
    curve("process a leave", LEAVE, Change::Leave, |row| {
        millis(row.cost.process)
    }),
    curve("make an update", UPDATE, Change::Update, |row| {
        millis(Some(row.cost.make))
    }),
];

const fn curve(
    name: &'static str,
    color: RGBColor,
    change: Change,
    value: fn(&Row) -> Option<f64>,
) -> Curve {
    Curve {
        name,
        color,
        change,
        value,
    }
}

fn millis(span: Option<std::time::Duration>) -> Option<f64> {
    span.map(|span| span.as_secs_f64() * 1e3)
}

/// Draws them.
///
/// # Errors
/// When the file can't be written.
pub fn draw(rows: &[Row], out: &Path) -> Result<()> {
    let root = SVGBackend::new(out, SIZE).into_drawing_area();
    root.fill(&WHITE).map_err(failed)?;
    let (above, below) = root.split_vertically(SIZE.1 / 2);
    panel(
        &above,
        "Bytes of a change (dotted: nobody has updated)",
        "bytes",
        &BYTES,
        rows,
    )?;
    panel(
        &below,
        "Time of a change, natively on one core (dotted: nobody has updated)",
        "ms",
        &TIMES,
        rows,
    )?;
    root.present().map_err(failed)
}

fn panel<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    title: &str,
    unit: &str,
    curves: &[Curve],
    rows: &[Row],
) -> Result<()> {
    let values = || rows.iter().flat_map(|row| of(row, curves));
    let lowest = values().fold(f64::INFINITY, f64::min);
    let highest = values().fold(0.0, f64::max);
    let largest = rows.iter().map(|row| row.size).max().unwrap_or(2);
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(76)
        .build_cartesian_2d(
            (2f64..f64::from(largest)).log_scale(),
            (lowest * 0.8..highest * 1.5).log_scale(),
        )
        .map_err(failed)?;
    chart
        .configure_mesh()
        .x_desc("members")
        .y_desc(unit)
        .light_line_style(BLACK.mix(0.04))
        .bold_line_style(BLACK.mix(0.15))
        .x_label_formatter(&|size| format!("{size:.0}"))
        .y_label_formatter(&|value| number(*value))
        .draw()
        .map_err(failed)?;
    for curve in curves {
        let color = curve.color;
        let solid = points(curve, Kind::Updated, rows);
        chart
            .draw_series(LineSeries::new(solid, color.stroke_width(2)))
            .map_err(failed)?
            .label(curve.name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2)));
        let dashes = points(curve, Kind::Fresh, rows);
        chart
            .draw_series(DashedLineSeries::new(dashes, 4, 5, color.stroke_width(2)))
            .map_err(failed)?;
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()
        .map_err(failed)
}

fn of(row: &Row, curves: &[Curve]) -> Vec<f64> {
    let curves = curves.iter().filter(|curve| curve.change == row.change);
    curves.filter_map(|curve| (curve.value)(row)).collect()
}

fn points(curve: &Curve, kind: Kind, rows: &[Row]) -> Vec<(f64, f64)> {
    rows.iter()
        .filter(|row| row.kind == kind && row.change == curve.change)
        .filter_map(|row| Some((f64::from(row.size), (curve.value)(row)?)))
        .collect()
}

fn number(value: f64) -> String {
    if value >= 1.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}

/// A drawing error borrows what it was drawn on.
fn failed(error: impl std::fmt::Display) -> anyhow::Error {
    anyhow!("can't draw: {error}")
}
