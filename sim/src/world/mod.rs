//! A mesh of participants in virtual time. Faults for a while, then a good network, and then
//! everyone who is left must end in one group.

mod change;
mod company;
mod faults;
mod goal;
mod meter;
mod probe;
mod slot;

use std::time::Duration;

pub use meter::{Media, MessageType};
use slot::{Body, Slot, State, link};
use sotto_core::{call::Call, group::repeatable, ids::ConnectionId, time::Instant};

use crate::{
    Plan,
    checker::{Checker, Violation},
    dice::{Dice, Purpose},
    hostile::{self, Hostile},
    log::Log,
    network::Network,
    queue::{Event, Queue},
};

/// How long it may take, once the faults are over, until there is one group.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// How often a hostile peer does something.
const TICK: Duration = Duration::from_millis(100);
/// A channel opens at both ends, but not at once.
const OPENS_WITHIN: u64 = 100;

/// How a run went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// The seed that it went by.
    pub seed: u64,
    /// What should not have happened.
    pub violations: Vec<Violation>,
    /// How long after the faults there was one group.
    pub converged: Option<Duration>,
    /// Everyone who ever took part.
    pub participants: usize,
    /// Packets that they sent.
    pub packets: u64,
    /// The bytes of these.
    pub bytes: u64,
    /// Frames that were sealed, and offered to everybody.
    pub frames: u64,
    /// What happened, line by line, or the end of it, where that was asked for.
    pub log: Vec<String>,
}

/// See the module's text.
pub struct World {
    plan: Plan,
    now: Instant,
    queue: Queue,
    network: Network,
    dice: Dice,
    probes: Dice,
    slots: Vec<Slot>,
    checker: Checker,
    faulty: bool,
    log: Log,
    /// Every packet, while somebody looks.
    sent: Option<Vec<change::Sent>>,
    report: Report,
}

impl World {
    /// An empty world, with everyone about to join.
    pub fn new(seed: u64, plan: Plan) -> Self {
        repeatable::begin();
        let mut world = Self {
            plan,
            now: Instant(0),
            queue: Queue::default(),
            network: Network::new(seed, plan.loss),
            dice: Dice::new(seed, Purpose::Faults),
            probes: Dice::new(seed, Purpose::Probes),
            slots: Vec::new(),
            checker: Checker::default(),
            faulty: true,
            log: Log::default(),
            sent: None,
            report: Report {
                seed,
                ..Report::default()
            },
        };
        world.plan_arrivals();
        world
    }

    /// Notes what happens, for [`Report::log`].
    pub fn with_log(self) -> Self {
        self.with_last_lines(usize::MAX)
    }

    /// The same, of which only the end is kept.
    pub fn with_last_lines(mut self, count: usize) -> Self {
        self.log = Log::of(count);
        self
    }

    /// Lives through all of it.
    pub fn run(mut self) -> Report {
        self.live_it_all();
        self.into_report()
    }

    /// The same, and whoever looks on can still look if it panics.
    pub(crate) fn live_it_all(&mut self) {
        self.run_until(Instant(0) + self.plan.faults());
        self.stop_faults();
        self.report.converged = self.await_one_group();
        if self.report.converged.is_some() {
            self.everybody_speaks();
        }
    }

    pub(crate) fn into_report(self) -> Report {
        Report {
            participants: self.slots.len(),
            log: self.log.into_lines(),
            ..self.report
        }
    }

    fn run_until(&mut self, end: Instant) {
        while let Some((at, event)) = self.queue.pop(end) {
            self.now = self.now.max(at);
            self.happen(event);
        }
        self.now = end;
    }

