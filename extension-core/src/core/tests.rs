//! The core as the worker drives it: two browsers of tabs, pages, connections and streams, wired
//! to each other.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod elsewhere;
mod inband;
mod reach;
mod streams;
mod third;
mod watchdog;

use std::time::Duration;

use super::*;
use crate::{
    evidence::{DropReason, Protection, RECENT},
    media::Role,
    tab::{Measure, MediaKind},
    view::State,
};

const TAB: TabId = TabId(7);

/// Two cores, each with one page, one connection and a camera and a microphone each way.
struct Pair {
    cores: [Core; 2],
    pages: [PageId; 2],
    now: Instant,
    key_frames: Vec<(usize, u32)>,
    modes: Vec<(usize, bool)>,
    badges: Vec<(usize, Instant, State)>,
    measures: Vec<(usize, u32, Measure)>,
    /// Whose page blocks its thread.
    still: Option<usize>,
}

const CONNECTION: u32 = 1;
const SEND_VIDEO: u32 = 1;
const RECEIVE_VIDEO: u32 = 2;
const SEND_AUDIO: u32 = 3;
const RECEIVE_AUDIO: u32 = 4;

const PLAIN_VIDEO: [u8; 60] = [0x10; 60];
const PLAIN_AUDIO: [u8; 60] = [0x78; 60];

impl Pair {
    fn new() -> Self {
        let mut cores = [Core::new([1; 32]), Core::new([2; 32])];
        let now = Instant(1000);
        let pages = [0, 1].map(|who| cores[who].attach(now, TAB).expect("a page"));
        let mut pair = Self {
            cores,
            pages,
            now,
            key_frames: vec![],
            modes: vec![],
            badges: vec![],
            measures: vec![],
            still: None,
        };
        for who in [0, 1] {
            pair.connect(who);
        }
        pair.exchange();
        pair
    }

    fn connect(&mut self, who: usize) {
        let id = self.connection(who);
        let core = &mut self.cores[who];
        core.connection(self.now, id, ConnectionState::New);
        core.connection(self.now, id, ConnectionState::Connected);
        core.channel(self.now, id, ChannelState::Open);
        for (number, end) in [
            (SEND_VIDEO, End::Sender(Role::Camera)),
            (RECEIVE_VIDEO, End::Receiver(MediaKind::Video)),
            (SEND_AUDIO, End::Sender(Role::Microphone)),
            (RECEIVE_AUDIO, End::Receiver(MediaKind::Audio)),
        ] {
            self.stream(who, number, end);
        }
    }

    fn stream(&mut self, who: usize, number: u32, end: End) {
        let page = self.pages[who];
        self.cores[who].stream(self.now, StreamId { page, number }, CONNECTION, end);
    }

    fn connection(&self, who: usize) -> ConnectionId {
        ConnectionId {
            page: self.pages[who],
            number: CONNECTION,
        }
    }

    fn both_on() -> Self {
        let mut pair = Self::new();
        pair.cores[0].turn_on(pair.now, TAB);
        pair.cores[1].turn_on(pair.now, TAB);
        pair.run_for(Duration::from_millis(500));
        pair
    }

    /// Passes control bytes back and forth until nobody has any.
    fn exchange(&mut self) {
        let mut quiet = false;
        while !quiet {
            quiet = true;
            for who in [0, 1] {
                while let Some(output) = self.cores[who].poll_output() {
                    quiet &= self.carry_out(who, output);
                }
            }
        }
    }

    fn carry_out(&mut self, who: usize, output: Output) -> bool {
        match output {
            Output::Send {
                connection: CONNECTION,
                bytes,
                ..
            } => {
                let to = self.connection(1 - who);
                self.cores[1 - who].control(self.now, to, &bytes);
                return false;
            }
            Output::KeyFrame { stream, .. } => self.key_frames.push((who, stream)),
            Output::Mode { on, .. } => self.modes.push((who, on)),
            Output::Badge { state, .. } => self.badges.push((who, self.now, state)),
            Output::Contain {
                stream, measure, ..
            } => self.measures.push((who, stream, measure)),
            Output::Watch { page } if self.still != Some(who) => {
                self.cores[who].looked(self.now, page);
            }
            Output::Send { .. }
            | Output::View { .. }
            | Output::Watch { .. }
            | Output::ForgetKey { .. } => {}
        }
        true
    }

