//! Shows a call: the demo's server in this process or an SFU, the browsers in a Node script.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, ExitCode};
use std::thread;

use anyhow::{Context, Result, bail, ensure};
use clap::Args;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use crate::setup::{browser, node, sfu};
use crate::{build, paths};

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many people take part
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u8).range(2..=16))]
    participants: u8,
    /// Which browsers they have, in turn
    #[arg(long, value_enum, value_delimiter = ',', default_value = "chromium")]
    browsers: Vec<Browser>,
    /// Call through this SFU, on its own demo page
    #[arg(long, value_enum)]
    via: Option<Sfu>,
    /// What has to bring Sotto's messages across, instead of whatever does
    #[arg(long, value_enum, requires_all = ["via", "json"])]
    carrier: Option<Carrier>,
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

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
enum Sfu {
    Janus,
}

/// Janus's page shows so many, with oneself.
const MOST_VIA_JANUS: u8 = 6;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
enum Carrier {
    InBand,
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
    if let Some(Sfu::Janus) = options.via {
        ensure!(
            options.participants <= MOST_VIA_JANUS,
            "Janus's page shows at most {MOST_VIA_JANUS} people"
        );
        sfu::prepare()?;
    }
    let browsers = options.browsers.iter().map(|browser| browser.settings());
    let browsers: Vec<Value> = browsers.collect::<Result<_>>()?;
    let extension = build::run()?;
    let video = options
        .video
        .as_ref()
        .map(std::fs::canonicalize)
        .transpose();
    let page = match options.via {
        Some(_) => None,
        None => Some(format!("http://{}/", serve()?)),
    };
    let settings = json!({
        "browsers": browsers,
        "extension": extension,
        "page": page,
        "via": options.via,
        "carrier": options.carrier,
        "participants": options.participants,
        "headless": options.headless,
        "seconds": options.seconds,
        "video": video.context("finding the camera file")?,
        "json": options.json,
    });
    let mut script = node::script(&paths::workspace().join("demo/windows.mjs"));
    script.arg(settings.to_string());
    show(match options.via {
        Some(_) => sfu::apart(&script),
        None => script,
    })
}

fn show(mut script: Command) -> Result<ExitCode> {
    let status = script.status().context("starting Node")?;
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
