//! Shows a call: the demo's server in this process, the browsers in a Node script.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::setup::{browser, node};
use crate::{build, paths};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many people take part
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=16))]
    participants: u8,
    /// Which browsers they have, in turn
    #[arg(long, value_enum, value_delimiter = ',', default_value = "chromium")]
    browsers: Vec<Browser>,
    /// Show no windows
    #[arg(long)]
    headless: bool,
    /// End after this many seconds, counted from the moment all are connected
    #[arg(long)]
    seconds: Option<u32>,
    /// A camera file for everybody (.y4m or .mjpeg) in place of coloured cards
    #[arg(long)]
    video: Option<PathBuf>,
    /// Print one JSON object at the end, and fail unless the call was encrypted throughout
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Browser {
    Chromium,
    Firefox,
}

impl Browser {
    /// As the scripts take it.
    fn settings(self) -> Result<Value> {
        Ok(match self {
            Self::Chromium => json!({ "browser": "chromium", "program": browser::find()? }),
            Self::Firefox => json!({ "browser": "firefox", "program": browser::firefox()? }),
        })
    }
}

pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    require_display(options)?;
    let browsers = options.browsers.iter().map(|browser| browser.settings());
    let browsers: Vec<Value> = browsers.collect::<Result<_>>()?;
    let extension = build::run()?;
    let video = options
        .video
        .as_ref()
        .map(std::fs::canonicalize)
        .transpose();
    let settings = json!({
        "browsers": browsers,
        "extension": extension,
        "page": format!("http://{}/", serve()?),
        "participants": options.participants,
        "headless": options.headless,
        "seconds": options.seconds,
        "video": video.context("finding the camera file")?,
        "json": options.json,
    });
    show(&settings.to_string())
}

fn show(settings: &str) -> Result<ExitCode> {
    let mut script = node::script(&paths::workspace().join("demo/windows.mjs"));
    let status = script.arg(settings).status().context("starting Node")?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Starts the server on a free port of this machine; it lives as long as this process.
fn serve() -> Result<SocketAddr> {
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    thread::spawn(move || runtime.block_on(demo::serve(listener)));
    Ok(address)
}

fn require_display(options: &Options) -> Result<()> {
    let needs_one = cfg!(target_os = "linux") && !options.headless;
    let has_one = ["DISPLAY", "WAYLAND_DISPLAY"]
        .iter()
        .any(|name| std::env::var_os(name).is_some());
    if needs_one && !has_one {
        bail!("there is no display here for the windows; add --headless (and --seconds, --json)");
    }
    Ok(())
}