    fn run_for(&mut self, span: Duration) {
        let end = self.now + span;
        self.exchange();
        while let Some(next) = self.cores.iter().filter_map(Core::poll_timeout).min() {
            if next > end {
                break;
            }
            self.now = self.now.max(next);
            for who in [0, 1] {
                self.cores[who].handle_timeout(self.now);
            }
            self.exchange();
        }
        self.now = end;
    }

    fn transform(&mut self, who: usize, stream: u32, mime: &str, frame: &[u8]) -> Option<Vec<u8>> {
        let core = &mut self.cores[who];
        let page = self.pages[who];
        let frame = EncodedFrame::new(core.format(page, 96, mime), frame);
        let number = stream;
        core.transform(self.now, StreamId { page, number }, frame)
            .map(<[u8]>::to_vec)
    }

    fn send_video(&mut self, from: usize) -> Option<Vec<u8>> {
        let sealed = self.transform(from, SEND_VIDEO, "video/VP8", &PLAIN_VIDEO)?;
        self.transform(1 - from, RECEIVE_VIDEO, "video/VP8", &sealed)
    }

    fn view(&self, who: usize) -> View {
        self.cores[who].view(self.now, TAB)
    }

    fn codes(&self, who: usize) -> Vec<&'static str> {
        self.view(who)
            .problems
            .iter()
            .map(|problem| problem.code)
            .collect()
    }
}

#[test]
fn off_shows_off_and_passes_nothing_through_the_core() {
    let mut pair = Pair::new();
    assert_eq!(pair.view(0).state, State::Off);
    assert_eq!(pair.modes, [(0, false), (1, false)]);
    assert_eq!(
        pair.transform(0, SEND_VIDEO, "video/VP8", &PLAIN_VIDEO),
        None
    );
}

#[test]
fn encrypted_is_said_only_once_frames_have_flowed() {
    let mut pair = Pair::new();
    pair.cores[0].turn_on(pair.now, TAB);
    pair.exchange();
    assert_eq!(pair.view(0).state, State::Alone);
    pair.cores[1].turn_on(pair.now, TAB);
    pair.run_for(Duration::from_millis(500));
    assert_eq!(
        (pair.view(0).state, pair.view(0).reason),
        (State::Joining, "no-media-yet")
    );
    assert_eq!(pair.send_video(0).as_deref(), Some(&PLAIN_VIDEO[..]));
    assert_eq!(pair.view(1).state, State::Encrypted);
    assert_eq!(
        (pair.view(0).state, pair.view(0).reason),
        (State::Joining, "nothing-opened-yet"),
        "sealing alone proves nothing"
    );
    assert!(pair.send_video(1).is_some());
    assert_eq!(pair.view(0).state, State::Encrypted);
    pair.run_for(Duration::from_secs(4));
    assert_eq!(pair.view(0).state, State::Joining);
}

#[test]
fn encrypted_lapses_with_its_evidence_and_not_at_the_next_look() {
    let mut pair = Pair::both_on();
    pair.run_for(Duration::from_millis(130));
    pair.send_video(1);
    let last = pair.now;
    pair.run_for(Duration::from_millis(1700));
    let lapse = pair.view(0).lapse.expect("something was opened");
    assert_eq!((lapse.after_ms, lapse.state), (1300, State::Joining));
    pair.run_for(Duration::from_secs(4));
    let mut changes = pair.badges.iter().filter(|(who, ..)| *who == 0);
    let (_, at, state) = *changes.next_back().expect("a change");
    assert_eq!((at, state), (last + RECENT, State::Joining));
    assert_eq!(pair.view(0).lapse, None);
}

