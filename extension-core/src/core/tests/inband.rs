//! Calls whose connections bring media across and nothing else: some tabs, each connected with a
//! room that gives every frame to all others, as an SFU does.

use std::collections::BTreeSet;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{carrier::MAX_SOUND, framing::Codec};

const STEP: u64 = 20;
const SEND: [(u32, Role, &str); 2] = [
    (1, Role::Microphone, "audio/opus"),
    (2, Role::Camera, "video/VP8"),
];

/// A frame that no part of another, or of a packet, is like.
fn plain(codec: &str, from: usize, step: u64) -> Vec<u8> {
    let (head, length): (u8, u64) = match codec {
        "audio/opus" => (0x78, 90),
        _ if step.is_multiple_of(100) => (0x10, 700),
        _ => (0x11, 400),
    };
    let body = (1..length).map(|n| (n * n * 31 + n + step * 7 + from as u64 * 13) as u8 | 0x80);
    std::iter::once(head).chain(body).collect()
}

struct Sfu {
    people: Vec<(Core, PageId)>,
    now: Instant,
    /// Frames in a thousand that each hop loses.
    loses: u64,
    dice: u64,
    /// What left each person's transforms: codec, plain frame, what went out for it.
    wire: Vec<(usize, &'static str, Vec<u8>, Vec<u8>)>,
    opened: Vec<(usize, usize)>,
    wrong: usize,
    /// What the room does to a frame on its way.
    tamper: fn(Vec<u8>) -> Vec<u8>,
    sends: BTreeSet<u32>,
}

impl Sfu {
    fn of(count: u8) -> Self {
        let mut sfu = Self {
            people: Vec::new(),
            now: Instant(1_000),
            loses: 0,
            dice: 1,
            wire: vec![],
            opened: vec![],
            wrong: 0,
            tamper: |frame| frame,
            sends: BTreeSet::from([1, 2]),
        };
        for seed in 0..count {
            let mut core = Core::new([seed + 1; 32]);
            let page = core.attach(sfu.now, TAB).expect("a page");
            sfu.people.push((core, page));
        }
        for who in 0..sfu.people.len() {
            sfu.connect(who);
        }
        sfu
    }

    fn link(&self, who: usize) -> ConnectionId {
        ConnectionId {
            page: self.people[who].1,
            number: CONNECTION,
        }
    }

    fn connect(&mut self, who: usize) {
        let (link, now, count) = (self.link(who), self.now, self.people.len() as u32);
        let (core, page) = &mut self.people[who];
        core.connection(now, link, ConnectionState::Connected);
        let mut stream = |number, end| {
            let id = StreamId {
                page: *page,
                number,
            };
            core.stream(now, id, CONNECTION, end);
        };
        for (number, role, _) in SEND {
            stream(number, End::Sender(role));
            for from in 0..count {
                stream(number + 10 * (from + 1), End::Receiver(MediaKind::of(role)));
            }
        }
    }

    fn turn_on(&mut self, who: usize) {
        self.people[who].0.turn_on(self.now, TAB);
    }

    fn is_lost(&mut self) -> bool {
        self.dice = self
            .dice
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.dice >> 33) % 1_000 < self.loses
    }

    fn transform(&mut self, who: usize, number: u32, mime: &str, frame: &[u8]) -> Option<Vec<u8>> {
        let (core, page) = &mut self.people[who];
        let codec = core.codec(mime);
        let id = StreamId {
            page: *page,
            number,
        };
        let made = core.transform(self.now, id, codec, frame);
        let made = made.map(<[u8]>::to_vec);
        if core.has_output() {
            while core.poll_output().is_some() {}
        }
        made
    }

    fn step(&mut self) {
        self.now = self.now + Duration::from_millis(STEP);
        for (core, page) in &mut self.people {
            if core.poll_timeout().is_some_and(|due| due <= self.now) {
                core.handle_timeout(self.now);
            }
            while let Some(output) = core.poll_output() {
                if let Output::Watch { .. } = output {
                    core.looked(self.now, *page);
                }
            }
        }
        let step = self.now.0 / STEP;
        for from in 0..self.people.len() {
            for (number, _, mime) in SEND {
                if self.sends.contains(&number) && (number == 1 || step.is_multiple_of(2)) {
                    self.send(from, number, mime, &plain(mime, from, step));
                }
            }
        }
    }

    fn send(&mut self, from: usize, number: u32, mime: &'static str, frame: &[u8]) {
        let Some(made) = self.transform(from, number, mime, frame) else {
            return;
        };
        self.wire.push((from, mime, frame.to_vec(), made.clone()));
        if self.is_lost() {
            return;
        }
        for to in (0..self.people.len()).filter(|to| *to != from) {
            if self.is_lost() {
                continue;
            }
            let came = (self.tamper)(made.clone());
            let number = number + 10 * (from as u32 + 1);
            match self.transform(to, number, mime, &came) {
                Some(opened) if opened == frame => self.opened.push((from, to)),
                Some(_) => self.wrong += 1,
                None => {}
            }
        }
    }

    fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        while self.now < end {
            self.step();
        }
    }

    fn view(&self, who: usize) -> View {
        self.people[who].0.view(self.now, TAB)
    }

    /// All are in one group, and each was opened by each.
    fn stands(&self) -> bool {
        let views: Vec<_> = (0..self.people.len()).map(|who| self.view(who)).collect();
        let number = &views[0].safety_number;
        number.is_some()
            && views.iter().all(|view| {
                view.members.len() == views.len()
                    && view.safety_number == *number
                    && view.state == State::Encrypted
            })
    }

    /// How long it took until the call stood.
    fn until_it_stands(&mut self) -> Duration {
        let began = self.now;
        while !self.stands() {
            assert!(self.now.since(began) < Duration::from_secs(20), "it stands");
            self.step();
        }
        self.now.since(began)
    }
}

/// Two people that have been connected for long, and both turn Sotto on.
fn joins(loses: u64, dice: u64) -> Duration {
    let mut sfu = Sfu::of(2);
    (sfu.loses, sfu.dice) = (loses, dice);
    sfu.run_for(Duration::from_secs(2));
    sfu.turn_on(0);
    sfu.turn_on(1);
    let took = sfu.until_it_stands();
    assert_eq!(sfu.wrong, 0);
    took
}

#[test]
fn i1_two_find_each_other_by_their_frames_alone() {
    let took = joins(0, 1);
    assert!(took <= Duration::from_millis(2_000), "{took:?}");
}

#[test]
fn i3_with_five_percent_lost_on_each_hop_a_join_takes_three_seconds_at_most_at_the_median() {
    let mut took: Vec<_> = (1..=9).map(|dice| joins(50, dice)).collect();
    took.sort();
    assert!(took[4] <= Duration::from_secs(3), "{took:?}");
}

#[test]
fn i3_who_comes_late_is_let_in() {
    let mut sfu = Sfu::of(3);
    sfu.turn_on(0);
    sfu.turn_on(1);
    sfu.run_for(Duration::from_secs(8));
    assert_eq!(sfu.view(0).members.len(), 2);
    assert_eq!(sfu.view(0).state, State::Encrypted);
    sfu.turn_on(2);
    let took = sfu.until_it_stands();
    assert!(took <= Duration::from_secs(4), "{took:?}");
}

#[test]
fn i3_sound_alone_and_a_picture_alone_are_enough() {
    for number in [1, 2] {
        let mut sfu = Sfu::of(2);
        sfu.sends = BTreeSet::from([number]);
        sfu.turn_on(0);
        sfu.turn_on(1);
        sfu.until_it_stands();
    }
}

/// The longest run of bytes that a frame and what went out for it have in common.
fn shares(plain: &[u8], wire: &[u8], length: usize) -> bool {
    let runs: BTreeSet<_> = plain.windows(length).collect();
    wire.windows(length).any(|run| runs.contains(run))
}

#[test]
fn i8_alone_only_messages_go_out_and_nothing_of_any_frame() {
    let mut sfu = Sfu::of(2);
    sfu.turn_on(0);
    sfu.run_for(Duration::from_secs(30));
    let sent: Vec<_> = sfu.wire.iter().filter(|(from, ..)| *from == 0).collect();
    assert!(sent.len() >= 20, "{}", sent.len());
    for (_, mime, plain, wire) in &sent {
        assert!(!shares(plain, wire, 4), "{mime}");
        let codec = Codec::of_mime(mime).expect("a codec");
        let mut scratch = Vec::new();
        let carried = codec.carried(wire, &mut scratch).expect("a message");
        assert!(carried.alone);
    }
    let bytes: usize = sent.iter().map(|(.., wire)| wire.len()).sum();
    assert!(bytes * 8 <= 2_000 * 31, "{bytes} bytes in 30 s");
    assert_eq!(sfu.view(0).state, State::Alone);
    assert_eq!(sfu.view(0).stats.sealed, 0);
}

