//! Calls through somebody who forwards media and nothing else: a room that gives every frame to all
//! others. Each tab has one connection for everything, or publishes on one and has another for
//! each of the others.

use std::collections::BTreeSet;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{call::Call, carrier::MAX_SOUND, framing::Codec, tab::FarEnd, wire::trailer};

mod channels;
mod deaf;
mod epochs;
mod few;
mod layers;
mod lies;
mod listening;
mod loss;
mod paths;
mod strangers;
mod together;

const STEP: u64 = 20;
const OPUS: &str = "audio/opus";
const SEND: [(u32, Role, &str); 2] = [(1, Role::Microphone, OPUS), (2, Role::Camera, "video/VP8")];

const JANUS: FarEnd<'static> = FarEnd {
    origin: "- 1700000000000000 1 IN IP4 192.0.2.7",
    ice_lite: true,
};
const CHROMIUM: FarEnd<'static> = FarEnd {
    origin: "- 8160090540521631164 2 IN IP4 127.0.0.1",
    ice_lite: false,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    OneForAll,
    PublishAndSubscribe,
}

/// A frame that no part of another, or of a packet, is like.
fn plain(codec: &str, from: usize, step: u64) -> Vec<u8> {
    let (head, length): (u8, u64) = match codec {
        OPUS => (0x78, 90),
        _ if step.is_multiple_of(100) => (0x10, 700),
        _ => (0x11, 400),
    };
    let mut dice = Dice(step << 8 | from as u64);
    let body = (1..length).map(|_| dice.roll() as u8);
    std::iter::once(head).chain(body).collect()
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        let Self(state) = self;
        *state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        *state >> 33
    }
}

/// What left somebody's transforms.
#[derive(Clone)]
struct Sent {
    from: usize,
    number: u32,
    mime: &'static str,
    plain: Vec<u8>,
    wire: Vec<u8>,
}

/// What a room does to a frame on its way to somebody.
type Tamper = fn(Vec<u8>) -> Vec<u8>;

struct Room {
    layout: Layout,
    people: Vec<(Core, PageId)>,
    /// Who has no Sotto.
    without: BTreeSet<usize>,
    now: Instant,
    /// Frames in a thousand that each hop loses.
    loses: u64,
    dice: Dice,
    wire: Vec<Sent>,
    /// Who opened whose frames.
    opened: Vec<(usize, usize)>,
    wrong: usize,
    tamper: Tamper,
    /// Whether somebody is sent another's frames.
    gets: fn(usize, usize) -> bool,
    /// Of these streams there are frames.
    sends: Vec<BTreeSet<u32>>,
    /// Of sound, most frames are empty.
    dtx: bool,
    /// What comes to those without Sotto.
    overheard: Vec<(usize, &'static str, Vec<u8>)>,
    /// What somebody sent over a channel, which leads nowhere.
    over_channels: Vec<(usize, Vec<u8>)>,
}

impl Room {
    fn of(count: u8, layout: Layout) -> Self {
        let mut room = Self {
            layout,
            people: Vec::new(),
            without: BTreeSet::new(),
            now: Instant(1_000),
            loses: 0,
            dice: Dice(1),
            wire: vec![],
            opened: vec![],
            wrong: 0,
            tamper: |frame| frame,
            gets: |_, _| true,
            sends: vec![BTreeSet::from([1, 2]); count.into()],
            dtx: false,
            overheard: vec![],
            over_channels: vec![],
        };
        for seed in 0..count {
            let mut core = Core::new([seed + 1; 32]);
            let page = core.attach(room.now, TAB).expect("a page");
            room.people.push((core, page));
        }
        for who in 0..room.people.len() {
            room.enter(who);
        }
        room
    }

    /// Of so many, who all have Sotto on.
    fn all_on(count: u8, layout: Layout) -> Self {
        let mut room = Self::of(count, layout);
        for who in 0..usize::from(count) {
            room.turn_on(who);
        }
        room
    }

