//! The mesh carrier: one data channel on each of the page's peer connections, each ending at one
//! other participant. A broadcast is a copy on every open channel.

use std::collections::{BTreeMap, VecDeque};

use super::{
    Audience, Carrier, Owner,
    fragments::{Reassembly, cut},
};
use crate::{
    bucket::Bucket,
    ids::ConnectionId,
    time::Instant,
    wire::{Packet, WireError},
};

/// Open channels that are served at once; a page that opens more gets silence on the rest.
pub const MAX_LINKS: usize = 512;

/// W9: bytes that are held for unfinished messages, over all channels.
pub const MAX_HELD: usize = 16 * 1024 * 1024;

/// W7: packets of one channel.
const PACKETS_BURST: u64 = 400;
const PACKETS_PER_SECOND: u64 = 200;
/// Packets of all channels together...
const ALL_BURST: u64 = 2_000;
const ALL_PER_SECOND: u64 = 1_000;
/// ...but for so many of each that somebody was heard on, whatever comes on others.
const SHARE_BURST: u64 = 8;
const SHARE_PER_SECOND: u64 = 2;

struct Link {
    reassembly: Reassembly,
    allowance: Bucket,
    share: Bucket,
}

/// See the module's text.
pub struct MeshCarrier {
    links: BTreeMap<ConnectionId, Link>,
    allowance: Bucket,
    outgoing: VecDeque<(ConnectionId, Vec<u8>)>,
}

impl Default for MeshCarrier {
    fn default() -> Self {
        Self {
            links: BTreeMap::new(),
            allowance: Bucket::new(Instant(0), ALL_BURST, ALL_PER_SECOND),
            outgoing: VecDeque::new(),
        }
    }
}

impl MeshCarrier {
    /// A channel opened. False when there are too many already.
    pub fn open(&mut self, now: Instant, link: ConnectionId) -> bool {
        if self.links.len() >= MAX_LINKS {
            return false;
        }
        self.links.insert(
            link,
            Link {
                reassembly: Reassembly::default(),
                allowance: Bucket::new(now, PACKETS_BURST, PACKETS_PER_SECOND),
                share: Bucket::new(now, SHARE_BURST, SHARE_PER_SECOND),
            },
        );
        true
    }

    /// A channel closed.
    pub fn close(&mut self, link: ConnectionId) {
        self.links.remove(&link);
        self.outgoing.retain(|(to, _)| *to != link);
    }
}

impl MeshCarrier {
    /// Whoever makes us hold the most loses it first.
    fn bound(&mut self) {
        let held: usize = self.links.values().map(|link| link.reassembly.held()).sum();
        if held <= MAX_HELD {
            return;
        }
        let greediest = self
            .links
            .values_mut()
            .max_by_key(|link| link.reassembly.held());
        if let Some(link) = greediest {
            link.reassembly.clear();
        }
    }
}

