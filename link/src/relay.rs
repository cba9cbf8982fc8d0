//! The sockets: one for each port of the SFU, where browsers send to; and one for each browser's port
//! that sends there, which the SFU takes for the browser.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Args;
use tokio::net::UdpSocket;
use tokio::sync::mpsc::{Receiver, Sender, channel};

use link::Way;

/// Media is sent in packets of less than 1,500.
const LONGEST: usize = 2_048;
/// Packets that came and weren't looked at yet.
const MOST_WAITING: usize = 1_024;
/// Pairs of a browser's port and one of the SFU's.
const MOST_FLOWS: usize = 4_096;
/// Before a socket is asked again that has failed, as it does once when nobody is at the other end.
const AFTER_FAILURE: Duration = Duration::from_millis(10);

/// Where the program stands.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct Place {
    /// The address that browsers take for the SFU's
    #[arg(long)]
    at: Ipv4Addr,
    /// The SFU's own
    #[arg(long)]
    to: Ipv4Addr,
    /// The first of the SFU's ports
    #[arg(long)]
    first: u16,
    /// The last
    #[arg(long)]
    last: u16,
}

/// A packet and the way on.
#[derive(Clone)]
pub(crate) struct Packet {
    bytes: Arc<[u8]>,
    through: Arc<UdpSocket>,
    to: SocketAddr,
}

impl AsRef<[u8]> for Packet {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Packet {
    /// One that nobody takes is lost, as anywhere.
    pub(crate) async fn go_on(self) {
        let _ = self.through.send_to(&self.bytes, self.to).await;
    }
}

/// Something that came in at a socket.
struct Came {
    bytes: Arc<[u8]>,
    from: SocketAddr,
    at: Side,
}

enum Side {
    /// At the SFU's port of this number, from a browser.
    Front(u16),
    /// For a browser that sends to this port of the SFU's.
    Back { browser: SocketAddr, port: u16 },
}

pub(crate) struct Relay {
    place: Place,
    fronts: HashMap<u16, Arc<UdpSocket>>,
    backs: HashMap<(SocketAddr, u16), Arc<UdpSocket>>,
    waiting: Receiver<Came>,
    inbox: Sender<Came>,
}

impl Relay {
    pub(crate) fn open(place: &Place) -> Result<Self> {
        ensure!(
            place.first <= place.last,
            "the last port is below the first"
        );
        let (inbox, waiting) = channel(MOST_WAITING);
        let mut fronts = HashMap::new();
        for port in place.first..=place.last {
            let socket = bind(place.at, port)?;
            tokio::spawn(read(socket.clone(), inbox.clone(), move || {
                Side::Front(port)
            }));
            fronts.insert(port, socket);
        }
        Ok(Self {
            place: *place,
            fronts,
            backs: HashMap::new(),
            waiting,
            inbox,
        })
    }

    /// The next packet: the browser's port, which way it goes, and how. Who stops waiting loses none.
    pub(crate) async fn next(&mut self) -> Result<(u16, Way, Packet)> {
        let came = self.waiting.recv().await;
        let Came { bytes, from, at } = came.expect("one sender is this struct's");
        match at {
            Side::Front(port) => {
                let packet = Packet {
                    bytes,
                    through: self.back(from, port)?,
                    to: (self.place.to, port).into(),
                };
                Ok((from.port(), Way::Up, packet))
            }
            Side::Back { browser, port } => {
                let packet = Packet {
                    bytes,
                    through: self.fronts[&port].clone(),
                    to: browser,
                };
                Ok((browser.port(), Way::Down, packet))
            }
        }
    }

    /// What the SFU takes for a browser that sends to one of its ports.
    fn back(&mut self, browser: SocketAddr, port: u16) -> Result<Arc<UdpSocket>> {
        let flows = self.backs.len();
        Ok(match self.backs.entry((browser, port)) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                ensure!(flows < MOST_FLOWS, "too many connections");
                let socket = bind(self.place.at, 0)?;
                let side = move || Side::Back { browser, port };
                tokio::spawn(read(socket.clone(), self.inbox.clone(), side));
                place.insert(socket).clone()
            }
        })
    }
}

fn bind(address: Ipv4Addr, port: u16) -> Result<Arc<UdpSocket>> {
    let socket = std::net::UdpSocket::bind((address, port));
    let socket = socket.with_context(|| format!("taking port {port} of {address}"))?;
    socket.set_nonblocking(true)?;
    Ok(Arc::new(UdpSocket::from_std(socket)?))
}

async fn read(socket: Arc<UdpSocket>, inbox: Sender<Came>, side: impl Fn() -> Side) {
    let mut buffer = [0; LONGEST];
    loop {
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            tokio::time::sleep(AFTER_FAILURE).await;
            continue;
        };
        let came = Came {
            bytes: buffer[..length].into(),
            from,
            at: side(),
        };
        if inbox.send(came).await.is_err() {
            return;
        }
    }
}

/// Elsewhere loopback is one address.
#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::{Place, Relay};
    use link::Way;
    use std::net::{Ipv4Addr, UdpSocket};

    #[tokio::test]
    async fn a_packet_and_its_answer_go_through() {
        let [sfu, browser] =
            [2, 3].map(|n| UdpSocket::bind((Ipv4Addr::new(127, 0, 0, n), 0)).expect("it is free"));
        let port = |socket: &UdpSocket| socket.local_addr().expect("it has an address").port();
        let (sfu_port, browser_port) = (port(&sfu), port(&browser));
        let place = Place {
            at: Ipv4Addr::new(127, 0, 0, 4),
            to: Ipv4Addr::new(127, 0, 0, 2),
            first: sfu_port,
            last: sfu_port,
        };
        let mut relay = Relay::open(&place).expect("no other has this address");
        let mut buffer = [0; 16];
        browser
            .send_to(b"up", (place.at, sfu_port))
            .expect("it is there");
        let (whose, way, packet) = relay.next().await.expect("there is room");
        assert_eq!((whose, way), (browser_port, Way::Up));
        packet.go_on().await;
        let (length, from) = sfu.recv_from(&mut buffer).expect("it came");
        assert_eq!(&buffer[..length], b"up");
        sfu.send_to(b"down", from).expect("it is there");
        let (whose, way, packet) = relay.next().await.expect("there is room");
        assert_eq!((whose, way), (browser_port, Way::Down));
        packet.go_on().await;
        let (length, from) = browser.recv_from(&mut buffer).expect("it came");
        assert_eq!(&buffer[..length], b"down");
        assert_eq!(from, (place.at, sfu_port).into(), "as by the SFU itself");
    }
}
