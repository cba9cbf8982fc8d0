//! A message that isn't whole yet: what each stream brought of it, and whose together were tried and
//! are no message.

use std::collections::{BTreeMap, BTreeSet};

use super::{effort::Purse, fragments::Source, repair};
use crate::{
    time::Instant,
    wire::{MessageId, WireError},
};

/// Streams that may have a part in one message.
const MAX_SOURCES: usize = 64;

/// Sources of a message, each by a bit.
type Sources = u64;

/// Which fragments there are, each by a bit.
#[derive(Clone, Copy, Default)]
struct Indices([u64; 4]);

impl Indices {
    fn add(&mut self, index: u8) {
        self.0[usize::from(index / 64)] |= 1 << (index % 64);
    }

    fn union(self, other: Self) -> Self {
        Self(std::array::from_fn(|place| self.0[place] | other.0[place]))
    }

    fn len(self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    fn iter(self) -> impl Iterator<Item = u8> {
        (0..=u8::MAX).filter(move |index| self.0[usize::from(index / 64)] & 1 << (index % 64) != 0)
    }
}

struct Part {
    source: Source,
    fragments: BTreeMap<u8, Vec<u8>>,
    indices: Indices,
}

impl Part {
    fn of(source: Source) -> Self {
        Self {
            source,
            fragments: BTreeMap::new(),
            indices: Indices::default(),
        }
    }

    /// With what it costs to hold a fragment, however short.
    fn held(&self) -> usize {
        let fragments = self.fragments.values();
        fragments.map(|fragment| fragment.len() + 64).sum()
    }
}

/// See the module's text.
pub struct Partial {
    pub since: Instant,
    count: u16,
    parts: Vec<Part>,
    vain: BTreeSet<Sources>,
}

impl Partial {
    pub fn new(since: Instant, count: u16) -> Self {
        Self {
            since,
            count,
            parts: Vec::new(),
            vain: BTreeSet::new(),
        }
    }

    /// Takes a fragment; gives the message back when it was the last one missing.
    pub fn handle(
        &mut self,
        now: Instant,
        message: MessageId,
        source: Source,
        (index, fragment): (u8, &[u8]),
        purse: &mut Purse<'_>,
    ) -> Result<Option<Vec<u8>>, WireError> {
        let place = self.place(source).ok_or(WireError::TooLarge)?;
        let part = &mut self.parts[place];
        part.indices.add(index);
        let kept = part.fragments.entry(index);
        kept.or_insert_with(|| fragment.to_vec());
        self.finish(now, message, place, purse)
    }

    fn place(&mut self, source: Source) -> Option<usize> {
        let known = self.parts.iter().position(|part| part.source == source);
        if known.is_some() {
            return known;
        }
        let empty = self.parts.iter().position(|part| part.fragments.is_empty());
        match empty {
            Some(place) => self.parts[place] = Part::of(source),
            None if self.parts.len() < MAX_SOURCES => self.parts.push(Part::of(source)),
            None => return None,
        }
        empty.or(Some(self.parts.len() - 1))
    }

    pub fn has(&self, source: Source) -> bool {
        let mut parts = self.parts.iter();
        parts.any(|part| part.source == source && !part.fragments.is_empty())
    }

    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|part| part.fragments.is_empty())
    }

    /// How many bytes are held, of whom.
    pub fn held(&self) -> impl Iterator<Item = (Source, usize)> {
        self.parts.iter().map(|part| (part.source, part.held()))
    }

    /// What a source brings from now on is judged anew.
    pub fn forget(&mut self, source: Source) {
        let place = self.parts.iter().position(|part| part.source == source);
        if let Some(place) = place {
            self.parts[place] = Part::of(source);
            self.vain.retain(|set| set & (1 << place) == 0);
        }
    }

    fn finish(
        &mut self,
        now: Instant,
        message: MessageId,
        place: usize,
        purse: &mut Purse<'_>,
    ) -> Result<Option<Vec<u8>>, WireError> {
        if !self.has_enough(self.all()) {
            return Ok(None);
        }
        for set in self.sets(place) {
            if self.vain.contains(&set) || !self.has_enough(set) {
                continue;
            }
            let is_mixed = set.count_ones() > 1;
            if !purse.pay(now, self.count, is_mixed) {
                return Err(WireError::TooLarge);
            }
            let whole = self.join(set);
            if let Some(whole) = whole.filter(|whole| message.fits(whole)) {
                purse.give_back();
                return Ok(Some(whole));
            }
            self.vain.insert(set);
            if !is_mixed {
                // It has all that it takes from one source, which so isn't honest, or was garbled.
                self.forget(self.parts[place].source);
                return Err(WireError::Malformed);
            }
        }
        Ok(None)
    }

    fn all(&self) -> Sources {
        let bits = (0..self.parts.len()).map(|place| 1 << place);
        bits.fold(0, |all, bit: Sources| all | bit)
    }

    /// What the tries in vain cost.
    #[cfg(test)]
    pub fn spent(&self) -> u64 {
        self.vain.len() as u64 * u64::from(self.count) * u64::from(self.count)
    }

    /// Whom the message may be of, now that one of them brought something: that one alone, all, two, or
    /// all but one, so that nobody else spoils it.
    fn sets(&self, place: usize) -> impl Iterator<Item = Sources> + use<> {
        let (all, one): (_, Sources) = (self.all(), 1 << place);
        let bits = (0..self.parts.len()).map(|place| 1 << place);
        let others = bits.filter(move |other| *other != one);
        let fewer = others.flat_map(move |other| [one | other, all & !other]);
        [one, all].into_iter().chain(fewer)
    }

    fn of(&self, set: Sources) -> impl Iterator<Item = &Part> {
        let parts = self.parts.iter().enumerate();
        let parts = parts.filter(move |(place, _)| set & (1 << place) != 0);
        parts.map(|(_, part)| part)
    }

    fn indices(&self, set: Sources) -> Indices {
        let indices = self.of(set).map(|part| part.indices);
        indices.fold(Indices::default(), Indices::union)
    }

    fn has_enough(&self, set: Sources) -> bool {
        self.indices(set).len() >= u32::from(self.count)
    }

    /// The message that as many fragments of these sources make, the first ones.
    fn join(&self, set: Sources) -> Option<Vec<u8>> {
        let indices = self.indices(set).iter().take(self.count.into());
        let first = |index| self.of(set).find_map(|part| part.fragments.get(&index));
        let fragments = indices.map(|index| Some((index.into(), &first(index)?[..])));
        let fragments: BTreeMap<u16, &[u8]> = fragments.collect::<Option<_>>()?;
        if fragments.range(self.count..).next().is_some() {
            return repair::message(self.count, &fragments);
        }
        let fragments: Vec<_> = fragments.into_values().collect();
        Some(fragments.concat())
    }
}