impl Carrier for MeshCarrier {
    fn handle_packet(
        &mut self,
        now: Instant,
        link: ConnectionId,
        owner: Owner,
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, WireError> {
        let link = self.links.get_mut(&link).ok_or(WireError::NotOurs)?;
        let is_taken = link.allowance.take(now, 1)
            && (owner == Owner::Somebody && link.share.take(now, 1) || self.allowance.take(now, 1));
        if !is_taken {
            return Err(WireError::TooLarge);
        }
        let packet = Packet::parse(bytes)?;
        let whole = packet.count == 1;
        let message = link.reassembly.handle(now, None, packet);
        if !whole {
            self.bound();
        }
        message
    }

    fn expire(&mut self, now: Instant) {
        for link in self.links.values_mut() {
            link.reassembly.forget_stale(now);
        }
    }

    fn send(&mut self, message: &[u8], audience: &Audience) {
        let packets = cut(message);
        for link in self.links.keys().filter(|link| audience.has(**link)) {
            let copies = packets.iter().map(|packet| (*link, packet.clone()));
            self.outgoing.extend(copies);
        }
    }

    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.outgoing.pop_front()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::{carrier::FRAGMENT, ids::PageId};

    fn link(number: u32) -> ConnectionId {
        ConnectionId {
            page: PageId(1),
            number,
        }
    }

    fn drain(carrier: &mut MeshCarrier) -> Vec<(ConnectionId, Vec<u8>)> {
        std::iter::from_fn(|| carrier.poll_packet()).collect()
    }

    fn held(carrier: &MeshCarrier) -> usize {
        let links = carrier.links.values();
        links.map(|link| link.reassembly.held()).sum()
    }

    #[test]
    fn a_broadcast_goes_out_on_every_open_link() {
        let mut carrier = MeshCarrier::default();
        carrier.open(Instant(0), link(1));
        carrier.open(Instant(0), link(2));
        carrier.send(b"hello", &Audience::Everyone);
        let to: Vec<_> = drain(&mut carrier).into_iter().map(|(to, _)| to).collect();
        assert_eq!(to, [link(1), link(2)]);
    }

    #[test]
    fn a_closed_link_gets_nothing_and_gives_nothing() {
        let mut carrier = MeshCarrier::default();
        carrier.open(Instant(0), link(1));
        carrier.send(b"hello", &Audience::Everyone);
        carrier.close(link(1));
        assert_eq!(drain(&mut carrier), []);
        assert_eq!(
            carrier.handle_packet(Instant(0), link(1), Owner::Nobody, b"x"),
            Err(WireError::NotOurs)
        );
    }

    #[test]
    fn a_flood_is_cut_off_on_its_own_link_only() {
        let mut carrier = MeshCarrier::default();
        carrier.open(Instant(0), link(1));
        carrier.open(Instant(0), link(2));
        let packet = &cut(b"x")[0];
        let mut is_taken = |now, number| {
            let taken = carrier.handle_packet(Instant(now), link(number), Owner::Nobody, packet);
            taken.is_ok()
        };
        assert_eq!((0..10_000).filter(|_| is_taken(0, 1)).count(), 400);
        assert!(is_taken(0, 2));
        let later = (0..10_000).filter(|_| is_taken(1000, 1)).count();
        assert_eq!(later, 200, "a second later");
    }

    #[test]
    fn w7_floods_on_many_links_are_cut_off_and_who_has_a_channel_is_heard() {
        let mut carrier = MeshCarrier::default();
        (0..512).for_each(|number| assert!(carrier.open(Instant(0), link(number))));
        let packet = &cut(b"x")[0];
        let mut taken = |now, number, owner| {
            let taken = |_: &_| {
                let taken = carrier.handle_packet(Instant(now), link(number), owner, packet);
                taken.is_ok()
            };
            (0..400).filter(taken).count()
        };
        let mut flood = |now| -> usize {
            let strangers = (12..512).map(|number| taken(now, number, Owner::Nobody));
            let taken_of_strangers = strangers.sum();
            let owned = (0..12).map(|number| taken(now, number, Owner::Somebody));
            assert!(owned.min() >= Some(2), "at {now}");
            taken_of_strangers
        };
        assert_eq!(
            [flood(0), flood(1_000), flood(2_000)],
            [2_000, 1_000, 1_000]
        );
    }

    #[test]
    fn what_all_links_together_make_us_hold_is_bounded_and_forgotten_in_time() {
        let mut carrier = MeshCarrier::default();
        let message = vec![7; 400 * 1024];
        for number in 0..100 {
            carrier.open(Instant(0), link(number));
            let packets = cut(&message);
            for packet in &packets[1..] {
                let _ = carrier.handle_packet(Instant(0), link(number), Owner::Nobody, packet);
            }
        }
        assert!(held(&carrier) > 0 && held(&carrier) <= MAX_HELD);
        carrier.expire(Instant(10_000));
        assert_eq!(held(&carrier), 0);
    }

    #[test]
    fn w9_whoever_makes_us_hold_the_most_loses_it_and_nobody_else() {
        let mut carrier = MeshCarrier::default();
        let (modest, greedy) = (cut(&[1; FRAGMENT + 1]), cut(&[2; 400 * 1024]));
        (0..100).for_each(|number| assert!(carrier.open(Instant(0), link(number))));
        let first = carrier.handle_packet(Instant(0), link(0), Owner::Nobody, &modest[0]);
        assert_eq!(first, Ok(None));
        for number in 1..100 {
            let now = Instant(u64::from(number) * 30);
            for packet in &greedy[1..] {
                let held = carrier.handle_packet(now, link(number), Owner::Nobody, packet);
                assert_eq!(held, Ok(None));
            }
        }
        let held = held(&carrier);
        assert!(held > MAX_HELD - 400 * 1024, "one at a time: {held}");
        let whole = carrier.handle_packet(Instant(3_000), link(0), Owner::Nobody, &modest[1]);
        assert_eq!(whole, Ok(Some(vec![1; FRAGMENT + 1])));
    }

    #[test]
    fn links_are_bounded() {
        let mut carrier = MeshCarrier::default();
        let opened = (0..2000)
            .filter(|number| carrier.open(Instant(0), link(*number)))
            .count();
        assert_eq!(opened, MAX_LINKS);
    }
}
