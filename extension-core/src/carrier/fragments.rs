//! Cutting messages into packets and putting them together again. What one link can make us hold
//! is bounded in messages, in bytes and in time.

use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use super::{effort::Effort, partial::Partial};
use crate::{
    ids::StreamId,
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

/// Where a fragment came from: the stream that brought it. On a link there is but one source.
pub type Source = Option<StreamId>;

/// The messages of one link, or of a room, that are not yet whole.
pub struct Reassembly {
    most: usize,
    partial: BTreeMap<(MessageId, u16), Partial>,
    done: VecDeque<(MessageId, Instant)>,
    effort: Effort,
}

impl Default for Reassembly {
    fn default() -> Self {
        Self::of(MAX_PARTIAL)
    }
}

impl Reassembly {
    /// For so many unfinished messages of each source at once.
    pub fn of(most: usize) -> Self {
        Self {
            most,
            partial: BTreeMap::new(),
            done: VecDeque::new(),
            effort: Effort::default(),
        }
    }

    /// Takes a packet; gives the message back when it was the last one missing.
    pub fn handle(
        &mut self,
        now: Instant,
        source: Source,
        packet: Packet<'_>,
    ) -> Result<Option<Vec<u8>>, WireError> {
        let Packet {
            message,
            index,
            count,
            fragment,
        } = packet;
        let index = u8::try_from(index).map_err(|_| WireError::TooLarge)?;
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
        let key = (message, count);
        self.make_room(key, source);
        let partial = self.partial.entry(key);
        let partial = partial.or_insert_with(|| Partial::new(now, count));
        let mut purse = self.effort.purse(now, source);
        let finished = partial.handle(now, message, source, (index, fragment), &mut purse);
        if partial.is_empty() || matches!(finished, Ok(Some(_))) {
            self.partial.remove(&key);
        }
        if matches!(finished, Ok(Some(_))) {
            self.done.truncate(MAX_DONE - 1);
            self.done.push_front((message, now));
        }
        finished
    }

    /// Bytes that are held for messages that aren't whole yet.
    pub fn held(&self) -> usize {
        let held = self.partial.values().flat_map(Partial::held);
        held.map(|(_, held)| held).sum()
    }

    /// What was put together in vain, of messages that wait, cost.
    #[cfg(test)]
    pub fn spent(&self) -> u64 {
        self.partial.values().map(Partial::spent).sum()
    }

    /// Forgets all of it.
    pub fn clear(&mut self) {
        self.partial.clear();
    }

    /// Of more bytes than these, the source that we hold the most of loses it.
    pub fn bound(&mut self, most: usize) {
        if self.held() <= most {
            return;
        }
        let mut of: BTreeMap<Source, usize> = BTreeMap::new();
        for (source, held) in self.partial.values().flat_map(Partial::held) {
            *of.entry(source).or_default() += held;
        }
        let greediest = of.into_iter().max_by_key(|(_, held)| *held);
        if let Some((greediest, _)) = greediest {
            self.partial.retain(|_, partial| {
                partial.forget(greediest);
                !partial.is_empty()
            });
        }
    }

    /// Forgets what was begun too long ago.
    pub fn forget_stale(&mut self, now: Instant) {
        self.partial
            .retain(|_, partial| now.since(partial.since) < PATIENCE);
        self.done.retain(|(_, at)| now.since(*at) < ECHO);
        self.effort.forget_full(now);
    }

    fn make_room(&mut self, key: (MessageId, u16), source: Source) {
        let begun = self.partial.iter().filter(|(_, one)| one.has(source));
        let begun: Vec<_> = begun.map(|(key, partial)| (partial.since, *key)).collect();
        let is_new = begun.iter().all(|(_, known)| *known != key);
        let oldest = begun
            .iter()
            .min()
            .filter(|_| is_new && begun.len() >= self.most);
        if let Some((_, oldest)) = oldest {
            let partial = self.partial.get_mut(oldest);
            if partial.is_some_and(|one| {
                one.forget(source);
                one.is_empty()
            }) {
                self.partial.remove(oldest);
            }
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
            .map(|packet| reassembly.handle(now, None, packet).expect("within bounds"))
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
            reassembly
                .handle(Instant(now), None, again)
                .expect("in bounds");
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
            .map(|bytes| {
                reassembly.handle(Instant(0), None, Packet::parse(bytes).expect("a packet"))
            })
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
            .handle(Instant(60_000), None, late)
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
            let outcome = reassembly.handle(Instant(0), None, packet);
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
    fn w5_fragments_that_disagree_on_how_many_there_are_are_of_two_messages() {
        let packets = cut(&message());
        let mut reassembly = Reassembly::default();
        assert_eq!(feed(&mut reassembly, &packets[..1]), [None]);
        let liar = Packet {
            message: MessageId::of(&message()),
            index: 1,
            count: 5,
            fragment: b"b",
        };
        let apart = reassembly.handle(Instant(0), None, liar);
        assert_eq!(apart, Ok(None));
        let rest = feed(&mut reassembly, &packets[1..]);
        assert_eq!(rest, [None, Some(message())]);
    }
}
