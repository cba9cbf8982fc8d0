//! Groups of a given size, with few of their members alive.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_core::{
    group::{Candidate, Committed, Group, Groups, Joiner, Merged, Mls},
    ids::Leaf,
    wire::MAX_MLS_MESSAGE,
};

use super::measure::Cost;

/// How many are added by one Commit where only the outcome counts.
const BATCH: u32 = 200;

/// Someone whose group is alive.
struct Member {
    mls: Mls,
    group: Group,
}

impl Member {
    fn commit(&mut self, add: &[&Joiner], remove: &[Leaf]) -> Result<Committed> {
        Ok(self
            .mls
            .commit(&mut self.group, add, remove, MAX_MLS_MESSAGE)?)
    }

    fn receive(&mut self, commit: &[u8]) -> Result<Merged> {
        Ok(self.mls.receive(&mut self.group, commit)?)
    }

    fn leaf(&self) -> Leaf {
        self.group.own_leaf()
    }
}

/// A group. Its follower sits beside the committer, from where most of a path is to be derived:
/// no member has more to do.
pub struct Grown {
    committer: Member,
    follower: Option<Member>,
    /// Everyone who was ever in it.
    people: u64,
}

impl Grown {
    /// A group that nobody has updated, with everyone added by its founder.
    ///
    /// # Errors
    /// What MLS refuses; that is a bug.
    pub fn fresh(size: u32) -> Result<Self> {
        let mut grown = Self::found()?;
        while grown.size() < size {
            grown.add_batch(BATCH.min(size - grown.size()))?;
        }
        Ok(grown)
    }

    /// A group of one.
    ///
    /// # Errors
    /// As [`Self::fresh`].
    pub fn found() -> Result<Self> {
        let mut mls = somebody(0);
        let group = mls.found()?;
        Ok(Self {
            committer: Member { mls, group },
            follower: None,
            people: 1,
        })
    }

    /// Lets people join until there are `size`, each of whom commits an update.
    ///
    /// # Errors
    /// As [`Self::fresh`].
    pub fn grow_updated(&mut self, size: u32) -> Result<()> {
        while self.size() < size {
            self.join_and_update()?;
        }
        Ok(())
    }

    /// How many members it has.
    pub fn size(&self) -> u32 {
        self.committer.group.members().len() as u32
    }

    /// Somebody joins, and commits an update.
    ///
    /// # Errors
    /// As [`Self::fresh`].
    pub fn join_and_update(&mut self) -> Result<Cost> {
        let (cost, mut newest) = self.add_one()?;
        let renewed = newest.commit(&[], &[])?;
        self.committer.receive(&renewed.commit)?;
        self.follow(&renewed.commit)?;
        self.check(Some(&newest))?;
        self.follower.get_or_insert(newest);
        Ok(cost)
    }

    /// Somebody joins and does nothing else.
    ///
    /// # Errors
    /// As [`Self::fresh`].
    pub fn join(&mut self) -> Result<Cost> {
        let (cost, newest) = self.add_one()?;
        self.follower.get_or_insert(newest);
        Ok(cost)
    }

    /// Somebody in the middle of the tree leaves.
    ///
    /// # Errors
    /// As [`Self::fresh`].
    pub fn leave(&mut self) -> Result<Cost> {
        let leaf = Leaf(self.size() / 2);
        self.follower.take_if(|follower| follower.leaf() == leaf);
        self.change(&[leaf])
    }

    /// The committer updates.
    ///
    /// # Errors
    /// As [`Self::fresh`].
    pub fn update(&mut self) -> Result<Cost> {
        self.change(&[])
    }

    fn change(&mut self, remove: &[Leaf]) -> Result<Cost> {
        let (committed, make) = timed(|| self.committer.commit(&[], remove));
        let commit = committed?.commit;
        let process = self.follow(&commit)?;
        self.check(None)?;
        Ok(Cost {
            commit: commit.len(),
            make,
            process,
            ..Cost::default()
        })
    }

    fn add_one(&mut self) -> Result<(Cost, Member)> {
        let (mut mls, candidate) = self.candidate()?;
        let key_package = candidate.message().to_vec();
        let (committed, make) = timed(|| {
            let joiner = self.committer.mls.read_key_package(&key_package)?;
            self.committer.commit(&[&joiner], &[])
        });
        let committed = committed?;
        let process = self.follow(&committed.commit)?;
        let welcome = committed.welcome.unwrap_or_default();
        let (group, join) = timed(|| enter(&mut mls, candidate, &welcome));
        let newest = Member { mls, group: group? };
        self.check(Some(&newest))?;
        let cost = Cost {
            key_package: key_package.len(),
            welcome: welcome.len(),
            commit: committed.commit.len(),
            make,
            process,
            join: Some(join),
        };
        Ok((cost, newest))
    }

    fn add_batch(&mut self, count: u32) -> Result<()> {
        let newcomers: Result<Vec<_>> = (0..count).map(|_| self.candidate()).collect();
        let newcomers = newcomers?;
        let joiners: Result<Vec<Joiner>, _> = newcomers
            .iter()
            .map(|(_, candidate)| Joiner::parse(candidate.message()))
            .collect();
        let joiners = joiners?;
        let committed = self
            .committer
            .commit(&joiners.iter().collect::<Vec<_>>(), &[])?;
        self.follow(&committed.commit)?;
        if let (None, Some((mut mls, candidate))) = (&self.follower, newcomers.into_iter().next()) {
            let welcome = committed.welcome.unwrap_or_default();
            let group = enter(&mut mls, candidate, &welcome)?;
            self.follower = Some(Member { mls, group });
        }
        Ok(())
    }

    fn candidate(&mut self) -> Result<(Mls, Candidate)> {
        let mut mls = somebody(self.people);
        self.people += 1;
        let candidate = mls.candidate()?;
        Ok((mls, candidate))
    }

    /// The follower, if there is one, processes a Commit.
    fn follow(&mut self, commit: &[u8]) -> Result<Option<Duration>> {
        let Some(follower) = &mut self.follower else {
            return Ok(None);
        };
        let (merged, span) = timed(|| follower.receive(commit));
        merged?;
        Ok(Some(span))
    }

    /// Everyone who is alive is in one state.
    fn check(&self, newest: Option<&Member>) -> Result<()> {
        let state = self.committer.group.epoch_authenticator();
        let others = self.follower.iter().chain(newest);
        for member in others {
            ensure!(member.group.epoch_authenticator() == state, "a fork");
        }
        Ok(())
    }
}

fn somebody(number: u64) -> Mls {
    Mls::new(ChaCha20Rng::seed_from_u64(number))
}

fn enter(mls: &mut Mls, candidate: Candidate, welcome: &[u8]) -> Result<Group> {
    let joined = mls.join(candidate, welcome, |_, _| true);
    joined.map_err(|(_, error)| anyhow!(error))
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let outcome = work();
    (outcome, start.elapsed())
}
