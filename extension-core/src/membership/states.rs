//! The states of a membership that exclude each other, each as a type: what it wishes, what it has
//! to say, and whether it has decided.

use std::time::Duration;

use super::DECISION_SPACING;
use crate::{
    ids::{GroupId, KeyPackageRef},
    time::Instant,
};

/// A key package of ours, and the group that it is to be added to.
#[derive(Clone, Hash)]
pub struct Offer<C> {
    pub candidate: C,
    pub reference: KeyPackageRef,
    pub target: GroupId,
    pub since: Instant,
    pub announced: Option<Instant>,
}

/// R10: whether we want to be in another group, or in ours anew.
#[derive(Clone, Default, Hash)]
pub enum Wish<C> {
    /// Where we are is where we stay.
    #[default]
    Content,
    /// We ask to be added.
    Seeking(Offer<C>),
    /// We don't ask any more, but the Welcome may be on its way.
    Sought(Offer<C>),
}

impl<C> Wish<C> {
    pub fn seeking(&self) -> Option<&Offer<C>> {
        match self {
            Self::Seeking(offer) => Some(offer),
            Self::Content | Self::Sought(_) => None,
        }
    }

    pub fn seeking_mut(&mut self) -> Option<&mut Offer<C>> {
        match self {
            Self::Seeking(offer) => Some(offer),
            Self::Content | Self::Sought(_) => None,
        }
    }

    /// What a Welcome may answer.
    pub fn offer(&self) -> Option<&Offer<C>> {
        match self {
            Self::Content => None,
            Self::Seeking(offer) | Self::Sought(offer) => Some(offer),
        }
    }

    /// True when we ask anew by what we had asked with before.
    pub fn revive(&mut self) -> bool {
        match std::mem::take(self) {
            Self::Sought(offer) => {
                let announced = None;
                *self = Self::Seeking(Offer { announced, ..offer });
                true
            }
            other => {
                *self = other;
                false
            }
        }
    }

    /// True when we ask no more.
    pub fn settle(&mut self, now: Instant, lasts: Duration) -> bool {
        let (offer, was_seeking) = match std::mem::take(self) {
            Self::Content => return false,
            Self::Seeking(offer) => (offer, true),
            Self::Sought(offer) => (offer, false),
        };
        if now.since(offer.since) < lasts {
            *self = Self::Sought(offer);
        }
        was_seeking
    }

    /// R19.
    pub fn handle_sleep(&mut self, slept: Duration) {
        if let Self::Seeking(offer) | Self::Sought(offer) = self {
            offer.since = offer.since + slept;
        }
    }
}

/// R1: what there is to say.
#[derive(Clone, Copy, Hash)]
pub enum Voice {
    /// Nothing was ever said.
    Unheard,
    /// All was, then.
    Rested(Instant),
    /// Not all was, then.
    News(Instant),
}

impl Voice {
    pub fn last(self) -> Option<Instant> {
        match self {
            Self::Unheard => None,
            Self::Rested(at) | Self::News(at) => Some(at),
        }
    }

    pub fn note_news(&mut self) {
        if let Self::Rested(at) = *self {
            *self = Self::News(at);
        }
    }
}

/// Whether the roster was asked since we learnt something.
#[derive(Clone, Copy, Hash)]
pub enum Mind {
    /// Never yet.
    Open,
    /// It was, then, and is to be asked again at a certain time.
    Decided { at: Instant, until: Option<Instant> },
    /// It wasn't.
    Stirred { at: Instant, until: Option<Instant> },
}

impl Mind {
    pub fn stir(&mut self) {
        if let Self::Decided { at, until } = *self {
            *self = Self::Stirred { at, until };
        }
    }

    pub fn decide(&mut self, now: Instant) {
        let until = self.until();
        *self = Self::Decided { at: now, until };
    }

    /// Nothing before this time, if nobody says anything.
    pub fn rest_until(&mut self, time: Option<Instant>) {
        if let Self::Decided { until, .. } | Self::Stirred { until, .. } = self {
            *until = time;
        }
    }

    /// What the group won't take now it takes no sooner for being asked at once.
    pub fn rest_until_at_most(&mut self, time: Instant) {
        let until = self.until().map_or(time, |until| until.min(time));
        self.rest_until(Some(until));
    }

    pub fn until(self) -> Option<Instant> {
        match self {
            Self::Open => None,
            Self::Decided { until, .. } | Self::Stirred { until, .. } => until,
        }
    }

    /// What is heard within a moment leads to one decision.
    pub fn decides_at(self) -> Option<Instant> {
        match self {
            Self::Stirred { at, .. } => Some(at + DECISION_SPACING),
            Self::Open | Self::Decided { .. } => None,
        }
    }

    pub fn is_due(self, now: Instant) -> bool {
        let stirred = self.decides_at().is_some_and(|at| now >= at);
        let overdue = self.until().is_some_and(|at| now >= at);
        matches!(self, Self::Open) || stirred || overdue
    }
}