    fn happen(&mut self, event: Event) {
        if let Some(who) = event.target() {
            let slot = &self.slots[who];
            if slot.asleep_until > self.now && slot.is_here() {
                self.queue.push(slot.asleep_until, event);
                return;
            }
        }
        match event {
            Event::Packet { from, to, bytes } => self.deliver(from, to, &bytes),
            Event::Timer { who } => self.fire(who),
            Event::Open { at, other } => self.open(at, other),
            Event::Close { at, other } => self.close(at, other),
            Event::Tick { who } => self.tick(who),
            Event::Join => self.join(),
            Event::Fault => self.fault(),
            Event::Heal => self.network.heal(),
            Event::Probe => self.probe_now_and_then(),
        }
    }

    /// Somebody comes, and gets a channel to everyone.
    fn join(&mut self) {
        let seed = self.participant_dice().seed();
        if let Ok(call) = Call::new(self.now, seed) {
            self.admit(Body::Call(Box::new(call)), true);
        }
    }

    fn participant_dice(&self) -> Dice {
        Dice::new(self.report.seed, Purpose::Participant(self.slots.len()))
    }

    fn admit(&mut self, body: Body, honest: bool) {
        let newcomer = self.slots.len();
        self.slots.push(Slot::new(self.now, body, honest));
        self.note(|| format!("{newcomer} comes, honest: {honest}"));
        for other in 0..newcomer {
            if self.slots[other].is_here() {
                self.open_soon(newcomer, other);
                self.open_soon(other, newcomer);
            }
        }
        if let Some(claim) = self.slots[newcomer].claim() {
            let outcome = self.checker.observe(newcomer, claim, &[]);
            self.hold(outcome);
            self.settle(newcomer);
        } else {
            self.queue.push(self.now, Event::Tick { who: newcomer });
        }
    }

    fn open_soon(&mut self, at: usize, other: usize) {
        let delay = Duration::from_millis(self.dice.within(0..=OPENS_WITHIN));
        self.queue.push(self.now + delay, Event::Open { at, other });
    }

    fn deliver(&mut self, from: usize, to: usize, bytes: &[u8]) {
        if self.slots[to].state == State::Gone {
            return;
        }
        let channel = link(to, from);
        self.touch(
            to,
            |call, now| {
                let _ = call.handle_packet(now, channel, bytes);
            },
            |hostile, now| hostile.handle_packet(now, channel, bytes),
        );
    }

    fn fire(&mut self, who: usize) {
        if self.slots[who]
            .timer
            .take_if(|at| *at <= self.now)
            .is_none()
            || !self.slots[who].is_here()
        {
            return;
        }
        self.touch(who, Call::handle_timeout, |_, _| ());
        let next = self.slots[who].call().and_then(Call::poll_timeout);
        if next.is_some_and(|at| at <= self.now) {
            self.hold(Err(Violation::Restless(who)));
        }
    }

    fn open(&mut self, at: usize, other: usize) {
        if self.slots[at].is_here() && self.slots[other].is_here() {
            let channel = link(at, other);
            self.touch(
                at,
                |call, now| call.open_link(now, channel),
                |hostile, now| hostile.open_link(now, channel),
            );
        }
    }

    fn close(&mut self, at: usize, other: usize) {
        if self.slots[at].is_here() {
            let channel = link(at, other);
            self.touch(
                at,
                |call, now| call.close_link(now, channel),
                |hostile, _| hostile.close_link(channel),
            );
        }
    }

    fn tick(&mut self, who: usize) {
        if self.slots[who].is_here() {
            self.touch(who, |_, _| (), |hostile, now| hostile.tick(now));
            self.queue.push(self.now + TICK, Event::Tick { who });
        }
    }

