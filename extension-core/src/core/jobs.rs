//! The frames that are with WebCrypto, by number.

use crate::{
    ids::{Layer, StreamId},
    media::Ticket,
    tab::FormatNumber,
};

/// A frame's place while it is away. Each stream of a pump has one frame under way.
const MAX_JOBS: usize = 4096;

/// One of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobNumber(pub u32);

#[derive(Clone, Copy)]
pub struct Away {
    pub stream: StreamId,
    pub format: FormatNumber,
    pub layer: Layer,
    pub ticket: Ticket,
}

#[derive(Default)]
pub struct Jobs {
    away: Vec<Option<Away>>,
    count: usize,
}

impl Jobs {
    pub fn is_full(&self) -> bool {
        self.count >= MAX_JOBS
    }

    pub fn add(&mut self, away: Away) -> JobNumber {
        self.count += 1;
        let free = self.away.iter().position(Option::is_none);
        let place = free.unwrap_or_else(|| {
            self.away.push(None);
            self.away.len() - 1
        });
        self.away[place] = Some(away);
        JobNumber(place as u32)
    }

    pub fn get(&self, number: JobNumber) -> Option<Away> {
        *self.away.get(number.0 as usize)?
    }

    pub fn take(&mut self, number: JobNumber) -> Option<Away> {
        let away = self.away.get_mut(number.0 as usize)?.take()?;
        self.count -= 1;
        Some(away)
    }
}
