//! The participants, their clock and their network, and how each operation is carried out.

use std::{collections::BTreeSet, time::Duration};

use sotto_core::{
    call::Call,
    ids::{ConnectionId, GroupId, PeerId},
    media::Context,
    time::Instant,
};

use super::{
    network::{Flight, Frame, Network, change, link},
    operation::{Claim, Operation},
    strangers::Strangers,
};
use crate::fixture;

/// One step of a call in which all goes well.
const STEP: Duration = Duration::from_millis(20);
/// Packets that one thing that happens may make a participant send.
const MAX_PACKETS: usize = 64;

/// See the module's text.
pub struct World {
    calls: Vec<Option<Call>>,
    network: Network,
    strangers: Strangers,
    now: Instant,
    begun: u8,
}

impl World {
    /// A world of participants that reach each other and haven't met.
    pub fn new(count: usize) -> Self {
        let mut world = Self {
            calls: (0..count).map(|_| None).collect(),
            network: Network::default(),
            strangers: Strangers::default(),
            now: Instant(1000),
            begun: 0,
        };
        (0..count).for_each(|who| world.join(who));
        world
    }

    /// Everyone who is in the call.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.iter().flatten()
    }

    /// Lets an operation happen.
    pub fn act(&mut self, operation: Operation<'_>) {
        match operation {
            Operation::Run { steps } => self.run(steps),
            Operation::Wait { milliseconds } => self.wait(milliseconds),
            Operation::Deliver { packet } => self.deliver(packet, |flight| flight),
            Operation::Lose { packet } => drop(self.network.take(packet)),
            Operation::Double { packet } => self.double(packet),
            Operation::Change { packet, at, mask } => {
                self.deliver(packet, |flight| flight.changed(at, mask));
            }
            Operation::Forge { packet, at, mask } => {
                self.deliver(packet, |flight| flight.forged(at, mask));
            }
            Operation::Open { at, from } => self.open(self.who(at), self.who(from)),
            Operation::Close { at, from } => self.close(self.who(at), self.who(from)),
            Operation::Seal {
                who,
                stream,
                codec,
                first,
                size,
            } => {
                self.seal(self.who(who), Context(stream), codec, frame(first, size));
            }
            Operation::Receive {
                who,
                frame,
                codec,
                at,
                mask,
            } => {
                self.receive(self.who(who), frame, codec, (at, mask));
            }
            Operation::Noise { who, codec, frame } => self.noise(self.who(who), codec, frame),
            Operation::Leave { who } => self.leave(self.who(who)),
            Operation::Join { who } => self.join(self.who(who)),
            Operation::Claim(claim) => self.claim(claim),
        }
    }

    /// Everything arrives, in order and in time.
    pub fn run(&mut self, steps: u8) {
        for _ in 0..steps {
            for flight in self.network.take_all() {
                self.arrive(flight);
            }
            self.pass(STEP);
        }
    }

    /// All channels are open, and what was on its way is lost.
    pub fn heal(&mut self) {
        self.network.take_all();
        for at in 0..self.calls.len() {
            (0..self.calls.len()).for_each(|from| self.open(at, from));
        }
    }

    /// Whether all who are in the call are in one group, and nobody else.
    pub fn is_one_group(&self) -> bool {
        let present: BTreeSet<PeerId> = self.calls().map(Call::peer).collect();
        let standings: BTreeSet<_> = self
            .calls()
            .map(|call| call.safety_number().groups().to_vec())
            .collect();
        let complete = self.calls().all(|call| {
            let members = call.members().iter().map(|(_, peer)| *peer);
            members.collect::<BTreeSet<_>>() == present
        });
        standings.len() <= 1 && complete
    }

    /// How often frames were opened, of those that are still known.
    pub fn opened(&self) -> usize {
        let frames = self.network.frames.iter();
        frames.map(|frame| frame.opened_by.len()).sum()
    }

    /// Where everyone stands, for whoever looks at a failure.
    pub fn describe(&self) -> String {
        let standing = |call: &Call| {
            let membership = call.membership();
            let standing = membership.standing();
            format!(
                "\n{:?} in {:?} {:?}, members {:?}, seeks {:?}",
                call.peer(),
                standing.group,
                standing.epoch,
                call.members(),
                membership.seeks(),
            )
        };
        self.calls().map(standing).collect()
    }

    fn who(&self, number: u8) -> usize {
        usize::from(number) % self.calls.len()
    }

    fn wait(&mut self, milliseconds: u16) {
        self.pass(Duration::from_millis(milliseconds.into()));
    }

    fn pass(&mut self, span: Duration) {
        self.now = self.now + span;
        for call in self.calls.iter_mut().flatten() {
            if call.poll_timeout().is_some_and(|at| at <= self.now) {
                call.handle_timeout(self.now);
                let next = call.poll_timeout();
                assert!(next.is_none_or(|at| at > self.now), "a timer without rest");
            }
        }
        (0..self.calls.len()).for_each(|who| self.collect(who));
    }

    fn deliver(&mut self, packet: u8, change: impl FnOnce(Flight) -> Flight) {
        if let Some(flight) = self.network.take(packet) {
            self.arrive(change(flight));
        }
    }

    fn double(&mut self, packet: u8) {
        if let Some(flight) = self.network.take(packet) {
            self.network.send(flight.clone());
            self.arrive(flight);
        }
    }

    fn arrive(&mut self, flight: Flight) {
        let Flight { from, to, bytes } = flight;
        if let Some(call) = &mut self.calls[to] {
            // What a peer gets wrong is refused, and that is all.
            let _ = call.handle_packet(self.now, link(to, from), &bytes);
        }
        self.collect(to);
    }

    fn collect(&mut self, from: usize) {
        let Some(call) = &mut self.calls[from] else {
            return;
        };
        let packets = std::iter::from_fn(|| call.poll_packet()).collect();
        self.post(from, packets);
    }

    fn post(&mut self, from: usize, packets: Vec<(ConnectionId, Vec<u8>)>) {
        assert!(packets.len() <= MAX_PACKETS, "{} packets", packets.len());
        for (link, bytes) in packets {
            let to = link.number as usize;
            self.network.send(Flight { from, to, bytes });
        }
    }

    fn open(&mut self, at: usize, from: usize) {
        if let Some(call) = self.calls[at].as_mut().filter(|_| at != from) {
            call.open_link(self.now, link(at, from));
        }
        self.collect(at);
    }

    fn close(&mut self, at: usize, from: usize) {
        if let Some(call) = &mut self.calls[at] {
            call.close_link(self.now, link(at, from));
        }
        self.collect(at);
    }

    fn seal(&mut self, who: usize, stream: Context, codec: u8, plain: Vec<u8>) {
        let Some(call) = &mut self.calls[who] else {
            return;
        };
        let codec = fixture::codec(codec);
        let mut buffer = Vec::new();
        let Ok(sealed) = call.seal(self.now, stream, codec.frame(&plain), &mut buffer) else {
            return;
        };
        let most = plain.len() + fixture::most_added(codec, plain.len());
        assert!(sealed.len() > plain.len() && sealed.len() <= most);
        let sealed = sealed.to_vec();
        assert!(!call.is_alone(), "sealed for nobody");
        self.network.keep(Frame {
            from: who,
            by: call.peer(),
            codec,
            plain,
            sealed,
            opened_by: BTreeSet::new(),
        });
    }

    fn receive(&mut self, who: usize, number: u8, codec: u8, (at, mask): (u8, u8)) {
        let chosen = usize::from(number) % self.network.frames.len().max(1);
        let frame = self.network.frames.get_mut(chosen);
        let (Some(call), Some(frame)) = (&mut self.calls[who], frame) else {
            return;
        };
        let codec = fixture::codec(codec);
        let mut bytes = frame.sealed.clone();
        change(&mut bytes, at.into(), mask);
        let mut buffer = Vec::new();
        let link = link(who, frame.from);
        let Ok(opened) = call.open(self.now, link, codec.frame(&bytes), &mut buffer) else {
            return;
        };
        assert_eq!(opened.frame, frame.plain, "opened to something else");
        assert_eq!(opened.member, frame.by, "taken for another's");
        assert!(mask == 0 && codec == frame.codec, "opened though changed");
        assert_ne!(call.peer(), frame.by, "its own");
        assert!(frame.opened_by.insert(call.peer()), "opened twice");
    }

    fn noise(&mut self, who: usize, codec: u8, frame: &[u8]) {
        let people = self.calls.len();
        let Some(call) = &mut self.calls[who] else {
            return;
        };
        let mut buffer = Vec::new();
        let codec = fixture::codec(codec);
        for from in 0..people {
            let outcome = call.open(self.now, link(who, from), codec.frame(frame), &mut buffer);
            assert!(outcome.is_err(), "nobody sealed this");
        }
    }

    fn leave(&mut self, who: usize) {
        if let Some(call) = self.calls[who].take() {
            self.post(who, call.leave().collect());
        }
    }

    fn join(&mut self, who: usize) {
        if self.calls[who].is_some() {
            return;
        }
        self.begun = self.begun.wrapping_add(1);
        let call = Call::new(self.now, [self.begun; 32]);
        self.calls[who] = Some(call.expect("a call can be started"));
        (0..self.calls.len()).for_each(|from| self.open(who, from));
    }

    fn claim(&mut self, claim: Claim) {
        let Some(like) = &self.calls[self.who(claim.like)] else {
            return;
        };
        let like = like.membership().standing();
        let wanted = self.group_of(claim.seeks);
        let (to, from) = (self.who(claim.at), self.who(claim.link));
        for bytes in self.strangers.say(claim, like, wanted) {
            self.arrive(Flight { from, to, bytes });
        }
    }

    fn group_of(&self, number: u8) -> Option<GroupId> {
        let call = self.calls.get(usize::from(number))?.as_ref()?;
        Some(call.membership().standing().group)
    }
}

fn frame(first: u8, size: u8) -> Vec<u8> {
    (0..=size).map(|at| first.wrapping_add(at)).collect()
}