    /// Lets somebody do something, and looks at what came of it.
    fn touch(
        &mut self,
        who: usize,
        call_does: impl FnOnce(&mut Call, Instant),
        hostile_does: impl FnOnce(&mut dyn Hostile, Instant),
    ) {
        let (before, awaited) = (self.slots[who].place(), self.slots[who].awaited());
        match &mut self.slots[who].body {
            Body::Call(call) => call_does(call, self.now),
            Body::Hostile(hostile) => hostile_does(hostile.as_mut(), self.now),
            Body::Left => (),
        }
        if let Some((standing, _)) = before {
            let after = self.slots[who].place();
            if after.is_some_and(|(now, _)| now != standing) {
                self.slots[who].since = self.now;
                self.note_move(who);
                let claim = self.slots[who].claim();
                let through = self.slots[who].call().into_iter().flat_map(Call::epochs);
                through.for_each(|epoch| self.checker.note_passed(who, epoch));
                let outcome = claim.map(|claim| self.checker.observe(who, claim, &awaited));
                self.hold(outcome.unwrap_or(Ok(())));
            }
        }
        self.settle(who);
    }

    /// Sends what somebody has to send, and sees to its being called in time.
    fn settle(&mut self, who: usize) {
        while let Some((channel, bytes)) = self.poll_packet(who) {
            if self.slots[who].state != State::Lurking {
                self.send(who, channel, bytes);
            }
        }
        let slot = &mut self.slots[who];
        let next = slot.call().and_then(Call::poll_timeout);
        if let Some(at) = next.filter(|at| slot.timer.is_none_or(|set| *at < set)) {
            let at = at.max(self.now + Duration::from_millis(1));
            slot.timer = Some(at);
            self.queue.push(at, Event::Timer { who });
        }
    }

    /// Somebody leaves, and nothing of it stays but its goodbye.
    fn say_goodbye(&mut self, who: usize) {
        let slot = &mut self.slots[who];
        slot.state = State::Gone;
        if let Body::Call(call) = std::mem::replace(&mut slot.body, Body::Left) {
            call.leave()
                .for_each(|(channel, bytes)| self.send(who, channel, bytes));
        }
    }

    fn send(&mut self, from: usize, channel: ConnectionId, bytes: Vec<u8>) {
        let to = channel.number as usize;
        self.report.packets += 1;
        self.report.bytes += bytes.len() as u64;
        if let Some(sent) = &mut self.sent {
            let bytes = bytes.clone();
            sent.push(change::Sent { from, to, bytes });
        }
        let mut arrivals = self.network.arrivals(self.now, from, to);
        let last = arrivals.pop();
        for at in arrivals {
            let bytes = bytes.clone();
            self.queue.push(at, Event::Packet { from, to, bytes });
        }
        if let Some(at) = last {
            self.queue.push(at, Event::Packet { from, to, bytes });
        }
    }

    fn poll_packet(&mut self, who: usize) -> Option<(ConnectionId, Vec<u8>)> {
        match &mut self.slots[who].body {
            Body::Call(call) => call.poll_packet(),
            Body::Hostile(hostile) => hostile.poll_packet(),
            Body::Left => None,
        }
    }

    fn hold(&mut self, outcome: Result<(), Violation>) {
        if let Err(violation) = outcome {
            self.note(|| format!("VIOLATION: {violation}"));
            self.report.violations.push(violation);
        }
    }

    fn note_move(&mut self, who: usize) {
        let slot = &self.slots[who];
        self.log.note(self.now, || goal::describe(who, slot));
    }

    fn note(&mut self, line: impl FnOnce() -> String) {
        self.log.note(self.now, line);
    }
}

impl Report {
    /// How to repeat it, and what should not have happened.
    pub fn failure(&self, plan: &Plan) -> String {
        let violations = self.violations.iter().map(|it| format!("  {it}"));
        let lines: Vec<String> = [plan.replay(self.seed)]
            .into_iter()
            .chain(violations)
            .collect();
        lines.join("\n")
    }

    /// The same after what led there: a seed that fails may not fail again.
    pub fn story(&self, plan: &Plan) -> String {
        let failure = self.failure(plan);
        let lines: Vec<&str> = self
            .log
            .iter()
            .map(String::as_str)
            .chain([&*failure])
            .collect();
        lines.join("\n")
    }
}