    fn enter(&mut self, who: usize) {
        for (number, role, _) in SEND {
            self.stream(who, 1, number, End::Sender(role));
        }
        for from in (0..self.people.len()).filter(|from| *from != who) {
            let connection = match self.layout {
                Layout::OneForAll => 1,
                Layout::PublishAndSubscribe => 10 + from as u32,
            };
            for (number, role, _) in SEND {
                let end = End::Receiver(MediaKind::of(role));
                self.stream(who, connection, receiver(from, number), end);
            }
        }
    }

    fn stream(&mut self, who: usize, connection: u32, number: u32, end: End) {
        let (link, now) = (self.link(who, connection), self.now);
        let (core, page) = &mut self.people[who];
        let id = StreamId {
            page: *page,
            number,
        };
        core.connection(now, link, ConnectionState::New);
        core.far_end(now, link, JANUS);
        core.connection(now, link, ConnectionState::Connected);
        core.stream(now, id, connection, end);
    }

    fn link(&self, who: usize, number: u32) -> ConnectionId {
        let page = self.people[who].1;
        ConnectionId { page, number }
    }

    fn turn_on(&mut self, who: usize) {
        self.people[who].0.turn_on(self.now, TAB);
    }

    fn turn_off(&mut self, who: usize) {
        self.people[who].0.turn_off(self.now, TAB);
    }

    fn is_lost(&mut self) -> bool {
        self.dice.roll() % 1_000 < self.loses
    }

    fn transform(&mut self, who: usize, number: u32, mime: &str, frame: &[u8]) -> Option<Vec<u8>> {
        if self.without.contains(&who) {
            return Some(frame.to_vec());
        }
        let (core, page) = &mut self.people[who];
        let format = core.format(*page, 96, mime);
        let id = StreamId {
            page: *page,
            number,
        };
        let made = core.transform(self.now, id, EncodedFrame::new(format, frame));
        let made = made.map(<[u8]>::to_vec);
        if core.has_output() {
            self.drain(who);
        }
        made
    }

    fn drain(&mut self, who: usize) {
        let (core, page) = &mut self.people[who];
        while let Some(output) = core.poll_output() {
            match output {
                Output::Watch { .. } => core.looked(self.now, *page),
                Output::Send { bytes, .. } => self.over_channels.push((who, bytes)),
                _ => {}
            }
        }
    }

    fn step(&mut self) {
        self.now = self.now + Duration::from_millis(STEP);
        for who in 0..self.people.len() {
            let core = &mut self.people[who].0;
            if core.poll_timeout().is_some_and(|due| due <= self.now) {
                core.handle_timeout(self.now);
            }
            self.drain(who);
        }
        let step = self.now.0 / STEP;
        for from in 0..self.people.len() {
            for (number, _, mime) in SEND {
                if self.sends[from].contains(&number) && (number == 1 || step.is_multiple_of(2)) {
                    let empty = self.dtx && number == 1 && !step.is_multiple_of(20);
                    let frame = plain(mime, from, step);
                    self.send(from, number, mime, if empty { vec![] } else { frame });
                }
            }
        }
    }

    fn send(&mut self, from: usize, number: u32, mime: &'static str, plain: Vec<u8>) {
        let Some(wire) = self.transform(from, number, mime, &plain) else {
            return;
        };
        let sent = Sent {
            from,
            number,
            mime,
            plain,
            wire,
        };
        self.wire.push(sent.clone());
        if self.is_lost() {
            return;
        }
        for to in (0..self.people.len()).filter(|to| *to != from) {
            if (self.gets)(from, to) && !self.is_lost() {
                self.deliver(&sent, to);
            }
        }
    }