#[test]
fn sealing_for_somebody_who_has_fallen_silent_is_never_called_encrypted() {
    let mut pair = Pair::both_on();
    pair.send_video(0);
    pair.send_video(1);
    assert_eq!(pair.view(0).state, State::Encrypted);
    let end = pair.now + Duration::from_secs(8);
    let last = pair.now;
    while pair.now < end {
        pair.now = pair.now + Duration::from_millis(10);
        pair.cores[0].handle_timeout(pair.now);
        while let Some(output) = pair.cores[0].poll_output() {
            if let Output::Watch { page } = output {
                pair.cores[0].looked(pair.now, page);
            }
        }
        pair.transform(0, SEND_VIDEO, "video/VP8", &PLAIN_VIDEO);
        let claimed = pair.view(0).state == State::Encrypted;
        assert!(!claimed || pair.now.since(last) < RECENT, "{:?}", pair.now);
    }
    assert_eq!(pair.view(0).state, State::Alone);
}

#[test]
fn both_see_the_same_number_and_members() {
    let pair = Pair::both_on();
    let views = [pair.view(0), pair.view(1)];
    assert!(views[0].safety_number.is_some());
    assert_eq!(views[0].safety_number, views[1].safety_number);
    assert_eq!(views.each_ref().map(|view| view.members.len()), [2, 2]);
}

#[test]
fn alone_nothing_is_sent_and_no_number_is_shown() {
    let mut pair = Pair::new();
    pair.cores[0].turn_on(pair.now, TAB);
    assert_eq!(
        pair.transform(0, SEND_AUDIO, "audio/opus", &PLAIN_AUDIO),
        None
    );
    let view = pair.view(0);
    assert_eq!(view.state, State::Alone);
    assert_eq!(view.streams[2].reason, Some(DropReason::Alone));
    assert_eq!(view.safety_number, None);
}

#[test]
fn a_codec_that_we_cannot_carry_is_dropped_and_named() {
    let mut pair = Pair::both_on();
    assert_eq!(
        pair.transform(0, SEND_VIDEO, "video/VVC", &PLAIN_VIDEO),
        None
    );
    let view = pair.view(0);
    assert_eq!(view.state, State::Trouble);
    assert_eq!(view.problems[0].code, "codec-unsupported");
    assert_eq!(view.problems[0].detail.as_deref(), Some("VVC"));
    assert_eq!(view.streams[0].protection, Protection::Dropped);
}

#[test]
fn a_plain_frame_is_never_shown_while_we_are_on() {
    let mut pair = Pair::both_on();
    assert_eq!(
        pair.transform(1, RECEIVE_VIDEO, "video/VP8", &PLAIN_VIDEO),
        None
    );
    assert_eq!(
        pair.transform(1, RECEIVE_AUDIO, "audio/opus", &PLAIN_AUDIO),
        None
    );
    assert_eq!(pair.view(1).state, State::Trouble);
}

#[test]
fn the_plain_frames_of_someone_without_sotto_are_dropped_and_no_trouble() {
    let mut pair = Pair::both_on();
    let stranger = ConnectionId {
        page: pair.pages[0],
        number: 9,
    };
    pair.cores[0].connection(pair.now, stranger, ConnectionState::Connected);
    let stream = StreamId {
        page: pair.pages[0],
        number: 90,
    };
    pair.cores[0].stream(pair.now, stream, 9, End::Receiver(MediaKind::Video));
    assert_eq!(pair.transform(0, 90, "video/VP8", &PLAIN_VIDEO), None);
    pair.send_video(1);
    let view = pair.view(0);
    assert_eq!((view.state, view.others), (State::Encrypted, 1));
    assert_eq!(pair.codes(0), ["others-without-sotto"]);
    assert_eq!(view.streams[4].reason, Some(DropReason::NotSealed));
}

