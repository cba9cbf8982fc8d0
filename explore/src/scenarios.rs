//! What is explored: from where, how many faults of which kinds, and who comes and goes.

use std::time::Duration;

use crate::{
    abstract_group::Flaw,
    world::{Sabotage, Who, World},
};

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A key package, Welcome or Commit is lost.
    Lose,
    /// A beacon may be lost or late too.
    LoseBeacons,
    /// It comes twice.
    Double,
    /// It comes late, out of order.
    Delay,
    /// A participant dies between any two packets that it sends.
    Crash,
    /// A participant sleeps.
    Sleep,
    /// A participant stays alive and its commits don't leave it.
    Mute,
    /// A participant hears nobody, while everybody hears it.
    Deaf,
    /// A partition.
    Split,
    /// The channel of two is dead, or one direction of it.
    Cut,
}

/// Somebody comes or goes, at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Move {
    /// Comes.
    Come(Who),
    /// Says goodbye.
    Leave(Who),
}

/// From where a schedule starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Start {
    /// So many come at the same moment, each alone.
    Together(usize),
    /// So many are one group already.
    Settled(usize),
    /// So many are one group, and another comes now.
    Joined(usize),
    /// So many are one group, and one of them is about to renew its leaf.
    Renewing(usize),
}

/// One exploration.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// What it is about.
    pub name: &'static str,
    /// How many states it had when somebody last looked: a change of behaviour changes this, and
    /// must be meant.
    pub states: usize,
    /// Within how many milliseconds after the last fault all had come to rest, then: likewise.
    pub heals: u64,
    /// From where.
    pub start: Start,
    /// For how long faults may happen.
    pub window: Duration,
    /// How many.
    pub faults: u8,
    /// Of which kinds.
    pub kinds: &'static [Kind],
    /// Who comes and goes.
    pub moves: &'static [Move],
    /// A promise of the group that is broken on purpose.
    pub flaw: Option<Flaw>,
    /// A rule of the machine that is broken on purpose.
    pub sabotage: Option<Sabotage>,
}

const PEOPLE: usize = 4;
/// How long before an update a scenario about it begins.
const SHORTLY: Duration = Duration::from_millis(100);

use Kind::{Crash, Cut, Deaf, Delay, Double, Lose, LoseBeacons, Mute, Sleep, Split};

/// All that is explored in CI.
pub const ALL: [Scenario; 10] = [
    Scenario {
        name: "four start at once",
        states: 11_375,
        heals: 7_840,
        start: Start::Together(4),
        window: Duration::from_millis(400),
        faults: 2,
        kinds: &[Lose, Double, Delay, Crash],
        ..NOTHING
    },
    Scenario {
        name: "a fourth joins three",
        states: 75_331,
        heals: 11_570,
        start: Start::Joined(3),
        window: Duration::from_millis(400),
        faults: 3,
        kinds: &[Lose, Delay, Crash],
        ..NOTHING
    },
    Scenario {
        name: "a fourth joins three, and people fail",
        states: 73_937,
        heals: 7_075,
        start: Start::Joined(3),
        window: Duration::from_millis(2500),
        faults: 2,
        kinds: &[Lose, LoseBeacons, Double, Delay, Crash, Sleep, Mute],
        ..NOTHING
    },
    Scenario {
        name: "four come apart and meet again",
        states: 328_771,
        heals: 7_240,
        start: Start::Settled(4),
        window: Duration::from_secs(12),
        faults: 2,
        kinds: &[Split, Crash, Sleep],
        ..NOTHING
    },
    Scenario {
        name: "two come and two go, at any time",
        states: 64_602,
        heals: 4_085,
        start: Start::Settled(2),
        window: Duration::from_millis(1500),
        faults: 0,
        moves: &[Move::Come(2), Move::Come(3), Move::Leave(0), Move::Leave(1)],
        ..NOTHING
    },
    Scenario {
        name: "one comes and one goes, and something fails",
        states: 72_547,
        heals: 6_570,
        start: Start::Settled(3),
        window: Duration::from_millis(1500),
        faults: 1,
        kinds: &[Lose, Double, Delay, Crash, Sleep, Mute, Split],
        moves: &[Move::Come(3), Move::Leave(0)],
        ..NOTHING
    },
    Scenario {
        name: "one comes while another renews its leaf",
        states: 2_739,
        heals: 6_635,
        start: Start::Renewing(3),
        window: Duration::from_millis(400),
        faults: 1,
        kinds: &[Lose, Double, Delay, Crash, Sleep, Mute, Split],
        moves: &[Move::Come(3)],
        ..NOTHING
    },
    Scenario {
        name: "a fourth joins three, and a channel is dead",
        states: 21_208,
        heals: 8_335,
        start: Start::Joined(3),
        window: Duration::from_millis(400),
        faults: 2,
        kinds: &[Cut, Lose, Crash],
        ..NOTHING
    },
    Scenario {
        name: "of four two don't hear each other",
        states: 39_670,
        heals: 5_190,
        start: Start::Settled(4),
        window: Duration::from_secs(4),
        faults: 2,
        kinds: &[Cut, Crash, Sleep],
        ..NOTHING
    },
    Scenario {
        name: "of four one hears nobody",
        states: 9_180,
        heals: 5_080,
        start: Start::Settled(4),
        window: Duration::from_secs(4),
        faults: 2,
        kinds: &[Deaf, Crash, Lose],
        ..NOTHING
    },
];

/// What takes minutes, and is explored on demand; the longest first.
pub const DEEPER: [Scenario; 3] = [
    Scenario {
        name: "a fourth joins three, and three people fail",
        states: 1_789_851,
        heals: 11_570,
        window: Duration::from_millis(600),
        faults: 3,
        ..ALL[2]
    },
    Scenario {
        name: "two come and two go, and something fails",
        states: 3_039_398,
        heals: 7_860,
        faults: 1,
        kinds: &[Lose, Delay, Crash],
        ..ALL[4]
    },
    Scenario {
        name: "four start at once, three faults",
        states: 251_222,
        heals: 9_820,
        faults: 3,
        ..ALL[0]
    },
];

/// A scenario in which nothing happens.
pub const NOTHING: Scenario = Scenario {
    name: "nothing happens",
    states: 0,
    heals: 0,
    start: Start::Settled(4),
    window: Duration::from_millis(400),
    faults: 0,
    kinds: &[],
    moves: &[],
    flaw: None,
    sabotage: None,
};

impl Scenario {
    /// Whether faults of a kind may happen.
    pub fn may(&self, kind: Kind) -> bool {
        self.kinds.contains(&kind)
    }

    /// The world at its start.
    pub fn start(&self) -> World {
        let mut world = World::new(PEOPLE, self.flaw, self.sabotage);
        match self.start {
            Start::Together(people) => (0..people).for_each(|who| world.join(who)),
            Start::Settled(people) => settle(&mut world, people),
            Start::Joined(people) => {
                settle(&mut world, people);
                world.join(people);
            }
            Start::Renewing(people) => {
                settle(&mut world, people);
                run_up_to_an_update(&mut world);
            }
        }
        world
    }
}

/// Stops shortly before the group moves by itself.
fn run_up_to_an_update(world: &mut World) {
    let epochs = world.epochs.len();
    let mut ahead = world.clone();
    while ahead.epochs.len() == epochs {
        ahead.step();
    }
    let shortly_before = ahead.now - SHORTLY;
    while world.now < shortly_before {
        world.step();
    }
}

fn settle(world: &mut World, people: usize) {
    (0..people).for_each(|who| world.join(who));
    world.settle();
    world.rested = None;
}