    fn deliver(&mut self, sent: &Sent, to: usize) {
        let Sent { from, mime, .. } = *sent;
        let came = (self.tamper)(sent.wire.clone());
        if self.without.contains(&to) {
            self.overheard.push((from, mime, came));
            return;
        }
        match self.transform(to, receiver(from, sent.number), mime, &came) {
            Some(opened) if opened == sent.plain => self.opened.push((from, to)),
            Some(_) => self.wrong += 1,
            None => {}
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

    /// Some are in one group, and each has opened what came.
    fn stands(&self, who: &[usize]) -> bool {
        let views: Vec<_> = who.iter().map(|who| self.view(*who)).collect();
        let number = &views[0].safety_number;
        number.is_some()
            && views.iter().all(|view| {
                view.members.len() == views.len()
                    && view.safety_number == *number
                    && view.state == State::Encrypted
            })
    }

    /// How long it took until the call of these stood.
    fn until_it_stands(&mut self, who: &[usize]) -> Duration {
        let began = self.now;
        while !self.stands(who) {
            let took = self.now.since(began);
            assert!(took < Duration::from_secs(90), "it stands");
            self.step();
        }
        self.now.since(began)
    }

    fn core(&mut self, who: usize) -> &mut Core {
        &mut self.people[who].0
    }

    fn stream_view(&self, who: usize, number: u32) -> crate::view::StreamView {
        let mut streams = self.view(who).streams.into_iter();
        let found = streams.find(|stream| stream.stream == number);
        found.expect("the stream is there")
    }
}

fn receiver(from: usize, number: u32) -> u32 {
    number + 10 * (from as u32 + 1)
}

fn carried(sent: &Sent) -> Option<(usize, bool)> {
    let codec = Codec::of_mime(sent.mime).expect("a codec");
    let mut scratch = Vec::new();
    let carried = codec.carried(&sent.wire, &mut scratch)?;
    Some((carried.packet.len() + trailer::TRAILER, carried.alone))
}

const LAYOUTS: [Layout; 2] = [Layout::OneForAll, Layout::PublishAndSubscribe];

#[test]
fn i1_people_find_each_other_by_their_frames_alone() {
    for layout in LAYOUTS {
        let mut room = Room::all_on(3, layout);
        let took = room.until_it_stands(&[0, 1, 2]);
        assert!(took <= Duration::from_secs(3), "{layout:?}: {took:?}");
        assert_eq!(room.wrong, 0);
        room.opened.clear();
        room.run_for(Duration::from_secs(1));
        let ways: BTreeSet<_> = room.opened.iter().copied().collect();
        assert_eq!(ways.len(), 6, "each opens each");
    }
}

#[test]
fn i10_each_stream_is_shown_as_its_sealers_whatever_connection_brought_it() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1, 2]);
    room.run_for(Duration::from_secs(1));
    let id = |who: usize| room.people[who].0.tabs[&TAB].call.as_ref().map(Call::peer);
    let member = |number| {
        let tab = &room.people[0].0.tabs[&TAB];
        let page = room.people[0].1;
        tab.streams
            .get(StreamId { page, number })
            .and_then(|stream| stream.member)
    };
    for from in [1, 2] {
        assert_eq!(member(receiver(from, 1)), id(from));
        assert_eq!(member(receiver(from, 2)), id(from));
    }
}

#[test]
fn i3_who_comes_late_is_let_in_and_who_leaves_is_missed() {
    for layout in LAYOUTS {
        let mut room = Room::of(3, layout);
        room.turn_on(0);
        room.turn_on(1);
        room.run_for(Duration::from_secs(8));
        assert!(room.stands(&[0, 1]));
        room.turn_on(2);
        let took = room.until_it_stands(&[0, 1, 2]);
        assert!(took <= Duration::from_secs(3), "{took:?}");
        room.turn_off(1);
        room.run_for(Duration::from_secs(7));
        assert!(room.stands(&[0, 2]));
    }
}

#[test]
fn i3_who_is_silent_and_leaves_frames_out_is_let_in_all_the_same() {
    let mut room = Room::all_on(2, Layout::PublishAndSubscribe);
    room.dtx = true;
    room.sends = vec![BTreeSet::from([1]); 2];
    let took = room.until_it_stands(&[0, 1]);
    assert!(took <= Duration::from_secs(3), "{took:?}");
}