#[test]
fn a_connection_for_data_alone_is_nobody_without_sotto() {
    let mut pair = Pair::both_on();
    let data = ConnectionId {
        page: pair.pages[0],
        number: 9,
    };
    pair.cores[0].connection(pair.now, data, ConnectionState::Connected);
    assert_eq!(pair.view(0).others, 0);
    let stream = StreamId {
        page: pair.pages[0],
        number: 90,
    };
    pair.cores[0].stream(pair.now, stream, 9, End::Receiver(MediaKind::Video));
    assert_eq!(pair.view(0).others, 1);
}

#[test]
fn n4_members_have_names_and_who_is_called_much_the_same_is_told() {
    let mut pair = Pair::new();
    pair.cores[0].name(pair.now, " Ana\u{202e} ");
    for who in [0, 1] {
        pair.cores[who].turn_on(pair.now, TAB);
    }
    pair.cores[1].name(pair.now, "Ben");
    pair.run_for(Duration::from_secs(2));
    let named = |pair: &Pair, who| {
        let members = pair.view(who).members.into_iter();
        let mut named: Vec<_> = members
            .map(|member| (member.you, member.name.map(String::from), member.alike))
            .collect();
        named.sort();
        named
    };
    let (ana, ben) = (Some("Ana".to_owned()), Some("Ben".to_owned()));
    assert_eq!(
        named(&pair, 0),
        [(false, ben.clone(), false), (true, ana.clone(), false)]
    );
    assert_eq!(
        named(&pair, 1),
        [(false, ana.clone(), false), (true, ben, false)]
    );
    pair.cores[1].name(pair.now, "\u{410}n\u{430}");
    pair.run_for(Duration::from_secs(2));
    let fake = Some("\u{410}n\u{430}".to_owned());
    assert_eq!(named(&pair, 0), [(false, fake, true), (true, ana, false)]);
}

#[test]
fn forged_frames_are_counted_and_the_call_goes_on() {
    let mut pair = Pair::both_on();
    let sealed = pair
        .transform(0, SEND_VIDEO, "video/VP8", &PLAIN_VIDEO)
        .expect("sealed");
    for cut in 0..sealed.len() {
        assert_eq!(
            pair.transform(1, RECEIVE_VIDEO, "video/VP8", &sealed[..cut]),
            None
        );
    }
    let mut forged = sealed.clone();
    *forged.last_mut().expect("bytes") ^= 1;
    assert_eq!(pair.transform(1, RECEIVE_VIDEO, "video/VP8", &forged), None);
    assert!(pair.view(1).stats.failed > 0);
    assert_eq!(pair.view(1).state, State::Trouble);
    assert!(
        pair.transform(1, RECEIVE_VIDEO, "video/VP8", &sealed)
            .is_some()
    );
    assert_eq!(pair.view(1).state, State::Encrypted);
}

#[test]
fn a_members_frames_are_opened_only_on_its_own_connection() {
    let mut pair = Pair::both_on();
    let sealed = pair
        .transform(0, SEND_VIDEO, "video/VP8", &PLAIN_VIDEO)
        .expect("sealed");
    let elsewhere = ConnectionId {
        page: pair.pages[1],
        number: 9,
    };
    pair.cores[1].connection(pair.now, elsewhere, ConnectionState::Connected);
    let stream = StreamId {
        page: pair.pages[1],
        number: 90,
    };
    pair.cores[1].stream(pair.now, stream, 9, End::Receiver(MediaKind::Video));
    assert_eq!(pair.transform(1, 90, "video/VP8", &sealed), None);
    let view = pair.view(1);
    assert_eq!(view.streams[4].reason, Some(DropReason::Misdirected));
}

#[test]
fn replayed_and_empty_frames_are_dropped_without_a_word() {
    let mut pair = Pair::both_on();
    let sealed = pair
        .transform(0, SEND_AUDIO, "audio/opus", &PLAIN_AUDIO)
        .expect("sealed");
    assert!(
        pair.transform(1, RECEIVE_AUDIO, "audio/opus", &sealed)
            .is_some()
    );
    assert_eq!(
        pair.transform(1, RECEIVE_AUDIO, "audio/opus", &sealed),
        None
    );
    assert_eq!(pair.transform(1, RECEIVE_AUDIO, "audio/opus", &[]), None);
    let view = pair.view(1);
    assert_eq!((view.stats.failed, view.state), (0, State::Encrypted));
    assert_eq!(pair.codes(1), Vec::<&str>::new());
}

