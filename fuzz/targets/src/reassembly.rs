//! Packets on several channels over time: a message comes out as it was sent, or not at all.

use std::{collections::BTreeSet, sync::OnceLock, time::Duration};

use arbitrary::{Arbitrary, Unstructured};
use sotto_core::{
    carrier::{Audience, Carrier, FRAGMENT, MeshCarrier, Owner, cut},
    ids::{ConnectionId, PageId},
    time::Instant,
    wire::{MessageId, Packet},
};

const LINKS: u8 = 4;

#[derive(Debug, Arbitrary)]
enum Operation<'a> {
    Open {
        link: u8,
    },
    Close {
        link: u8,
    },
    Fragment {
        link: u8,
        message: u8,
        index: u8,
    },
    Changed {
        link: u8,
        message: u8,
        index: u8,
        at: u16,
        mask: u8,
    },
    Raw {
        link: u8,
        packet: &'a [u8],
    },
    Wait {
        milliseconds: u16,
    },
    Expire,
    Send {
        message: u8,
        link: u8,
    },
}

pub fn run(bytes: &[u8]) {
    let mut input = Unstructured::new(bytes);
    let mut mesh = Mesh::default();
    while let (false, Ok(operation)) = (input.is_empty(), Operation::arbitrary(&mut input)) {
        mesh.act(operation);
    }
}

/// Messages of 1, 2, 3 and 9 fragments, cut.
fn messages() -> &'static [Vec<Vec<u8>>] {
    static MESSAGES: OnceLock<Vec<Vec<Vec<u8>>>> = OnceLock::new();
    MESSAGES.get_or_init(|| {
        let sizes = [40, FRAGMENT + 1, FRAGMENT * 3, FRAGMENT * 9 - 5];
        sizes.map(|size| cut(&vec![size as u8; size])).into()
    })
}

fn message(number: u8) -> &'static [Vec<u8>] {
    &messages()[usize::from(number) % messages().len()]
}

fn fragment(number: u8, index: u8) -> Vec<u8> {
    let packets = message(number);
    packets[usize::from(index) % packets.len()].clone()
}

fn connection(link: u8) -> ConnectionId {
    ConnectionId {
        page: PageId(1),
        number: (link % LINKS).into(),
    }
}

#[derive(Default)]
struct Mesh {
    carrier: MeshCarrier,
    open: BTreeSet<ConnectionId>,
    now: Instant,
}

impl Mesh {
    fn act(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Open { link } => self.open(connection(link)),
            Operation::Close { link } => self.close(connection(link)),
            Operation::Fragment {
                link,
                message,
                index,
            } => {
                self.receive(link, &fragment(message, index));
            }
            Operation::Changed {
                link,
                message,
                index,
                at,
                mask,
            } => {
                let mut packet = fragment(message, index);
                let at = usize::from(at) % packet.len();
                packet[at] ^= mask;
                self.receive(link, &packet);
            }
            Operation::Raw { link, packet } => self.receive(link, packet),
            Operation::Wait { milliseconds } => {
                self.now = self.now + Duration::from_millis(milliseconds.into());
            }
            Operation::Expire => self.carrier.expire(self.now),
            Operation::Send { message, link } => self.send(message, connection(link)),
        }
    }

    fn open(&mut self, link: ConnectionId) {
        assert!(self.carrier.open(self.now, link));
        self.open.insert(link);
    }

    fn close(&mut self, link: ConnectionId) {
        self.carrier.close(link);
        self.open.remove(&link);
    }

    fn receive(&mut self, link: u8, packet: &[u8]) {
        let link = connection(link);
        let Ok(Some(whole)) = self
            .carrier
            .handle_packet(self.now, link, Owner::Nobody, packet)
        else {
            return;
        };
        assert!(self.open.contains(&link), "heard on a closed channel");
        let last = Packet::parse(packet).expect("it completed a message");
        assert_eq!(last.message, MessageId::of(&whole));
    }

    fn send(&mut self, number: u8, link: ConnectionId) {
        let packets = message(number);
        self.carrier
            .send(packets[0].as_slice(), &Audience::Everyone);
        let only = Audience::Links(BTreeSet::from([link]));
        self.carrier.send(packets[0].as_slice(), &only);
        let copies = self.open.len() + usize::from(self.open.contains(&link));
        let sent = std::iter::from_fn(|| self.carrier.poll_packet());
        assert_eq!(sent.count(), copies * cut(&packets[0]).len());
    }
}