#[test]
fn i3_sound_alone_and_a_picture_alone_are_enough() {
    for number in [1, 2] {
        let mut room = Room::all_on(2, Layout::PublishAndSubscribe);
        room.sends = vec![BTreeSet::from([number]); 2];
        room.until_it_stands(&[0, 1]);
    }
}

/// Whether what went out for a frame has a run of its bytes, but for those that stay clear.
fn shows(sent: &Sent) -> bool {
    let runs: BTreeSet<_> = sent.plain[10..].windows(4).collect();
    sent.wire.windows(4).any(|run| runs.contains(run))
}

#[test]
fn i8_alone_only_messages_go_out_and_nothing_of_any_frame() {
    let mut room = Room::of(2, Layout::OneForAll);
    room.without.insert(1);
    room.turn_on(0);
    room.run_for(Duration::from_secs(30));
    let sent: Vec<_> = room.wire.iter().filter(|sent| sent.from == 0).collect();
    assert!(sent.len() >= 20, "{}", sent.len());
    for sent in &sent {
        assert!(!shows(sent), "{}", sent.mime);
        assert!(carried(sent).is_some_and(|(_, alone)| alone));
    }
    let bytes: usize = sent.iter().map(|sent| sent.wire.len()).sum();
    assert!(bytes * 8 <= 2_000 * 31, "{bytes} bytes in 30 s");
    let view = room.view(0);
    assert_eq!((view.state, view.reason), (State::Alone, "alone"));
    assert_eq!((view.stats.sealed, view.others), (0, 1));
}

#[test]
fn i8_who_has_no_sotto_hears_silence_and_sees_nothing_and_harms_nobody() {
    let mut room = Room::of(3, Layout::PublishAndSubscribe);
    room.without.insert(2);
    room.turn_on(0);
    room.turn_on(1);
    room.until_it_stands(&[0, 1]);
    room.run_for(Duration::from_secs(2));
    assert!(room.overheard.len() > 100);
    for (_, mime, frame) in &room.overheard {
        let silent = match *mime {
            OPUS => frame[1..3] == [0xff, 0xfe],
            _ => frame[0] & 0x18 == 0x08,
        };
        assert!(silent, "{mime}");
    }
    let view = room.view(0);
    assert_eq!((view.state, view.others), (State::Encrypted, 1));
    let codes: Vec<_> = view.problems.iter().map(|problem| problem.code).collect();
    assert_eq!(codes, ["others-without-sotto"]);
}

#[test]
fn i3_a_frame_that_is_dropped_takes_no_message_along() {
    let mut room = Room::all_on(1, Layout::OneForAll);
    let broken = [0x19; 100];
    assert_eq!(room.transform(0, 2, "video/VP8", &broken), None);
    let good = plain("video/VP8", 0, 1);
    assert!(room.transform(0, 2, "video/VP8", &good).is_some());
}

#[test]
fn i5_a_frame_of_sound_stays_below_1100_bytes_and_a_quiet_call_costs_2_kbit() {
    let mut room = Room::all_on(2, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1]);
    let sound = room.wire.iter().filter(|sent| sent.mime == OPUS);
    let longest = sound.map(|sent| sent.wire.len()).max();
    assert!(longest.is_some_and(|longest| (700..=MAX_SOUND).contains(&longest)));
    room.run_for(Duration::from_secs(10));
    room.wire.clear();
    room.run_for(Duration::from_secs(20));
    let ours = room.wire.iter().filter(|sent| sent.from == 0);
    let added: usize = ours.filter_map(carried).map(|(added, _)| added).sum();
    assert!(added > 0 && added * 8 <= 2_000 * 22, "{added} in 20 s");
}