#[test]
fn a_key_frame_is_asked_for_where_the_decoder_missed_something() {
    let mut pair = Pair::both_on();
    pair.send_video(0);
    pair.exchange();
    assert_eq!(pair.key_frames, [(1, RECEIVE_VIDEO)]);
    pair.key_frames.clear();
    pair.send_video(0);
    pair.exchange();
    assert_eq!(pair.key_frames, []);
}

/// How often a key frame is asked for, now that another frame of a video came through; perhaps
/// after one that didn't.
fn asks_for_key_frames(pair: &mut Pair, one_is_lost: bool) -> usize {
    if one_is_lost {
        let sealed = pair.transform(0, SEND_VIDEO, "video/VP8", &PLAIN_VIDEO);
        let cut = &sealed.expect("sealed")[..30];
        let opened = pair.transform(1, RECEIVE_VIDEO, "video/VP8", cut);
        assert_eq!(opened, None);
    }
    pair.key_frames.clear();
    assert!(pair.send_video(0).is_some());
    pair.exchange();
    pair.key_frames.len()
}

#[test]
fn m8_after_dropped_frames_a_key_frame_is_asked_for_every_500_ms_at_most() {
    let mut pair = Pair::both_on();
    assert_eq!(asks_for_key_frames(&mut pair, false), 1, "at first");
    assert_eq!(asks_for_key_frames(&mut pair, true), 0, "just now");
    pair.run_for(Duration::from_millis(499));
    assert_eq!(asks_for_key_frames(&mut pair, false), 0);
    pair.run_for(Duration::from_millis(1));
    assert_eq!(asks_for_key_frames(&mut pair, false), 1);
    pair.run_for(Duration::from_secs(1));
    assert_eq!(asks_for_key_frames(&mut pair, false), 0, "nothing was lost");
    assert_eq!(asks_for_key_frames(&mut pair, true), 1);
}

#[test]
fn turning_off_ends_the_others_encryption_too() {
    let mut pair = Pair::both_on();
    pair.send_video(0);
    pair.cores[0].turn_off(pair.now, TAB);
    pair.run_for(Duration::from_millis(300));
    assert_eq!(pair.view(0).state, State::Off);
    assert_eq!(pair.view(0).members.len(), 0);
    assert_eq!(pair.view(1).state, State::Alone);
    assert_eq!(
        pair.transform(1, RECEIVE_VIDEO, "video/VP8", &PLAIN_VIDEO),
        None
    );
    let view = pair.view(1);
    assert_eq!(view.streams[1].protection, Protection::Dropped);
    assert_eq!(view.streams[1].reason, Some(DropReason::NotSealed));
    assert_eq!(pair.codes(1), ["others-without-sotto"]);
    assert_eq!(pair.modes.last(), Some(&(0, false)));
}

#[test]
fn off_and_on_again_gives_new_keys_and_another_number() {
    let mut pair = Pair::both_on();
    let before = pair.view(0).safety_number;
    let sealed = pair
        .transform(0, SEND_AUDIO, "audio/opus", &PLAIN_AUDIO)
        .expect("sealed");
    pair.cores[1].turn_off(pair.now, TAB);
    pair.run_for(Duration::from_millis(100));
    pair.cores[1].turn_on(pair.now, TAB);
    pair.run_for(Duration::from_secs(2));
    assert_eq!(
        pair.transform(1, RECEIVE_AUDIO, "audio/opus", &sealed),
        None
    );
    assert_ne!(pair.view(0).safety_number, before);
    assert_eq!(pair.view(0).safety_number, pair.view(1).safety_number);
    assert!(pair.send_video(0).is_some());
}

