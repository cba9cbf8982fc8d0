//! Cutting messages into packets and putting them together again. What one link can make us hold
//! is bounded in messages, in bytes and in time.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    time::Instant,
    wire::{MAX_MESSAGE, Packet, WireError},
};

/// How much of a message a packet carries; with its header it stays far below the 64 KiB at
/// which data channels of some SFUs lose messages silently.
pub const FRAGMENT: usize = 16 * 1024;

const MAX_FRAGMENTS: usize = MAX_MESSAGE / FRAGMENT;
const MAX_PARTIAL: usize = 8;
const PATIENCE: Duration = Duration::from_secs(10);

/// Cuts a message into packets.
pub fn cut(number: u32, message: &[u8]) -> Vec<Vec<u8>> {
    let count = u16::try_from(message.len().div_ceil(FRAGMENT).max(1))
        .expect("the messages we send are far below a gigabyte");
    let fragment = |index: u16| {
        let start = usize::from(index) * FRAGMENT;
        &message[start..message.len().min(start + FRAGMENT)]
    };
    (0..count)
        .map(|index| {
            Packet {
                message: number,
                index,
                count,
                fragment: fragment(index),
            }
            .to_bytes()
        })
        .collect()
}

struct Partial {
    since: Instant,
    missing: usize,
    fragments: Vec<Option<Vec<u8>>>,
}

/// The messages of one link that are not yet whole.
#[derive(Default)]
pub struct Reassembly {
    partial: BTreeMap<u32, Partial>,
}

impl Reassembly {
    /// Takes a packet; gives the message back when it was the last one missing.
    pub fn handle(
        &mut self,
        now: Instant,
        packet: Packet<'_>,
    ) -> Result<Option<Vec<u8>>, WireError> {
        let count = usize::from(packet.count);
        if count > MAX_FRAGMENTS || packet.fragment.len() > FRAGMENT {
            return Err(WireError::TooLarge);
        }
        if count == 1 {
            return Ok(Some(packet.fragment.to_vec()));
        }
        self.forget_stale(now);
        self.make_room(packet.message);
        let partial = self
            .partial
            .entry(packet.message)
            .or_insert_with(|| Partial {
                since: now,
                missing: count,
                fragments: vec![None; count],
            });
        if partial.fragments.len() != count {
            return Err(WireError::Malformed);
        }
        let slot = &mut partial.fragments[usize::from(packet.index)];
        if slot.is_none() {
            *slot = Some(packet.fragment.to_vec());
            partial.missing -= 1;
        }
        if partial.missing > 0 {
            return Ok(None);
        }
        Ok(self.partial.remove(&packet.message).map(Partial::join))
    }

    /// Bytes that are held for messages that aren't whole yet.
    pub fn held(&self) -> usize {
        self.partial.values().map(Partial::held).sum()
    }

    /// Forgets all of it.
    pub fn clear(&mut self) {
        self.partial.clear();
    }

    /// Forgets what was begun too long ago.
    pub fn forget_stale(&mut self, now: Instant) {
        self.partial
            .retain(|_, partial| now.since(partial.since) < PATIENCE);
    }

    fn make_room(&mut self, message: u32) {
        if self.partial.len() < MAX_PARTIAL || self.partial.contains_key(&message) {
            return;
        }
        let oldest = self.partial.iter().min_by_key(|(_, partial)| partial.since);
        if let Some(oldest) = oldest.map(|(number, _)| *number) {
            self.partial.remove(&oldest);
        }
    }
}

impl Partial {
    fn held(&self) -> usize {
        self.fragments.iter().flatten().map(Vec::len).sum()
    }

    fn join(self) -> Vec<u8> {
        self.fragments.into_iter().flatten().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn message() -> Vec<u8> {
        (0..FRAGMENT * 2 + 100).map(|n| (n % 251) as u8).collect()
    }

    fn feed(reassembly: &mut Reassembly, packets: &[Vec<u8>]) -> Vec<Option<Vec<u8>>> {
        packets
            .iter()
            .map(|bytes| {
                let packet = Packet::parse(bytes).expect("our own packet");
                reassembly
                    .handle(Instant(0), packet)
                    .expect("within bounds")
            })
            .collect()
    }

    #[test]
    fn a_message_survives_reordering_and_duplication() {
        let mut packets = cut(1, &message());
        packets.reverse();
        packets.insert(1, packets[0].clone());
        let results = feed(&mut Reassembly::default(), &packets);
        assert_eq!(results.iter().flatten().count(), 1);
        assert_eq!(results.last(), Some(&Some(message())));
    }

    #[test]
    fn an_empty_message_is_one_packet() {
        let results = feed(&mut Reassembly::default(), &cut(1, &[]));
        assert_eq!(results, [Some(vec![])]);
    }

    #[test]
    fn what_never_completes_is_forgotten() {
        let mut reassembly = Reassembly::default();
        for number in 0..1000 {
            feed(&mut reassembly, &cut(number, &message())[..1]);
        }
        assert_eq!(reassembly.partial.len(), MAX_PARTIAL);
        let packets = cut(5000, &message());
        let late = Packet::parse(&packets[0]).expect("our own packet");
        reassembly
            .handle(Instant(60_000), late)
            .expect("within bounds");
        assert_eq!(reassembly.partial.len(), 1);
    }

    #[test]
    fn a_message_over_the_bounds_is_refused_at_its_first_packet() {
        let huge = Packet {
            message: 1,
            index: 0,
            count: u16::MAX,
            fragment: &[0; 10],
        };
        let fat = Packet {
            message: 1,
            index: 0,
            count: 2,
            fragment: &[0; FRAGMENT + 1],
        };
        let mut reassembly = Reassembly::default();
        assert_eq!(
            reassembly.handle(Instant(0), huge),
            Err(WireError::TooLarge)
        );
        assert_eq!(reassembly.handle(Instant(0), fat), Err(WireError::TooLarge));
        assert!(reassembly.partial.is_empty());
    }

    #[test]
    fn fragments_that_contradict_each_other_are_refused() {
        let mut reassembly = Reassembly::default();
        let first = Packet {
            message: 1,
            index: 0,
            count: 3,
            fragment: b"a",
        };
        let other = Packet {
            message: 1,
            index: 4,
            count: 5,
            fragment: b"b",
        };
        assert_eq!(reassembly.handle(Instant(0), first), Ok(None));
        assert_eq!(
            reassembly.handle(Instant(0), other),
            Err(WireError::Malformed)
        );
    }
}
