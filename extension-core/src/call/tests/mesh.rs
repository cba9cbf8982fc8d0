//! A mesh of calls in virtual time over a network that loses, doubles, delays and reorders as its
//! seed says. A failing run is repeated by its seed.

use std::{collections::BTreeMap, time::Duration};

use rand_chacha::ChaCha20Rng;
use rand_core::{Rng, SeedableRng};

use super::super::*;
use crate::{
    framing::Codec,
    ids::PageId,
    media::{Context, OpenError, SealError},
};

type Recorded = (usize, usize, Vec<u8>);

pub struct Network {
    rng: ChaCha20Rng,
    loss_percent: u32,
    duplicate_percent: u32,
    delay: (u64, u64),
    apart: Vec<usize>,
    dead: Vec<(usize, usize)>,
    recording: Option<Vec<Recorded>>,
}

impl Network {
    pub fn good() -> Self {
        Self {
            rng: ChaCha20Rng::from_seed([3; 32]),
            loss_percent: 0,
            duplicate_percent: 0,
            delay: (5, 5),
            apart: Vec::new(),
            dead: Vec::new(),
            recording: None,
        }
    }

    pub fn bad(seed: u8) -> Self {
        let rng = ChaCha20Rng::from_seed([seed; 32]);
        Self {
            rng,
            loss_percent: 20,
            duplicate_percent: 10,
            delay: (5, 250),
            ..Self::good()
        }
    }

    pub fn make_good(&mut self) {
        self.loss_percent = 0;
        self.duplicate_percent = 0;
        self.delay = (5, 5);
    }

    /// Cuts one participant off from all others.
    pub fn cut(&mut self, who: usize) {
        self.apart = vec![who];
    }

    /// Keeps these apart from the rest.
    pub fn split(&mut self, these: &[usize]) {
        self.apart = these.to_vec();
    }

    /// Nothing comes through these, each from one to another, any more.
    pub fn kill(&mut self, ways: &[(usize, usize)]) {
        self.dead = ways.to_vec();
    }

    pub fn heal(&mut self) {
        self.apart.clear();
    }

    pub fn record(&mut self) {
        self.recording = Some(Vec::new());
    }

    pub fn recorded(&mut self) -> Vec<Recorded> {
        self.recording.take().unwrap_or_default()
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.rng.next_u32() % 100 < percent
    }

    /// When the copies of a packet arrive: none, one or two.
    fn arrivals(&mut self, now: Instant, from: usize, to: usize) -> Vec<Instant> {
        if self.apart.contains(&from) != self.apart.contains(&to) {
            return Vec::new();
        }
        if self.dead.contains(&(from, to)) {
            return Vec::new();
        }
        let mut copies = 1;
        if self.chance(self.loss_percent) {
            copies = 0;
        } else if self.chance(self.duplicate_percent) {
            copies = 2;
        }
        let (least, most) = self.delay;
        (0..copies)
            .map(|_| {
                let delay = least + u64::from(self.rng.next_u32()) % (most - least + 1);
                now + Duration::from_millis(delay)
            })
            .collect()
    }
}

pub struct Mesh {
    pub network: Network,
    calls: Vec<Option<Call>>,
    now: Instant,
    flying: BTreeMap<(Instant, u64), Recorded>,
    sent: u64,
}

impl Mesh {
    pub fn new(count: usize) -> Self {
        Self::with_network(count, Network::good())
    }

    pub fn with_network(count: usize, network: Network) -> Self {
        let mut mesh = Self {
            network,
            calls: Vec::new(),
            now: Instant(0),
            flying: BTreeMap::new(),
            sent: 0,
        };
        (0..count).for_each(|_| {
            mesh.add();
        });
        mesh
    }

    /// The channel by which `at` hears `from`.
    pub fn link(at: usize, from: usize) -> ConnectionId {
        ConnectionId {
            page: PageId(at as u32),
            number: from as u32,
        }
    }

    pub fn now(&self) -> Instant {
        self.now
    }

    /// Someone comes, with a channel to everyone.
    pub fn add(&mut self) -> usize {
        let newcomer = self.calls.len();
        let mut call = Call::new(self.now, [newcomer as u8 + 1; 32]).expect("a call");
        for (other, known) in self.calls.iter_mut().enumerate() {
            if let Some(known) = known {
                known.open_link(self.now, Self::link(other, newcomer));
                call.open_link(self.now, Self::link(newcomer, other));
            }
        }
        self.calls.push(Some(call));
        self.collect();
        newcomer
    }

