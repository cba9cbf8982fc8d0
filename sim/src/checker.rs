//! The invariants of a call, held against an index of every state that anybody was in. It knows
//! nothing of networks or of the calls' insides: it is told what each participant claims.

use std::collections::{BTreeMap, BTreeSet};

use sotto_core::{
    ids::{EpochId, GroupId, Leaf, PeerId},
    safety::SafetyNumber,
};

/// What a participant says of itself after a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who it is.
    pub peer: PeerId,
    /// Where it stands.
    pub epoch: EpochId,
    /// Its own leaf there.
    pub leaf: Leaf,
    /// Who is there with it.
    pub members: Vec<(Leaf, PeerId)>,
    /// What its person reads out.
    pub safety: SafetyNumber,
}

/// An invariant that doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// Equal states must show equal members.
    #[error("{0} and others are in one state and see different members")]
    Members(usize),
    /// Equal states must show equal numbers.
    #[error("{0} and others are in one state and show different safety numbers")]
    Safety(usize),
    /// The own leaf holds oneself.
    #[error("{0} is not at its own leaf")]
    OwnLeaf(usize),
    /// Nobody is in a group twice.
    #[error("{0} sees somebody twice in its group")]
    Twice(usize),
    /// A group's epochs only go forward, but through a Welcome that was asked for.
    #[error("{0} went back in its group without having asked for it")]
    WentBack(usize),
    /// Nobody enters a group that it didn't ask for.
    #[error("{0} is in a group that it neither founded nor sought")]
    Unsought(usize),
    /// A frame reached somebody outside its epoch.
    #[error("{1} opened a frame of {0}, in whose group it is not")]
    Leaked(usize, usize),
    /// A frame didn't reach somebody in its epoch.
    #[error("{1} could not open a frame of {0}, with whom it shares a state: {2}")]
    Unopened(usize, usize, String),
    /// A frame was taken for somebody else's.
    #[error("{1} took a frame of {0} for somebody else's")]
    Misattributed(usize, usize),
    /// A timer that is due again at once would spin.
    #[error("{0} has a timer that never rests")]
    Restless(usize),
    /// Nothing that a peer sends may do that.
    #[error("a panic")]
    Panicked,
    /// The faults are over, and there still are several groups.
    #[error("not one group after all: {0}")]
    NotOneGroup(String),
}

struct State {
    members: Vec<(Leaf, PeerId)>,
    safety: SafetyNumber,
    entered: BTreeSet<usize>,
}

/// See the module's text.
#[derive(Default)]
pub struct Checker {
    states: BTreeMap<EpochId, State>,
    last: BTreeMap<usize, (EpochId, Leaf)>,
    /// Epochs that somebody went through, whether or not it ever claimed to stand there: one step
    /// may lead through two.
    passed: BTreeSet<(usize, EpochId)>,
}

impl Checker {
    /// Takes in what participant `who` claims now, given what it sought before.
    ///
    /// # Errors
    /// The first invariant that the claim breaks.
    pub fn observe(
        &mut self,
        who: usize,
        claim: Claim,
        awaited: &[GroupId],
    ) -> Result<(), Violation> {
        check_members(who, &claim)?;
        self.check_way(who, &claim, awaited)?;
        self.last.insert(who, (claim.epoch, claim.leaf));
        self.check_state(who, claim)
    }

    /// Whether a participant ever was in a state.
    pub fn entered(&self, who: usize, epoch: EpochId) -> bool {
        let state = self.states.get(&epoch);
        state.is_some_and(|state| state.entered.contains(&who))
            || self.passed.contains(&(who, epoch))
    }

    /// Somebody went through an epoch.
    pub fn note_passed(&mut self, who: usize, epoch: EpochId) {
        self.passed.insert((who, epoch));
    }

    fn check_way(&self, who: usize, claim: &Claim, awaited: &[GroupId]) -> Result<(), Violation> {
        let group = claim.epoch.group;
        let asked = awaited.contains(&group);
        let Some((before, leaf)) = self.last.get(&who) else {
            return Ok(());
        };
        if before.group != group {
            let founded = claim.members.len() == 1 && claim.epoch.epoch.0 == 0;
            return (asked || founded)
                .then_some(())
                .ok_or(Violation::Unsought(who));
        }
        let forward = claim.epoch.epoch > before.epoch && *leaf == claim.leaf;
        (asked || forward)
            .then_some(())
            .ok_or(Violation::WentBack(who))
    }

    fn check_state(&mut self, who: usize, claim: Claim) -> Result<(), Violation> {
        let Claim {
            members, safety, ..
        } = claim;
        let state = self.states.entry(claim.epoch).or_insert_with(|| State {
            members: members.clone(),
            safety: safety.clone(),
            entered: BTreeSet::new(),
        });
        state.entered.insert(who);
        if state.members != members {
            Err(Violation::Members(who))
        } else if state.safety != safety {
            Err(Violation::Safety(who))
        } else {
            Ok(())
        }
    }
}

fn check_members(who: usize, claim: &Claim) -> Result<(), Violation> {
    if !claim.members.contains(&(claim.leaf, claim.peer)) {
        return Err(Violation::OwnLeaf(who));
    }
    let peers: BTreeSet<_> = claim.members.iter().map(|(_, peer)| peer).collect();
    if peers.len() != claim.members.len() {
        return Err(Violation::Twice(who));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
