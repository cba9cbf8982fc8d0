//! What goes wrong: people come, go, crash and sleep, the network falls apart, peers are hostile.

use std::{collections::BTreeSet, time::Duration};

use sotto_core::time::Instant;

use super::{Body, State, World, hostile};
use crate::queue::Event;

const ARRIVALS_WITHIN: u64 = 2000;
const CLOSES_AFTER: std::ops::RangeInclusive<u64> = 200..=3000;
const SLEEP: std::ops::RangeInclusive<u64> = 300..=9000;
const PARTITION: std::ops::RangeInclusive<u64> = 300..=9000;
const BETWEEN_FAULTS: std::ops::RangeInclusive<u64> = 200..=2000;
const BETWEEN_PROBES: std::ops::RangeInclusive<u64> = 200..=800;

impl World {
    /// The first participants come within two seconds, and with them what goes wrong.
    pub(super) fn plan_arrivals(&mut self) {
        let within = ARRIVALS_WITHIN.min(self.plan.seconds * 250);
        for _ in 0..self.plan.participants {
            let at = self.dice.within(0..=within);
            self.queue.push(Instant(at), Event::Join);
        }
        self.queue.push(Instant(within), Event::Fault);
        self.queue.push(Instant(within), Event::Probe);
        if self.plan.hostile {
            self.admit_hostile();
        }
    }

    /// A pair of hostile peers, of whatever kind.
    fn admit_hostile(&mut self) {
        for _ in 0..2 {
            let dice = self.participant_dice();
            match hostile::Kind::draw(&mut self.dice) {
                hostile::Kind::Ghost => self.join_ghost(),
                kind => self.admit(Body::Hostile(hostile::make(kind, dice)), false),
            }
        }
    }

    /// Somebody whom nobody invited: it keeps to the protocol, and everyone sees it.
    fn join_ghost(&mut self) {
        self.join();
        if let Some(ghost) = self.slots.last_mut() {
            ghost.honest = false;
        }
    }

    pub(super) fn fault(&mut self) {
        match self.dice.below(12) {
            0..=2 => self.join(),
            3..=4 => self.leave(),
            5..=6 => self.crash_somebody(),
            7..=8 => self.sleep(),
            9 => self.kill_channel(),
            _ => self.part(),
        }
        let pause = self.dice.within(BETWEEN_FAULTS);
        self.later(pause, Event::Fault);
    }

    pub(super) fn plan_probe(&mut self) {
        let pause = self.probes.within(BETWEEN_PROBES);
        self.later(pause, Event::Probe);
    }

    fn later(&mut self, millis: u64, event: Event) {
        self.queue
            .push(self.now + Duration::from_millis(millis), event);
    }

    /// Somebody honest who is awake, but not the last two.
    fn victim(&mut self) -> Option<usize> {
        let slots = self.slots.iter().enumerate();
        let awake: Vec<usize> = slots
            .filter(|(_, slot)| slot.counts() && slot.asleep_until <= self.now)
            .map(|(who, _)| who)
            .collect();
        if awake.len() > 2 {
            self.dice.pick(&awake)
        } else {
            None
        }
    }

    fn leave(&mut self) {
        let Some(who) = self.victim() else { return };
        self.note(|| format!("{who} leaves"));
        self.say_goodbye(who);
        self.close_to(who);
    }

    fn crash_somebody(&mut self) {
        if let Some(who) = self.victim() {
            let lurks = self.dice.chance(0.5);
            self.crash(who, if lurks { State::Lurking } else { State::Gone });
        }
    }

    fn crash(&mut self, who: usize, state: State) {
        self.note(|| format!("{who} crashes: {state:?}"));
        self.slots[who].state = state;
        self.close_to(who);
    }

    /// The others' channels to somebody who is gone close, each when its end notices.
    fn close_to(&mut self, gone: usize) {
        for at in 0..self.slots.len() {
            if self.slots[at].is_here() {
                let delay = self.dice.within(CLOSES_AFTER);
                self.later(delay, Event::Close { at, other: gone });
            }
        }
    }

    fn sleep(&mut self) {
        let Some(who) = self.victim() else { return };
        let end = Instant(0) + self.plan.faults();
        let until = self.now + Duration::from_millis(self.dice.within(SLEEP));
        self.slots[who].asleep_until = until.min(end);
        self.note(|| format!("{who} sleeps until {}", until.min(end).0));
    }

    /// Two of at least three don't hear each other any more, or one the other; once in a run.
    fn kill_channel(&mut self) {
        let slots = self.slots.iter().enumerate();
        let here: Vec<usize> = slots
            .filter(|(_, it)| it.counts())
            .map(|(who, _)| who)
            .collect();
        let (one, other) = (self.dice.pick(&here), self.dice.pick(&here));
        let Some((one, other)) = one.zip(other).filter(|(one, other)| one != other) else {
            return;
        };
        if here.len() > 2 && !self.network.is_maimed() {
            self.network.kill(one, other);
            if self.dice.chance(0.5) {
                self.network.kill(other, one);
            }
            self.note(|| format!("{other} does not hear {one} any more"));
        }
    }

    fn part(&mut self) {
        let share = self.dice.share();
        let some: BTreeSet<usize> = (0..self.slots.len())
            .filter(|_| self.dice.chance(share))
            .collect();
        self.note(|| format!("{some:?} are kept apart"));
        self.network.split(some);
        let span = self.dice.within(PARTITION);
        self.later(span, Event::Heal);
    }

    pub(super) fn stop_faults(&mut self) {
        self.faulty = false;
        self.note(|| "the faults are over".into());
        self.queue.stop_faults();
        self.network.make_good();
        for who in 0..self.slots.len() {
            if self.slots[who].is_here() && !self.slots[who].honest {
                self.crash(who, State::Gone);
            }
        }
        // Two by themselves can't meet through a dead channel.
        if self.slots.iter().filter(|slot| slot.counts()).count() < 3 {
            self.network.revive();
        }
    }
}
