//! Cutting messages into packets and putting them together again. What one link can make us hold
//! is bounded in messages, in bytes and in time.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use crate::{
    time::Instant,
    wire::{MAX_MESSAGE, MessageId, Packet, WireError},
};

/// How much of a message a packet carries; with its header it stays far below the 64 KiB at
/// which data channels of some SFUs lose messages silently.
pub const FRAGMENT: usize = 16 * 1024;

const MAX_FRAGMENTS: usize = MAX_MESSAGE / FRAGMENT;
const MAX_PARTIAL: usize = 8;
const PATIENCE: Duration = Duration::from_secs(10);

/// A message that was whole this recently is not begun again by a fragment that comes twice.
const ECHO: Duration = Duration::from_millis(250);
const MAX_DONE: usize = 16;

/// Cuts a message into packets.
pub fn cut(message: &[u8]) -> Vec<Vec<u8>> {
    let id = MessageId::of(message);
    let count = u16::try_from(message.len().div_ceil(FRAGMENT).max(1))
        .expect("the messages we send are far below a gigabyte");
    let fragment = |index: u16| {
        let start = usize::from(index) * FRAGMENT;
        &message[start..message.len().min(start + FRAGMENT)]
    };
    (0..count)
        .map(|index| {
            Packet {
                message: id,
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
    count: u16,
    fragments: BTreeMap<u16, Vec<u8>>,
}

/// The messages of one link that are not yet whole.
#[derive(Default)]
pub struct Reassembly {
    partial: BTreeMap<MessageId, Partial>,
    done: VecDeque<(MessageId, Instant)>,
}

impl Reassembly {
    /// Takes a packet; gives the message back when it was the last one missing.
    pub fn handle(
        &mut self,
        now: Instant,
        packet: Packet<'_>,
    ) -> Result<Option<Vec<u8>>, WireError> {
        let Packet {
            message,
            index,
            count,
            fragment,
        } = packet;
        if usize::from(count) > MAX_FRAGMENTS || fragment.len() > FRAGMENT {
            return Err(WireError::TooLarge);
        }
        if count == 1 {
            return checked(message, fragment.to_vec()).map(Some);
        }
        self.forget_stale(now);
        if self.done.iter().any(|(id, _)| *id == message) {
            return Ok(None);
        }
        self.make_room(message);
        let partial = self.partial.entry(message).or_insert_with(|| Partial {
            since: now,
            count,
            fragments: BTreeMap::new(),
        });
        if partial.count != count {
            return Err(WireError::Malformed);
        }
        let fragment = fragment.to_vec();
        partial.fragments.entry(index).or_insert(fragment);
        if partial.fragments.len() < usize::from(count) {
            return Ok(None);
        }
        self.finish(now, message)
    }

    fn finish(&mut self, now: Instant, message: MessageId) -> Result<Option<Vec<u8>>, WireError> {
        let Some(partial) = self.partial.remove(&message) else {
            return Ok(None);
        };
        let whole = checked(message, partial.join())?;
        if self.done.len() >= MAX_DONE {
            self.done.pop_front();
        }
        self.done.push_back((message, now));
        Ok(Some(whole))
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
        self.done.retain(|(_, at)| now.since(*at) < ECHO);
    }

    fn make_room(&mut self, message: MessageId) {
        if self.partial.len() < MAX_PARTIAL || self.partial.contains_key(&message) {
            return;
        }
        let oldest = self.partial.iter().min_by_key(|(_, partial)| partial.since);
        if let Some(oldest) = oldest.map(|(id, _)| *id) {
            self.partial.remove(&oldest);
        }
    }
}

/// W10: what was put together must be what its id says.
fn checked(id: MessageId, message: Vec<u8>) -> Result<Vec<u8>, WireError> {
    if MessageId::of(&message) == id {
        Ok(message)
    } else {
        Err(WireError::Malformed)
    }
}

impl Partial {
    /// With what it costs to hold a fragment, however short.
    fn held(&self) -> usize {
        let fragments = self.fragments.values();
        fragments.map(|fragment| fragment.len() + 64).sum()
    }

    fn join(self) -> Vec<u8> {
        let fragments: Vec<_> = self.fragments.into_values().collect();
        fragments.concat()
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
        let mut packets = cut(&message());
        packets.reverse();
        packets.insert(1, packets[0].clone());
        let results = feed(&mut Reassembly::default(), &packets);
        assert_eq!(results.iter().flatten().count(), 1);
        assert_eq!(results.last(), Some(&Some(message())));
    }

    #[test]
    fn what_was_sent_twice_adds_up() {
        let packets = cut(&message());
        let mut reassembly = Reassembly::default();
        assert_eq!(feed(&mut reassembly, &packets[..1]), [None]);
        assert_eq!(
            feed(&mut reassembly, &packets[1..]),
            [None, Some(message())]
        );
    }

    #[test]
    fn a_fragment_of_a_finished_message_begins_nothing() {
        let packets = cut(&message());
        let mut reassembly = Reassembly::default();
        feed(&mut reassembly, &packets);
        assert_eq!(feed(&mut reassembly, &packets[..1]), [None]);
        assert!(reassembly.partial.is_empty());
        let again = Packet::parse(&packets[0]).expect("our own packet");
        reassembly.handle(Instant(250), again).expect("in bounds");
        assert_eq!(reassembly.partial.len(), 1);
    }

    #[test]
    fn w10_a_message_that_is_not_what_its_id_says_is_refused() {
        let mut packets = cut(&message());
        *packets[1].last_mut().expect("bytes") ^= 1;
        let mut reassembly = Reassembly::default();
        let outcomes: Vec<_> = packets
            .iter()
            .map(|bytes| reassembly.handle(Instant(0), Packet::parse(bytes).expect("a packet")))
            .collect();
        assert_eq!(outcomes, [Ok(None), Ok(None), Err(WireError::Malformed)]);
    }

    #[test]
    fn an_empty_message_is_one_packet() {
        let results = feed(&mut Reassembly::default(), &cut(&[]));
        assert_eq!(results, [Some(vec![])]);
    }

    #[test]
    fn what_never_completes_is_forgotten() {
        let mut reassembly = Reassembly::default();
        for number in 0..1000u16 {
            let other = [message(), number.to_be_bytes().to_vec()].concat();
            feed(&mut reassembly, &cut(&other)[..1]);
        }
        assert_eq!(reassembly.partial.len(), MAX_PARTIAL);
        let packets = cut(&message());
        let late = Packet::parse(&packets[0]).expect("our own packet");
        reassembly
            .handle(Instant(60_000), late)
            .expect("within bounds");
        assert_eq!(reassembly.partial.len(), 1);
    }

    #[test]
    fn a_message_over_the_bounds_is_refused_at_its_first_packet() {
        let huge = Packet {
            message: MessageId([1; 8]),
            index: 0,
            count: u16::MAX,
            fragment: &[0; 10],
        };
        let fat = Packet {
            message: MessageId([1; 8]),
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
            message: MessageId([1; 8]),
            index: 0,
            count: 3,
            fragment: b"a",
        };
        let other = Packet {
            message: MessageId([1; 8]),
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