/// So long that a full fragment just fits, or just doesn't.
#[test]
fn i5_long_frames_of_sound_stay_below_1100_bytes_too_and_carry_what_fits() {
    for (mime, head) in [(OPUS, &[0x78][..]), ("audio/red", &[111, 0x78])] {
        let mut room = Room::of(3, Layout::OneForAll);
        room.sends = vec![BTreeSet::new(); 3];
        for step in 0..500 {
            match step {
                0 => [0, 1].into_iter().for_each(|who| room.turn_on(who)),
                300 => room.turn_on(2),
                _ => {}
            }
            room.step();
            for from in 0..3 {
                room.send(from, 1, mime, [head, &vec![7; 330 + step % 50]].concat());
            }
        }
        assert!(room.stands(&[0, 1, 2]), "{mime}");
        let longest = room.wire.iter().map(|sent| sent.wire.len()).max();
        let nearly = MAX_SOUND - 8..=MAX_SOUND;
        assert!(
            longest.is_some_and(|one| nearly.contains(&one)),
            "{mime}: {longest:?}"
        );
    }
}

#[test]
fn i10_what_a_member_sealed_that_is_not_heard_in_the_room_is_not_shown() {
    let mut room = Room::all_on(2, Layout::OneForAll);
    room.until_it_stands(&[0, 1]);
    let link = room.link(1, 1);
    let now = room.now;
    let core = room.core(1);
    // The room ends, and another begins, in which nobody was heard.
    core.connection(now, link, ConnectionState::Closed);
    room.stream(1, 2, 99, End::Receiver(MediaKind::Audio));
    let frame = plain(OPUS, 0, 5);
    let sealed = room.transform(0, 1, OPUS, &frame).expect("sealed");
    assert_eq!(room.transform(1, 99, OPUS, &sealed), None);
    let reason = room.stream_view(1, 99).reason;
    assert_eq!(reason, Some(DropReason::Unheard));
    let view = room.view(1);
    assert_eq!(view.others, 0, "it has Sotto");
    assert_ne!(view.state, State::Trouble);
}

#[test]
fn m13_to_a_room_without_members_nothing_is_sealed() {
    let mut pair = Pair::both_on();
    let link = pair.connect_again(0, 90, End::Sender(Role::Microphone));
    pair.cores[0].far_end(pair.now, link, JANUS);
    pair.run_for(Duration::from_secs(2));
    let sent = pair
        .transform(0, 90, OPUS, &PLAIN_AUDIO)
        .expect("a message");
    let mut scratch = Vec::new();
    let carried = Codec::Opus.carried(&sent, &mut scratch);
    assert!(carried.is_some_and(|carried| carried.alone));
    let reason = pair.stream_view(0, 90).reason;
    assert_eq!(reason, Some(DropReason::Outsider));
}

#[test]
fn i13_what_is_not_silent_is_not_sealed_for_a_room_and_the_person_is_told() {
    let mut room = Room::all_on(2, Layout::OneForAll);
    room.until_it_stands(&[0, 1]);
    for mime in ["audio/PCMU", "audio/PCMA", "audio/G722"] {
        assert_eq!(room.transform(0, 1, mime, &[0x55; 160]), None, "{mime}");
    }
    assert_eq!(
        room.stream_view(0, 1).reason,
        None,
        "Opus went a moment ago"
    );
    room.sends[0].clear();
    for _ in 0..200 {
        room.step();
        room.transform(0, 1, "audio/PCMU", &[0x55; 160]);
    }
    let reason = room.stream_view(0, 1).reason;
    assert_eq!(reason, Some(DropReason::NotSilent));
    let problems = room.view(0).problems;
    let named = problems.iter().find(|one| one.code == "codec-not-silent");
    assert_eq!(named.and_then(|one| one.detail.as_deref()), Some("PCMU"));
    assert_eq!(room.view(0).state, State::Trouble);
}

