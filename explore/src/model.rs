//! The world as `stateright` sees it: what may happen next, within a budget of faults.

use std::{
    fmt,
    hash::{DefaultHasher, Hash, Hasher},
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use sotto_core::{membership::Outgoing, time::Instant};
use stateright::{Model, Property};

use crate::{
    laws::Law,
    scenarios::{Kind, Move, Scenario},
    world::{Dead, Ends, Parcel, Who, World},
};

/// How late a delayed message comes: out of order, or after every repair has begun.
const LATE: [u64; 2] = [60, 2_000];
/// When the copy of a doubled message comes.
const COPY: u64 = 400;
const SLEEP: Duration = Duration::from_secs(8);
const MUTE: Duration = Duration::from_secs(10);
const DEAF: Duration = Duration::from_secs(8);
const SPLIT: [u64; 2] = [1_000, 8_000];
const CUT: [Option<u64>; 2] = [Some(8_000), None];
/// What must be seen at least once, lest the laws hold of nothing.
pub const SETTLES: &str = "a schedule comes to rest";

/// The world, and what may still go wrong in it.
#[derive(Clone)]
pub struct State {
    /// The world.
    pub world: World,
    faults: u8,
    moves: Vec<Move>,
    /// After this, nothing fails any more.
    ends: Instant,
    settled: bool,
}

/// Two states are the same when their fingerprints are, as for the checker.
impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        fingerprint(self) == fingerprint(other)
    }
}

fn fingerprint(state: &State) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}

impl Hash for State {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.world, self.faults, &self.moves, self.settled).hash(state);
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.world.now.0)?;
        for (who, node) in self.world.present() {
            let standing = node.membership.standing();
            write!(
                f,
                "; {who} in {:?} epoch {} with {} seeking {:?}",
                standing.group,
                standing.epoch.0,
                node.membership.members().len(),
                node.membership.seeks()
            )?;
        }
        write!(f, "; broken: {:?}", self.world.broken)
    }
}

/// What happens next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// What is due.
    Go,
    /// The next message is lost.
    Lose,
    /// The next message comes, and comes again.
    Double,
    /// The next message comes this many milliseconds later.
    Delay(u64),
    /// A participant is gone, having sent only so much of what it was sending.
    Crash(Who, usize),
    /// A participant sleeps: it neither hears nor acts, then does all at once.
    Sleep(Who),
    /// A participant's commits don't leave it, while its beacons do.
    Mute(Who),
    /// A participant hears nobody, while everybody hears it.
    Deafen(Who),
    /// A partition, for so many milliseconds.
    Split(u8, u64),
    /// A channel is dead, for so many milliseconds or for ever.
    Cut(Who, Who, Ends, Option<u64>),
    /// Somebody comes or goes.
    Move(Move),
    /// No further faults.
    Settle,
}

/// A scenario being explored.
pub struct Exploration {
    scenario: Scenario,
    slowest: AtomicU64,
}

impl Exploration {
    /// Of a scenario.
    pub fn of(scenario: Scenario) -> Self {
        let slowest = AtomicU64::new(0);
        Self { scenario, slowest }
    }

    /// The longest that any schedule needed to heal, so far.
    pub fn slowest(&self) -> Duration {
        Duration::from_millis(self.slowest.load(Ordering::Relaxed))
    }
}

