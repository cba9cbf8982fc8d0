//! Cutting messages into packets and putting them together again. What one link can make us hold
//! is bounded in messages, in bytes and in time.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::{rate::Bucket, repair};
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

/// Repairs that come to nothing: each costs as much as one that does.
const VAIN_BURST: u64 = 8;
const VAIN_PER_SECOND: u64 = 4;

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
pub struct Reassembly {
    most: usize,
    partial: BTreeMap<MessageId, Partial>,
    done: VecDeque<(MessageId, Instant)>,
    vain: Bucket,
}

impl Default for Reassembly {
    fn default() -> Self {
        Self::of(MAX_PARTIAL)
    }
}

impl Reassembly {
    /// For so many unfinished messages at once.
    pub fn of(most: usize) -> Self {
        Self {
            most,
            partial: BTreeMap::new(),
            done: VecDeque::new(),
            vain: Bucket::new(Instant(0), VAIN_BURST, VAIN_PER_SECOND),
        }
    }

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
        let mut vain = self.vain;
        if partial.is_repaired_by(index) && !vain.take(now, 1) {
            return Err(WireError::TooLarge);
        }
        let fragment = fragment.to_vec();
        partial.fragments.entry(index).or_insert(fragment);
        if partial.fragments.len() < usize::from(count) {
            return Ok(None);
        }
        let finished = self.finish(now, message);
        if finished.is_err() {
            self.vain = vain;
        }
        finished
    }

    fn finish(&mut self, now: Instant, message: MessageId) -> Result<Option<Vec<u8>>, WireError> {
        let Some(partial) = self.partial.remove(&message) else {
            return Ok(None);
        };
        let whole = partial.join().ok_or(WireError::Malformed)?;
        let whole = checked(message, whole)?;
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
        if self.partial.len() < self.most || self.partial.contains_key(&message) {
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

    /// Whether a fragment is the last one missing, and pieces have to be computed then.
    fn is_repaired_by(&self, index: u16) -> bool {
        let is_last = self.fragments.len() + 1 == usize::from(self.count);
        let mut repairs = self.fragments.range(self.count..);
        is_last
            && !self.fragments.contains_key(&index)
            && (index >= self.count || repairs.next().is_some())
    }

    fn join(self) -> Option<Vec<u8>> {
        if self.fragments.range(self.count..).next().is_some() {
            return repair::message(self.count, &self.fragments);
        }
        let fragments: Vec<_> = self.fragments.into_values().collect();
        Some(fragments.concat())
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

    /// A message of its own, as long as [`message`].
    fn other(number: u8) -> Vec<u8> {
        let mut other = message();
        other[..2].copy_from_slice(&[number, 251]);
        other
    }

    fn feed(reassembly: &mut Reassembly, packets: &[Vec<u8>]) -> Vec<Option<Vec<u8>>> {
        feed_at(Instant(0), reassembly, packets)
    }

    fn feed_at(
        now: Instant,
        reassembly: &mut Reassembly,
        packets: &[Vec<u8>],
    ) -> Vec<Option<Vec<u8>>> {
        let packets = packets
            .iter()
            .map(|bytes| Packet::parse(bytes).expect("our own packet"));
        packets
            .map(|packet| reassembly.handle(now, packet).expect("within bounds"))
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
        let mut again = |now| {
            let again = Packet::parse(&packets[0]).expect("our own packet");
            reassembly.handle(Instant(now), again).expect("in bounds");
            reassembly.partial.len()
        };
        assert_eq!([again(249), again(250)], [0, 1]);
    }

    #[test]
    fn w11_of_the_messages_that_were_whole_the_last_sixteen_are_remembered() {
        let mut reassembly = Reassembly::default();
        let messages: Vec<_> = (0..17).map(|number| cut(&other(number))).collect();
        for packets in &messages {
            feed(&mut reassembly, packets);
        }
        feed(&mut reassembly, &messages[1][..1]);
        assert!(reassembly.partial.is_empty());
        feed(&mut reassembly, &messages[0][..1]);
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
    fn w6_of_more_than_eight_that_wait_the_oldest_is_forgotten() {
        let mut reassembly = Reassembly::default();
        let messages: Vec<_> = (0..9).map(|number| cut(&other(number))).collect();
        for (now, packets) in (0..).zip(&messages) {
            feed_at(Instant(now), &mut reassembly, &packets[..1]);
        }
        for (number, packets) in messages.iter().enumerate().rev() {
            let rest = feed_at(Instant(9), &mut reassembly, &packets[1..]);
            assert_eq!(rest[1].is_some(), number > 0, "message {number}");
        }
    }

    #[test]
    fn w6_what_is_not_complete_after_ten_seconds_is_forgotten() {
        let packets = cut(&message());
        let completes = |now| {
            let mut reassembly = Reassembly::default();
            feed(&mut reassembly, &packets[..1]);
            let rest = feed_at(Instant(now), &mut reassembly, &packets[1..]);
            rest[1].is_some()
        };
        assert_eq!([completes(9_999), completes(10_000)], [true, false]);
    }

    #[test]
    fn w4_a_message_over_the_bounds_is_refused_at_its_first_packet() {
        let fat = [0; FRAGMENT + 1];
        let mut reassembly = Reassembly::default();
        let mut first = |count, fragment| {
            let packet = Packet {
                message: MessageId::of(fragment),
                index: 0,
                count,
                fragment,
            };
            let outcome = reassembly.handle(Instant(0), packet);
            (outcome, reassembly.partial.len())
        };
        let refused = (Err(WireError::TooLarge), 0);
        assert_eq!(first(u16::MAX, &fat[..10]), refused);
        assert_eq!(first(257, &fat[..10]), refused);
        assert_eq!(first(2, &fat), refused);
        assert_eq!(first(1, &fat), refused);
        assert_eq!(first(256, &fat[1..]), (Ok(None), 1));
    }

    #[test]
    fn w5_of_fragments_that_contradict_each_other_the_later_ones_are_refused() {
        let packets = cut(&message());
        let mut reassembly = Reassembly::default();
        assert_eq!(feed(&mut reassembly, &packets[..1]), [None]);
        let liar = Packet {
            message: MessageId::of(&message()),
            index: 1,
            count: 5,
            fragment: b"b",
        };
        let refused = reassembly.handle(Instant(0), liar);
        assert_eq!(refused, Err(WireError::Malformed));
        let rest = feed(&mut reassembly, &packets[1..]);
        assert_eq!(rest, [None, Some(message())]);
    }
}
