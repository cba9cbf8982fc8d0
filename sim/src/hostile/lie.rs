//! The lies that a [`super::Teller`] tells, and how often.

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Stands in a group that is stronger than any, with nobody in it.
    Stronger,
    /// Stands in a branch of the others' group that doesn't exist.
    Branch,
    /// Stands where the others once stood, for ever.
    Lag,
    /// Stands in a group that it isn't a member of.
    Intruder,
    /// Stands before those in one group in another, and before those in that one in the first.
    TwoFaced,
    /// Seeks the others' group by ever new key packages.
    Restless,
    /// Seeks it by somebody else's key package.
    Borrower,
    /// Welcomes whoever seeks anything to a group of its own.
    Tempter,
    /// Joins, leaves at once, and comes as somebody else.
    Fickle,
    /// Doesn't hear one of the others, and says so twenty times a second.
    Deaf,
    /// Joins with an id below the others', hears everybody, and passes nothing on.
    Mute,
    /// Joins, and removes everyone.
    Remover,
    /// Joins, and adds somebody who isn't there.
    GhostMaker,
    /// Joins, and keeps its Commits from some.
    Withholder,
    /// Joins, and commits just too often for anybody to wait for a second.
    Hasty,
    /// Joins, and commits ten times a second.
    Frantic,
}

impl Lie {
    /// In ticks of a tenth of a second.
    pub(super) fn speaks_every(self) -> u64 {
        match self {
            Self::Deaf | Self::Fickle => 1,
            _ => 5,
        }
    }

    /// How often it says the same at once.
    pub(super) fn words(self) -> usize {
        match self {
            Self::Deaf => 2,
            _ => 1,
        }
    }

    /// In ticks.
    pub(super) fn acts_every(self) -> u64 {
        match self {
            Self::Hasty => 9,
            Self::Frantic | Self::Fickle => 1,
            _ => 120,
        }
    }
}
