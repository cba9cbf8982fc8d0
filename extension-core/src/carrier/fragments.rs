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
            let fits = message.fits(fragment).then(|| fragment.to_vec());
            return fits.map(Some).ok_or(WireError::Malformed);
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
#[cfg(test)]
mod tests;