#[test]
fn i5_a_frame_of_sound_stays_below_1100_bytes_and_a_quiet_call_costs_2_kbit() {
    let mut sfu = Sfu::of(2);
    sfu.turn_on(0);
    sfu.turn_on(1);
    sfu.until_it_stands();
    let sound = sfu
        .wire
        .iter()
        .filter(|(_, mime, ..)| *mime == "audio/opus");
    let longest = sound.map(|(.., wire)| wire.len()).max();
    assert!(longest.is_some_and(|longest| (700..=MAX_SOUND).contains(&longest)));
    sfu.run_for(Duration::from_secs(10));
    sfu.wire.clear();
    sfu.run_for(Duration::from_secs(20));
    let ours = sfu.wire.iter().filter(|(from, ..)| *from == 0);
    let added: usize = ours
        .map(|(_, mime, plain, wire)| {
            let codec = Codec::of_mime(mime).expect("a codec");
            let mut scratch = Vec::new();
            let carried = codec.carried(wire, &mut scratch);
            assert!(wire.len() <= plain.len() + 30 || carried.is_some());
            carried.map_or(0, |carried| carried.packet.len() + 6)
        })
        .sum();
    assert!(added > 0 && added * 8 <= 2_000 * 22, "{added} in 20 s");
}

#[test]
fn i9_what_a_room_does_to_packets_costs_packets_and_no_frame() {
    fn stripped(frame: Vec<u8>) -> Vec<u8> {
        crate::wire::trailer::split(&frame).0.to_vec()
    }
    fn forged(frame: Vec<u8>) -> Vec<u8> {
        let mut frame = stripped(frame);
        crate::wire::trailer::append(b"SOTO and no packet", &mut frame);
        frame
    }
    fn flipped(mut frame: Vec<u8>) -> Vec<u8> {
        if crate::wire::trailer::split(&frame).1.is_some() {
            let place = frame.len() - 20;
            frame[place] ^= 1;
        }
        frame
    }
    for tamper in [stripped, forged, flipped] {
        let mut sfu = Sfu::of(2);
        sfu.turn_on(0);
        sfu.turn_on(1);
        sfu.until_it_stands();
        sfu.tamper = tamper;
        sfu.opened.clear();
        sfu.wire.clear();
        sfu.run_for(Duration::from_secs(2));
        assert_eq!(sfu.opened.len(), sfu.wire.len());
        assert_eq!((sfu.wrong, sfu.view(0).stats.failed), (0, 0));
    }
}

#[test]
fn i10_what_a_member_gets_from_a_room_it_is_not_heard_in_is_not_shown() {
    let mut sfu = Sfu::of(2);
    sfu.turn_on(0);
    sfu.turn_on(1);
    sfu.until_it_stands();
    let other = ConnectionId {
        page: sfu.people[1].1,
        number: 2,
    };
    let stream = StreamId {
        page: other.page,
        number: 99,
    };
    let now = sfu.now;
    let core = &mut sfu.people[1].0;
    core.connection(now, other, ConnectionState::Connected);
    core.stream(now, stream, 2, End::Receiver(MediaKind::Audio));
    let frame = plain("audio/opus", 0, 5);
    let sealed = sfu.transform(0, 1, "audio/opus", &frame).expect("sealed");
    assert_eq!(sfu.transform(1, 99, "audio/opus", &sealed), None);
}

#[test]
fn i2_with_a_channel_nothing_goes_along_with_frames() {
    let mut pair = Pair::both_on();
    for _ in 0..100 {
        pair.run_for(Duration::from_millis(50));
        let sealed = pair.transform(0, SEND_AUDIO, "audio/opus", &PLAIN_AUDIO);
        let sealed = sealed.expect("sealed");
        assert!(sealed.len() <= PLAIN_AUDIO.len() + 26);
        let mut scratch = Vec::new();
        assert_eq!(Codec::Opus.carried(&sealed, &mut scratch), None);
    }
}

#[test]
fn i2_a_channel_that_opens_ends_it() {
    let mut sfu = Sfu::of(2);
    sfu.turn_on(0);
    sfu.turn_on(1);
    sfu.until_it_stands();
    for who in [0, 1] {
        let (link, now) = (sfu.link(who), sfu.now);
        sfu.people[who].0.channel(now, link, ChannelState::Open);
    }
    sfu.wire.clear();
    sfu.run_for(Duration::from_secs(1));
    assert!(sfu.wire.is_empty(), "nobody was heard on the channels");
}

#[test]
fn i6_a_stream_that_floods_is_heard_at_a_bounded_rate() {
    let mut sfu = Sfu::of(2);
    sfu.turn_on(0);
    sfu.run_for(Duration::from_secs(2));
    let mut sound = sfu
        .wire
        .iter()
        .filter(|(_, mime, ..)| *mime == "audio/opus");
    let (.., beacon) = sound.next_back().cloned().expect("a message");
    sfu.turn_on(1);
    let stream = StreamId {
        page: sfu.people[1].1,
        number: 11,
    };
    let now = sfu.now;
    let mut moved = 0;
    for _ in 0..1_000 {
        let core = &mut sfu.people[1].0;
        let codec = core.codec("audio/opus");
        while core.poll_output().is_some() {}
        core.transform(now, stream, codec, &beacon);
        moved += usize::from(core.has_output());
    }
    assert_eq!(moved, 120);
}
