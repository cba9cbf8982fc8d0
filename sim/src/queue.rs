//! What is to happen, in order of virtual time; of equal times, in the order it was said.

use std::collections::BTreeMap;

use sotto_core::time::Instant;

/// Something that happens.
#[derive(Clone, Debug)]
pub enum Event {
    /// A packet arrives.
    Packet {
        from: usize,
        to: usize,
        bytes: Vec<u8>,
    },
    /// A participant meant to be called.
    Timer { who: usize },
    /// A participant's channel to another opens.
    Open { at: usize, other: usize },
    /// A participant's channel to another closes.
    Close { at: usize, other: usize },
    /// A hostile peer does something.
    Tick { who: usize },
    /// Somebody comes.
    Join,
    /// Something goes wrong.
    Fault,
    /// A partition ends.
    Heal,
    /// Somebody seals a frame, and everybody tries to open it.
    Probe,
}

impl Event {
    /// Whom it waits for, if they sleep.
    pub fn target(&self) -> Option<usize> {
        match self {
            Self::Packet { to: who, .. }
            | Self::Timer { who }
            | Self::Open { at: who, .. }
            | Self::Close { at: who, .. }
            | Self::Tick { who } => Some(*who),
            Self::Join | Self::Fault | Self::Heal | Self::Probe => None,
        }
    }
}

/// See the module's text.
#[derive(Default)]
pub struct Queue {
    events: BTreeMap<(Instant, u64), Event>,
    said: u64,
}

impl Queue {
    pub fn push(&mut self, at: Instant, event: Event) {
        self.said += 1;
        self.events.insert((at, self.said), event);
    }

    /// The next event, if it happens by `end`.
    pub fn pop(&mut self, end: Instant) -> Option<(Instant, Event)> {
        let next = self.events.first_entry()?;
        let (at, _) = *next.key();
        (at <= end).then(|| (at, next.remove()))
    }

    /// Forgets the faults that are still to come; what is under way stays.
    pub fn stop_faults(&mut self) {
        self.events
            .retain(|_, event| !matches!(event, Event::Fault | Event::Join | Event::Heal));
    }
}
