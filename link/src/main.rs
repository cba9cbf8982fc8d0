//! Stands between browsers and an SFU, and does to their packets what a bad network does. The SFU
//! names this program's address as its own; each of its ports is answered here by one of the same
//! number. Told what is wrong by lines of JSON, and ends when they end.

mod control;
mod relay;

use std::io::Write;
use std::time::Instant;

use anyhow::Result;
use clap::Parser;
use tokio::io::{AsyncBufReadExt, BufReader, stdin};
use tokio::time::sleep_until;

use link::Network;
use relay::{Packet, Relay};

#[derive(Debug, Parser)]
struct Options {
    /// All chance follows from it
    #[arg(long)]
    seed: u64,
    #[command(flatten)]
    place: relay::Place,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let Options { seed, place } = Options::parse();
    let began = Instant::now();
    let mut network = Network::<Packet>::new(seed);
    let mut relay = Relay::open(&place)?;
    let mut lines = BufReader::new(stdin()).lines();
    say("ready")?;
    loop {
        let next = network.next().map(|time| (began + time).into());
        tokio::select! {
            came = relay.next() => {
                let (port, way, packet) = came?;
                network.send(began.elapsed(), port, way, packet);
            }
            line = lines.next_line() => match line? {
                Some(line) => say(&control::obey(&mut network, &line))?,
                None => return Ok(()),
            },
            () = sleep_until(next.unwrap_or_else(|| began.into())), if next.is_some() => {}
        }
        while let Some(packet) = network.receive(began.elapsed()) {
            packet.go_on().await;
        }
    }
}

fn say(line: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}