#[test]
fn i2_on_a_connection_to_a_browser_nothing_goes_along_and_nothing_is_heard() {
    let mut pair = Pair::both_on();
    for who in [0, 1] {
        let link = pair.connection(who);
        pair.cores[who].far_end(pair.now, link, CHROMIUM);
    }
    for _ in 0..100 {
        pair.run_for(Duration::from_millis(50));
        let sealed = pair.transform(0, SEND_AUDIO, OPUS, &PLAIN_AUDIO);
        let sealed = sealed.expect("sealed");
        assert!(sealed.len() <= PLAIN_AUDIO.len() + 26);
        let mut scratch = Vec::new();
        assert_eq!(Codec::Opus.carried(&sealed, &mut scratch), None);
    }
}

#[test]
fn i2_a_room_that_calls_itself_a_browser_stays_one_until_it_is_closed() {
    let mut room = Room::all_on(2, Layout::OneForAll);
    room.until_it_stands(&[0, 1]);
    for who in [0, 1] {
        let (link, now) = (room.link(who, 1), room.now);
        room.core(who).far_end(now, link, CHROMIUM);
    }
    room.run_for(Duration::from_secs(8));
    assert!(room.stands(&[0, 1]));
    for who in [0, 1] {
        let (link, now) = (room.link(who, 1), room.now);
        room.core(who)
            .connection(now, link, ConnectionState::Closed);
    }
    room.wire.clear();
    room.run_for(Duration::from_secs(1));
    assert!(room.wire.is_empty());
}

#[test]
fn i2_a_channel_that_is_refused_in_the_mesh_is_told_where_a_room_is_too() {
    let mut pair = Pair::both_on();
    let (link, now) = (pair.connection(0), pair.now);
    let room = pair.connect_again(0, 90, End::Sender(Role::Microphone));
    let core = &mut pair.cores[0];
    core.trouble(now, link.page, Trouble::ControlChannelClosed);
    let told = |core: &mut Core| {
        let problems = core.view(now, TAB).problems.into_iter();
        problems.map(|one| one.code).collect::<Vec<_>>()
    };
    let code = "control-channel-closed";
    assert!(told(core).contains(&code));
    core.far_end(now, room, JANUS);
    assert!(!told(core).contains(&code), "the mesh has its channel");
    core.channel(now, link, ChannelState::Closed);
    assert!(told(core).contains(&code));
}

#[test]
fn i2_what_comes_over_a_channel_of_a_room_is_from_whoever_is_there() {
    let mut pair = Pair::new();
    for who in [0, 1] {
        let link = pair.connection(who);
        pair.cores[who].far_end(pair.now, link, JANUS);
        pair.cores[who].turn_on(pair.now, TAB);
    }
    pair.run_for(Duration::from_millis(500));
    assert_eq!(pair.view(0).members.len(), 2);
    let frame = pair
        .transform(0, SEND_AUDIO, OPUS, &PLAIN_AUDIO)
        .expect("sealed");
    let opened = pair.transform(1, RECEIVE_AUDIO, OPUS, &frame);
    assert_eq!(opened.as_deref(), Some(&PLAIN_AUDIO[..]));
}

#[test]
fn i6_a_stream_that_floods_is_heard_at_a_bounded_rate() {
    let mut room = Room::of(2, Layout::OneForAll);
    room.turn_on(0);
    room.run_for(Duration::from_secs(2));
    let mut sound = room
        .wire
        .iter()
        .filter(|sent| sent.from == 0 && sent.mime == OPUS);
    let beacon = sound.next_back().cloned().expect("a message");
    room.turn_on(1);
    let stream = StreamId {
        page: room.people[1].1,
        number: receiver(0, 1),
    };
    let now = room.now;
    let core = room.core(1);
    let frame = EncodedFrame::new(core.format(stream.page, 111, OPUS), &beacon.wire);
    let mut moved = 0;
    for _ in 0..1_000 {
        while core.poll_output().is_some() {}
        core.transform(now, stream, frame);
        moved += usize::from(core.has_output());
    }
    assert_eq!(moved, 120);
}