#[test]
fn a_page_that_goes_takes_its_connections_and_streams_with_it() {
    let mut pair = Pair::both_on();
    let page = pair.pages[0];
    pair.cores[0].detach(pair.now, page);
    assert!(pair.view(0).streams.is_empty());
    assert_eq!(pair.view(0).members.len(), 1, "a fresh call, alone");
    assert_eq!(
        pair.transform(0, SEND_AUDIO, "audio/opus", &PLAIN_AUDIO),
        None
    );
    pair.run_for(Duration::from_secs(6));
    assert_eq!(pair.view(0).reason, "alone-no-call");
}

#[test]
fn frames_that_are_cut_off_are_named_and_where_no_other_is_rule_out_all_else() {
    let mut core = Core::new([1; 32]);
    let now = Instant(0);
    let cuts = |sandboxed, lost| Cuts { sandboxed, lost };
    core.cuts(now, TAB, cuts(1, 1));
    assert_eq!(core.view(now, TAB).state, State::Off);
    core.turn_on(now, TAB);
    let view = core.view(now, TAB);
    assert_eq!((view.state, view.reason), (State::Unsupported, "sandboxed"));
    core.cuts(now, TAB, cuts(0, 1));
    let view = core.view(now, TAB);
    assert_eq!((view.state, view.reason), (State::Trouble, "cut-off"));
    core.attach(now, TAB).expect("a page");
    let view = core.view(now, TAB);
    assert_eq!((view.state, view.reason), (State::Trouble, "trouble"));
    assert_eq!(
        (view.problems[0].code, view.problems[0].count),
        ("frame-lost", Some(1))
    );
    core.cuts(now, TAB, cuts(0, 0));
    assert_eq!(core.view(now, TAB).state, State::Alone);
}

#[test]
fn whoever_comes_is_told_the_badge_though_nothing_has_changed() {
    let mut core = Core::new([1; 32]);
    let now = Instant(0);
    core.turn_on(now, TAB);
    while core.poll_output().is_some() {}
    for _ in 0..2 {
        core.attach(now, TAB).expect("a page");
        let badge = Output::Badge {
            tab: TAB,
            state: State::Alone,
        };
        let told: Vec<_> = std::iter::from_fn(|| core.poll_output()).collect();
        assert!(told.contains(&badge));
    }
}

#[test]
fn a_trouble_that_is_over_fades_and_one_that_lasts_stays() {
    let mut pair = Pair::both_on();
    let page = pair.pages[0];
    pair.cores[0].trouble(pair.now, page, Trouble::HostRemoved);
    pair.send_video(1);
    assert_eq!(pair.view(0).state, State::Trouble);
    assert_eq!(pair.codes(0), ["host-removed"]);
    pair.run_for(Duration::from_secs(11));
    pair.send_video(1);
    assert_eq!(pair.view(0).state, State::Encrypted);
    pair.cores[0].trouble(pair.now, page, Trouble::PageTransform);
    pair.run_for(Duration::from_secs(30));
    assert_eq!(pair.codes(0), ["page-transform"]);
}

#[test]
fn a_closed_tab_leaves_nothing_behind() {
    let mut pair = Pair::both_on();
    pair.cores[0].forget(TAB);
    assert_eq!(pair.view(0).state, State::Off);
    assert!(pair.cores[0].tabs.is_empty() && pair.cores[0].pages.is_empty());
}

#[test]
fn tabs_do_not_know_each_other() {
    let mut pair = Pair::both_on();
    pair.send_video(1);
    let other = TabId(8);
    pair.cores[0].turn_on(pair.now, other);
    assert_eq!(pair.cores[0].view(pair.now, other).state, State::Alone);
    pair.cores[0].forget(other);
    assert_eq!(pair.view(0).state, State::Encrypted);
}

