//! Honest people over a good network, beside others who lie for as long as they are there.

use std::{collections::BTreeSet, time::Duration};

use sotto_core::{
    call::Call,
    ids::{Epoch, PeerId},
};

use super::{Body, State, World};
use crate::{
    Plan,
    checker::Violation,
    hostile::{Lie, Teller},
    queue::Queue,
};

const BETWEEN_WORDS: Duration = Duration::from_secs(2);

impl World {
    /// So many honest people, and who tells these lies, all at once.
    pub fn beside(seed: u64, honest: usize, lies: &[Lie]) -> Self {
        let plan = Plan {
            participants: honest,
            seconds: 0,
            loss: 0.0,
            hostile: false,
        };
        let mut world = Self::new(seed, plan);
        (world.queue, world.faulty) = (Queue::default(), false);
        world.network.make_good();
        (0..honest).for_each(|_| world.join());
        for lie in lies {
            let dice = world.participant_dice();
            world.admit(Body::Hostile(Box::new(Teller::new(*lie, dice))), false);
        }
        world
    }

    /// Lets time pass, in which everyone who has been somewhere for a moment is heard there.
    pub fn live(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now + BETWEEN_WORDS < end {
            self.run_until(self.now + BETWEEN_WORDS);
            self.probe_now_and_then();
        }
        self.run_until(end);
    }

    /// One more who is honest.
    pub fn welcome_one_more(&mut self) {
        self.join();
    }

    /// These and those don't hear each other any more.
    pub fn deafen(&mut self, these: &[usize], those: &[usize]) {
        for (one, other) in these
            .iter()
            .flat_map(|one| those.iter().map(move |it| (*one, *it)))
        {
            self.network.kill(one, other);
            self.network.kill(other, one);
        }
    }

    /// Everybody hears everybody again.
    pub fn reunite(&mut self) {
        self.network.revive();
    }

    /// One of the honest leaves.
    pub fn see_off(&mut self, who: usize) {
        self.say_goodbye(who);
        (0..self.slots.len()).for_each(|at| self.close(at, who));
    }

    /// Whoever lies is gone.
    pub fn dismiss(&mut self) {
        for who in 0..self.slots.len() {
            if self.slots[who].is_here() && !self.slots[who].honest {
                self.slots[who].state = State::Gone;
                (0..self.slots.len()).for_each(|at| self.close(at, who));
            }
        }
    }

    /// Whether everyone honest is in one state of one group, seeks nothing else, and has the
    /// others there.
    pub fn honest_are_together(&self) -> bool {
        let mut honest = self.slots.iter().filter(|slot| slot.counts());
        let Some(first) = honest.clone().next() else {
            return true;
        };
        let here = first.epoch();
        let everyone = honest.all(|slot| {
            slot.epoch() == here && slot.place().is_some_and(|(_, seeks)| seeks.is_none())
        });
        everyone && self.honest_peers().is_subset(&members_of(first.call()))
    }

    /// Members that the first who is honest sees, and that are nobody honest.
    pub fn strangers(&self) -> usize {
        let first = self.slots.iter().find(|slot| slot.counts());
        let members = members_of(first.and_then(super::Slot::call));
        members.difference(&self.honest_peers()).count()
    }

    /// The furthest epoch that somebody honest is in.
    pub fn furthest(&self) -> Epoch {
        let honest = self.slots.iter().filter(|slot| slot.counts());
        let epochs = honest.filter_map(super::Slot::epoch);
        epochs.map(|it| it.epoch).max().unwrap_or(Epoch(0))
    }

    /// Frames that were tried, and what should not have happened.
    pub fn outcome(&self) -> (u64, &[Violation]) {
        (self.report.frames, &self.report.violations)
    }

    fn honest_peers(&self) -> BTreeSet<PeerId> {
        let honest = self.slots.iter().filter(|slot| slot.counts());
        honest
            .filter_map(super::Slot::call)
            .map(Call::peer)
            .collect()
    }
}

fn members_of(call: Option<&Call>) -> BTreeSet<PeerId> {
    let members = call.map(Call::members).unwrap_or_default();
    members.iter().map(|(_, peer)| *peer).collect()
}
