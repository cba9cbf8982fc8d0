//! Curves as SVG, both scales logarithmic: what the benchmarks draw. Knows nothing of what they
//! measure.

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

/// One line, through points above zero.
#[derive(Clone, Debug)]
pub struct Line {
    /// For the legend; none for a line that belongs to the one before.
    pub name: Option<String>,
    /// Red, green, blue.
    pub color: (u8, u8, u8),
    /// Whether it is drawn with gaps.
    pub dashed: bool,
    /// From left to right.
    pub points: Vec<(f64, f64)>,
}

/// Lines that share their axes.
#[derive(Clone, Debug)]
pub struct Panel {
    /// Above it.
    pub title: String,
    /// What the horizontal axis counts.
    pub across: &'static str,
    /// The unit of the vertical axis.
    pub unit: &'static str,
    /// What is drawn.
    pub lines: Vec<Line>,
}

/// The size of a panel.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

/// Draws panels in rows of equal length.
///
/// # Errors
/// When the file can't be written.
pub fn draw(rows: &[Vec<Panel>], size: Size, out: &Path) -> Result<()> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(1);
    let whole = (size.width * columns as u32, size.height * rows.len() as u32);
    let root = SVGBackend::new(out, whole).into_drawing_area();
    root.fill(&WHITE).map_err(failed)?;
    let areas = root.split_evenly((rows.len(), columns));
    for (row, areas) in rows.iter().zip(areas.chunks(columns)) {
        for (panel, area) in row.iter().zip(areas) {
            draw_panel(area, panel)?;
        }
    }
    root.present().map_err(failed)
}

fn draw_panel<B: DrawingBackend>(area: &DrawingArea<B, Shift>, panel: &Panel) -> Result<()> {
    let points = || panel.lines.iter().flat_map(|line| line.points.iter());
    let lowest = points().map(|point| point.1).fold(f64::INFINITY, f64::min);
    let highest = points().map(|point| point.1).fold(0.0, f64::max);
    let leftmost = points().map(|point| point.0).fold(f64::INFINITY, f64::min);
    let rightmost = points().map(|point| point.0).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .caption(&panel.title, ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(76)
        .build_cartesian_2d(
            (leftmost..rightmost).log_scale(),
            (lowest * 0.8..highest * 1.5).log_scale(),
        )
        .map_err(failed)?;
    chart
        .configure_mesh()
        .x_desc(panel.across)
        .y_desc(panel.unit)
        .light_line_style(BLACK.mix(0.04))
        .bold_line_style(BLACK.mix(0.15))
        .x_label_formatter(&|across| format!("{across:.0}"))
        .y_label_formatter(&|value| number(*value))
        .draw()
        .map_err(failed)?;
    for line in &panel.lines {
        let style = RGBColor(line.color.0, line.color.1, line.color.2).stroke_width(2);
        let points = line.points.iter().copied();
        let drawn = if line.dashed {
            chart.draw_series(DashedLineSeries::new(points, 4, 5, style))
        } else {
            chart.draw_series(LineSeries::new(points, style))
        };
        let drawn = drawn.map_err(failed)?;
        if let Some(name) = &line.name {
            drawn
                .label(name)
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        }
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()
        .map_err(failed)
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