#[test]
fn what_a_hostile_page_says_of_ids_that_do_not_exist_is_ignored() {
    let mut core = Core::new([1; 32]);
    let (page, now) = (PageId(99), Instant(0));
    core.connection(
        now,
        ConnectionId { page, number: 1 },
        ConnectionState::Connected,
    );
    core.control(now, ConnectionId { page, number: 1 }, b"SOTO");
    core.stream_ended(now, StreamId { page, number: 1 });
    core.detach(now, page);
    assert_eq!(core.format(page, 96, "video/VP8"), FormatNumber::NONE);
    for format in [FormatNumber::NONE, FormatNumber(77)] {
        let frame = EncodedFrame::new(format, b"x");
        let stream = StreamId { page, number: 1 };
        assert!(core.transform(now, stream, frame).is_none());
        assert!(matches!(core.start(now, stream, frame), Started::Dropped));
    }
    assert_eq!(core.poll_output(), None);
}

#[test]
fn a_tab_that_names_formats_without_end_takes_none_from_others() {
    let mut pair = Pair::both_on();
    pair.send_video(0).expect("opened");
    let hostile = pair.cores[0].attach(pair.now, TabId(9)).expect("a page");
    let core = &mut pair.cores[0];
    for n in 0..1_000 {
        core.format(hostile, 96, &format!("video/{n}"));
    }
    assert_eq!(core.format(hostile, 97, "video/VP9"), FormatNumber::NONE);
    let format = core.format(pair.pages[0], 97, "video/VP9");
    assert_ne!(format, FormatNumber::NONE);
    core.detach(pair.now, hostile);
    let next = core.attach(pair.now, TabId(9)).expect("a page");
    assert_ne!(core.format(next, 97, "video/VP9"), FormatNumber::NONE);
}

#[test]
fn a_frame_that_has_the_name_of_the_next_codec_goes_nowhere() {
    let mut pair = Pair::both_on();
    pair.send_video(0).expect("opened");
    let (page, number, now) = (pair.pages[0], SEND_VIDEO, pair.now);
    let core = &mut pair.cores[0];
    let [vp8, vp9] = ["video/VP8", "video/VP9"].map(|mime| core.format(page, 96, mime));
    let mut is_sealed = |format| {
        let frame = EncodedFrame::new(format, &PLAIN_VIDEO);
        matches!(
            core.start(now, StreamId { page, number }, frame),
            Started::Done(_)
        )
    };
    assert!(is_sealed(vp8));
    assert!(!is_sealed(vp9));
    assert!(is_sealed(vp8));
    assert_eq!(pair.view(0).stats.dropped, 1);
}

#[test]
fn another_version_is_told() {
    let mut pair = Pair::both_on();
    pair.send_video(1);
    let to = pair.connection(0);
    let mut packet = b"SOTO".to_vec();
    packet.extend([9, 0, 0, 0, 0, 0, 0, 0, 1]);
    pair.cores[0].control(pair.now, to, &packet);
    let problems = pair.view(0).problems;
    assert_eq!(
        (problems[0].code, problems[0].detail.as_deref()),
        ("other-version", Some("9"))
    );
    assert_eq!(pair.view(0).state, State::Encrypted);
    let is_told = |pair: &Pair| {
        let problems = pair.view(0).problems.into_iter();
        problems.map(|one| one.code).any(|it| it == "other-version")
    };
    pair.run_for(Duration::from_millis(9_000));
    assert!(is_told(&pair));
    pair.run_for(Duration::from_millis(1_600));
    assert!(!is_told(&pair), "it was heard once");
}

#[test]
fn the_figures_are_those_of_this_call() {
    let mut pair = Pair::both_on();
    for _ in 0..10 {
        pair.send_video(0);
    }
    let id = StreamId {
        page: pair.pages[0],
        number: SEND_VIDEO,
    };
    pair.cores[0].timed(id, 640.0, 32);
    let stats = serde_json::to_value(pair.view(0).stats).expect("plain data");
    assert_eq!(stats["sealed"], 10);
    assert_eq!(stats["sealUsP50"], 20.0);
    assert!(
        stats["overheadBytesPerFrame"]
            .as_f64()
            .is_some_and(|bytes| bytes <= 23.0)
    );
    assert_eq!(
        serde_json::to_value(pair.view(1).stats).expect("plain data")["opened"],
        10
    );
}