    /// Someone says goodbye and is gone.
    pub fn leave(&mut self, who: usize) {
        let call = self.calls[who].take().expect("still in the call");
        let packets = call.leave().collect();
        self.post(who, packets);
    }

    /// Someone is gone without a word, and with it its channels.
    pub fn crash(&mut self, who: usize) {
        self.calls[who] = None;
        for other in 0..self.calls.len() {
            if let Some(call) = &mut self.calls[other] {
                call.close_link(self.now, Self::link(other, who));
            }
        }
        self.collect();
    }

    pub fn call(&self, who: usize) -> &Call {
        self.calls[who].as_ref().expect("still in the call")
    }

    pub fn call_mut(&mut self, who: usize) -> &mut Call {
        self.calls[who].as_mut().expect("still in the call")
    }

    /// Who holds the lowest leaf.
    pub fn committer(&self) -> usize {
        let first = self.calls.iter().flatten().next().expect("somebody");
        let (_, peer) = first.members()[0];
        let holds = |call: &Option<Call>| call.as_ref().is_some_and(|call| call.peer() == peer);
        self.calls
            .iter()
            .position(holds)
            .expect("the committer is here")
    }

    pub fn seal(&mut self, who: usize, frame: &[u8]) -> Result<Vec<u8>, SealError> {
        let mut buffer = Vec::new();
        let now = self.now;
        let call = self.call_mut(who);
        call.seal(now, Context(0), Codec::Pcmu.frame(frame), &mut buffer)
            .map(<[u8]>::to_vec)
    }

    /// One opens a frame that came from another.
    pub fn open(&mut self, who: usize, from: usize, frame: &[u8]) -> Result<Vec<u8>, OpenError> {
        let mut buffer = Vec::new();
        let (now, link) = (self.now, Self::link(who, from));
        let call = self.call_mut(who);
        call.open(now, link, Codec::Pcmu.frame(frame), &mut buffer)
            .map(|opened| opened.frame.to_vec())
    }

    /// Lets time pass, event by event.
    pub fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        loop {
            let packet = self.flying.keys().next().map(|(at, _)| *at);
            let timer = self
                .calls
                .iter()
                .flatten()
                .filter_map(Call::poll_timeout)
                .min();
            let Some(next) = [packet, timer].into_iter().flatten().min() else {
                break;
            };
            if next > end {
                break;
            }
            assert!(
                next >= self.now || timer == Some(next),
                "a packet from the past"
            );
            self.now = self.now.max(next);
            self.deliver();
            self.fire();
            self.collect();
        }
        self.now = end;
    }

    fn deliver(&mut self) {
        while let Some(entry) = self.flying.first_entry() {
            if entry.key().0 > self.now {
                break;
            }
            let (from, to, bytes) = entry.remove();
            if let Some(call) = &mut self.calls[to] {
                let _ = call.handle_packet(self.now, Self::link(to, from), &bytes);
            }
        }
    }

    fn fire(&mut self) {
        for call in self.calls.iter_mut().flatten() {
            if call.poll_timeout().is_some_and(|at| at <= self.now) {
                call.handle_timeout(self.now);
                let next = call.poll_timeout();
                assert!(
                    next.is_none_or(|at| at > self.now),
                    "a timer that never rests"
                );
            }
        }
    }

    fn collect(&mut self) {
        for from in 0..self.calls.len() {
            let Some(call) = &mut self.calls[from] else {
                continue;
            };
            let packets = std::iter::from_fn(|| call.poll_packet()).collect();
            self.post(from, packets);
        }
    }

    fn post(&mut self, from: usize, packets: Vec<(ConnectionId, Vec<u8>)>) {
        for (link, bytes) in packets {
            let to = link.number as usize;
            if let Some(recording) = &mut self.network.recording {
                recording.push((from, to, bytes.clone()));
            }
            for at in self.network.arrivals(self.now, from, to) {
                self.sent += 1;
                self.flying
                    .insert((at, self.sent), (from, to, bytes.clone()));
            }
        }
    }

    /// These are in one group, with nobody else, and agree on everything.
    pub fn assert_one_group(&self, who: &[usize]) {
        let first = self.call(who[0]);
        let mut peers: Vec<PeerId> = who.iter().map(|who| self.call(*who).peer()).collect();
        peers.sort();
        for member in who.iter().map(|who| self.call(*who)) {
            let mut members: Vec<PeerId> = member.members().iter().map(|(_, peer)| *peer).collect();
            members.sort();
            assert_eq!(members, peers, "members as {:?} sees them", member.peer());
            assert_eq!(member.safety_number(), first.safety_number());
            assert_eq!(member.membership().seeks(), None);
        }
    }
}