impl Model for Exploration {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let Scenario {
            window,
            faults,
            moves,
            ..
        } = self.scenario;
        let world = self.scenario.start();
        vec![State {
            ends: world.now + window,
            world,
            faults,
            moves: moves.to_vec(),
            settled: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.settled {
            return;
        }
        let spent = state.faults == 0 && state.moves.is_empty();
        if spent || state.world.now >= state.ends {
            actions.push(Action::Settle);
            return;
        }
        actions.push(Action::Go);
        if state.faults > 0 {
            self.scenario.faults_on_the_way(state, actions);
            self.scenario.faults_of_people(state, actions);
        }
        if has_just_acted(state) {
            actions.extend(state.moves.iter().copied().map(Action::Move));
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        if !matches!(action, Action::Go | Action::Settle | Action::Move(_)) {
            next.faults -= 1;
        }
        next.take(action);
        let rested = next.world.rested.map_or(0, |span| span.as_millis() as u64);
        self.slowest.fetch_max(rested, Ordering::Relaxed);
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        let mut properties = Vec::from(always());
        properties.push(Property::<Self>::sometimes(SETTLES, |_, state| {
            state.world.rested.is_some()
        }));
        properties
    }
}

impl Scenario {
    fn faults_on_the_way(&self, state: &State, actions: &mut Vec<Action>) {
        let next = state.world.next_flight();
        let Some(flight) = next.map(|number| &state.world.flights[number]) else {
            return;
        };
        let Parcel::Said(message) = &flight.parcel else {
            return;
        };
        let control = !matches!(message, Outgoing::Beacon(_) | Outgoing::PassOn { .. });
        if self.may(Kind::Lose) && (control || self.may(Kind::LoseBeacons)) {
            actions.push(Action::Lose);
        }
        if control && self.may(Kind::Double) {
            actions.push(Action::Double);
        }
        let may_be_late = control || self.may(Kind::LoseBeacons);
        if may_be_late && self.may(Kind::Delay) {
            actions.extend(LATE.map(Action::Delay));
        }
    }

    fn faults_of_people(&self, state: &State, actions: &mut Vec<Action>) {
        let Some((who, sent)) = state.world.last.filter(|(_, sent)| *sent > 0) else {
            return;
        };
        if self.may(Kind::Crash) {
            actions.extend((0..=sent).map(|kept| Action::Crash(who, kept)));
        }
        if self.may(Kind::Sleep) {
            actions.push(Action::Sleep(who));
        }
        if self.may(Kind::Mute) {
            actions.push(Action::Mute(who));
        }
        if self.may(Kind::Deaf) {
            actions.push(Action::Deafen(who));
        }
        if self.may(Kind::Split) && state.world.apart.is_none() {
            let masks = 0b0001..=0b0111;
            let splits = masks.flat_map(|mask| SPLIT.map(|span| (mask, span)));
            actions.extend(splits.map(|(mask, span)| Action::Split(mask, span)));
        }
        if self.may(Kind::Cut) && state.world.dead.is_none() {
            actions.extend(cuts(&state.world, who));
        }
    }
}

/// Every channel of somebody, whole or only away from it.
fn cuts(world: &World, who: Who) -> impl Iterator<Item = Action> {
    let others = world.present().map(|(other, _)| other);
    let others: Vec<Who> = others.filter(|other| *other != who).collect();
    others.into_iter().flat_map(move |other| {
        let ends = [Ends::One, Ends::Both].into_iter();
        ends.flat_map(move |ends| CUT.map(|span| Action::Cut(who, other, ends, span)))
    })
}

fn has_just_acted(state: &State) -> bool {
    state.world.last.is_some_and(|(_, sent)| sent > 0)
}

impl State {
    fn take(&mut self, action: Action) {
        let world = &mut self.world;
        match action {
            Action::Go => world.step(),
            Action::Lose => drop(take_next(world)),
            Action::Double => {
                let flight = take_next(world);
                let mut copy = flight.clone();
                copy.at = copy.at + Duration::from_millis(COPY);
                world.flights.push(copy);
                world.deliver(flight);
            }
            Action::Delay(span) => {
                let mut flight = take_next(world);
                flight.at = flight.at + Duration::from_millis(span);
                world.flights.push(flight);
                world.last = None;
            }
            Action::Crash(who, kept) => world.crash(who, kept),
            Action::Sleep(who) => {
                let until = world.now + SLEEP;
                with(world, who, |node| node.asleep_until = until);
            }
            Action::Mute(who) => {
                let until = world.now + MUTE;
                with(world, who, |node| node.muted_until = until);
            }
            Action::Deafen(who) => {
                let until = world.now + DEAF;
                with(world, who, |node| node.deaf_until = until);
            }
            Action::Split(mask, span) => {
                world.apart = Some((mask, world.now + Duration::from_millis(span)));
                world.last = None;
            }
            Action::Cut(from, to, ends, span) => {
                let until = span.map(|span| world.now + Duration::from_millis(span));
                world.dead = Some(Dead {
                    from,
                    to,
                    ends,
                    until,
                });
                world.last = None;
            }
            Action::Move(what) => {
                self.moves.retain(|other| *other != what);
                match what {
                    Move::Come(who) => world.join(who),
                    Move::Leave(who) => world.leave(who),
                }
            }
            Action::Settle => {
                world.settle();
                self.settled = true;
            }
        }
    }
}

fn take_next(world: &mut World) -> crate::world::Flight {
    let next = world.next_flight().expect("only where a flight is next");
    world.last = None;
    world.flights.remove(next)
}

fn with(world: &mut World, who: Who, act: impl FnOnce(&mut crate::world::Node)) {
    world.last = None;
    if let Some(node) = &mut world.nodes[who] {
        act(node);
    }
}

/// Each law as a property that always holds. A property is a plain function, so the law's place in
/// the list is part of its type.
fn always() -> [Property<Exploration>; Law::ALL.len()] {
    fn property<const LAW: usize>() -> Property<Exploration> {
        let law = Law::ALL[LAW];
        Property::always(law.name(), |_: &Exploration, state: &State| {
            !state.world.broken.contains(&Law::ALL[LAW])
        })
    }
    [
        property::<0>(),
        property::<1>(),
        property::<2>(),
        property::<3>(),
        property::<4>(),
        property::<5>(),
        property::<6>(),
        property::<7>(),
        property::<8>(),
        property::<9>(),
        property::<10>(),
        property::<11>(),
        property::<12>(),
        property::<13>(),
        property::<14>(),
        property::<15>(),
        property::<16>(),
        property::<17>(),
        property::<18>(),
    ]
}
