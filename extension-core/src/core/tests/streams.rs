//! Each stream is bound to its sender and its role, and goes only to members.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use std::collections::BTreeSet;

use super::{third::FROM_CLEO, *};
use crate::{
    media::{Header, Kid},
    view::StreamView,
};

const SEND_SCREEN: u32 = 5;
const RECEIVE_SCREEN: u32 = 6;

/// Of a key frame of VP8, as [`PLAIN_VIDEO`] is (F2).
const CLEAR: usize = 10;

impl Pair {
    /// Both send their screens beside their cameras.
    fn with_screens() -> Self {
        let mut pair = Self::both_on();
        for who in [0, 1] {
            pair.stream(who, SEND_SCREEN, End::Sender(Role::ScreenPicture));
            pair.stream(who, RECEIVE_SCREEN, End::Receiver(MediaKind::Video));
        }
        pair
    }

    /// A second connection, to somebody who has not spoken there, with a stream.
    pub(super) fn connect_again(&mut self, who: usize, stream: u32, end: End) -> ConnectionId {
        let page = self.pages[who];
        let id = ConnectionId { page, number: 9 };
        let core = &mut self.cores[who];
        core.connection(self.now, id, ConnectionState::Connected);
        let stream = StreamId {
            page,
            number: stream,
        };
        core.stream(self.now, stream, id.number, end);
        id
    }

    fn seal(&mut self, stream: u32) -> Vec<u8> {
        self.transform(0, stream, "video/VP8", &PLAIN_VIDEO)
            .expect("sealed")
    }

    fn opens(&mut self, stream: u32, sealed: &[u8]) -> bool {
        self.transform(1, stream, "video/VP8", sealed).is_some()
    }

    /// Key and counter of the next frame, which are the nonce.
    fn sealed_under(&mut self, stream: u32) -> (Kid, u64) {
        let sealed = self.seal(stream);
        let header = Header::read(&sealed[CLEAR..]).expect("a header");
        let kid = Kid::from_number(header.key_id).expect("one of ours");
        (kid, header.counter)
    }

    pub(super) fn stream_view(&self, who: usize, number: u32) -> StreamView {
        let streams = self.view(who).streams;
        let mut found = streams.into_iter().filter(|stream| stream.stream == number);
        found.next().expect("the stream is there")
    }
}

#[test]
fn m11_a_frame_is_opened_only_at_a_receiver_of_its_kind() {
    let mut pair = Pair::both_on();
    let sealed = pair
        .transform(0, SEND_AUDIO, "audio/opus", &PLAIN_AUDIO)
        .expect("sealed");
    let opened = pair.transform(1, RECEIVE_VIDEO, "audio/opus", &sealed);
    assert_eq!(opened, None);
    let view = pair.stream_view(1, RECEIVE_VIDEO);
    assert_eq!(view.reason, Some(DropReason::Misdirected));
    assert_eq!(pair.codes(1), ["frames-misdirected"]);
}

#[test]
fn m12_camera_and_screen_cannot_be_swapped() {
    let mut pair = Pair::with_screens();
    for (from, to) in [(SEND_VIDEO, RECEIVE_VIDEO), (SEND_SCREEN, RECEIVE_SCREEN)] {
        let sealed = pair.seal(from);
        assert!(pair.opens(to, &sealed));
    }
    for (from, to) in [(SEND_VIDEO, RECEIVE_SCREEN), (SEND_SCREEN, RECEIVE_VIDEO)] {
        let sealed = pair.seal(from);
        assert!(!pair.opens(to, &sealed));
        let role = pair.stream_view(1, to).role;
        assert_ne!(role, pair.stream_view(0, from).role);
    }
    let sealed = pair.seal(SEND_VIDEO);
    assert!(pair.opens(RECEIVE_VIDEO, &sealed), "the call goes on");
}

#[test]
fn where_streams_were_swapped_from_the_start_their_lines_tell_the_truth() {
    let mut pair = Pair::with_screens();
    for (from, to) in [(SEND_VIDEO, RECEIVE_SCREEN), (SEND_SCREEN, RECEIVE_VIDEO)] {
        let sealed = pair.seal(from);
        assert!(pair.opens(to, &sealed));
    }
    let role = |number| pair.stream_view(1, number).role;
    assert_eq!(role(RECEIVE_SCREEN), Some(Role::Camera));
    assert_eq!(role(RECEIVE_VIDEO), Some(Role::ScreenPicture));
}

impl Pair {
    fn vouches(&self, number: u32, asked: Instant) -> bool {
        let page = self.pages[1];
        self.cores[1].vouches(self.now, TAB, StreamId { page, number }, asked)
    }

    fn show(&mut self, from: u32) {
        let sealed = self.seal(from);
        assert!(self.opens(RECEIVE_VIDEO, &sealed));
    }

    /// A picture has been one member's for long enough.
    fn settled() -> Self {
        let mut pair = Self::with_screens();
        pair.show(SEND_VIDEO);
        pair.run_for(SETTLES);
        pair
    }
}

/// Just longer than the core waits.
const SETTLES: Duration = Duration::from_millis(2_001);

/// An SFU may show one receiver several streams in turn, as fast as it likes.
#[test]
fn the_core_vouches_for_a_picture_that_was_one_members_two_seconds_before_it_was_asked_for() {
    let mut pair = Pair::settled();
    let asked = pair.now;
    assert!(pair.vouches(RECEIVE_VIDEO, asked));
    assert!(!pair.vouches(RECEIVE_VIDEO, Instant(asked.0 - 1)));
    pair.show(SEND_VIDEO);
    assert!(pair.vouches(RECEIVE_VIDEO, asked), "it goes on");
    for from in [SEND_SCREEN, SEND_VIDEO] {
        pair.show(from);
        assert!(!pair.vouches(RECEIVE_VIDEO, asked), "another, or anew");
    }
    pair.run_for(SETTLES);
    assert!(!pair.vouches(RECEIVE_VIDEO, asked), "asked for before that");
    assert!(pair.vouches(RECEIVE_VIDEO, pair.now));
}

#[test]
fn the_core_vouches_for_no_picture_that_is_sent_nobodys_dropped_in_clear_or_gone() {
    let vouches_after = |change: fn(&mut Pair, StreamId)| {
        let mut pair = Pair::settled();
        let page = pair.pages[1];
        let number = RECEIVE_VIDEO;
        change(&mut pair, StreamId { page, number });
        pair.vouches(number, pair.now)
    };
    assert!(vouches_after(|_, _| {}));
    assert!(!vouches_after(|pair, _| {
        pair.run_for(RECENT);
        assert!(!pair.opens(RECEIVE_VIDEO, &PLAIN_VIDEO));
    }));
    assert!(!vouches_after(
        |pair, _| pair.cores[1].turn_off(pair.now, TAB)
    ));
    assert!(!vouches_after(
        |pair, id| pair.cores[1].stream_ended(pair.now, id)
    ));
    let mut pair = Pair::settled();
    let sealed = pair.transform(1, SEND_VIDEO, "video/VP8", &PLAIN_VIDEO);
    assert!(sealed.is_some());
    pair.run_for(SETTLES);
    assert!(!pair.vouches(SEND_VIDEO, pair.now));
    assert!(!pair.vouches(RECEIVE_SCREEN, pair.now));
    let id = StreamId {
        page: pair.pages[1],
        number: RECEIVE_VIDEO,
    };
    assert!(!pair.cores[1].vouches(pair.now, TabId(8), id, pair.now));
}

#[test]
fn a_sender_that_goes_over_to_the_screen_and_back_misses_no_frame() {
    let mut pair = Pair::both_on();
    for role in [
        Role::Camera,
        Role::ScreenPicture,
        Role::Camera,
        Role::Camera,
    ] {
        pair.stream(0, SEND_VIDEO, End::Sender(role));
        for _ in 0..3 {
            let sealed = pair.seal(SEND_VIDEO);
            assert!(pair.opens(RECEIVE_VIDEO, &sealed), "as {role:?}");
        }
        assert_eq!(pair.stream_view(1, RECEIVE_VIDEO).role, Some(role));
    }
}

#[test]
fn comfort_noise_comes_between_the_frames_of_a_streams_codec() {
    let mut pair = Pair::both_on();
    for mime in ["audio/PCMU", "audio/CN", "audio/PCMU"] {
        let sealed = pair.transform(0, SEND_AUDIO, mime, &PLAIN_AUDIO);
        let sealed = sealed.expect("sealed");
        let opened = pair.transform(1, RECEIVE_AUDIO, mime, &sealed);
        assert_eq!(opened.as_deref(), Some(&PLAIN_AUDIO[..]), "{mime}");
        for (who, stream) in [(0, SEND_AUDIO), (1, RECEIVE_AUDIO)] {
            let codec = pair.stream_view(who, stream).codec;
            assert_eq!(codec.as_deref(), Some("PCMU"));
        }
    }
    let sealed = pair.transform(0, SEND_AUDIO, "audio/CN", &PLAIN_AUDIO);
    let sealed = sealed.expect("sealed");
    let other = pair.transform(1, RECEIVE_AUDIO, "audio/PCMU", &sealed);
    assert_eq!(other, None, "no codec's frame passes as another's");
}

#[test]
fn m14_a_context_that_was_given_back_comes_again_last_of_sixteen() {
    let mut pair = Pair::both_on();
    let mut seen = Vec::new();
    for number in 100..200 {
        pair.stream(0, number, End::Sender(Role::ScreenPicture));
        seen.push(pair.sealed_under(number).0.context);
        let page = pair.pages[0];
        let id = StreamId { page, number };
        pair.cores[0].stream_ended(pair.now, id);
    }
    for run in seen.windows(16) {
        assert_eq!(BTreeSet::from_iter(run).len(), 16);
    }
    assert_eq!(BTreeSet::from_iter(seen).len(), 16, "few enough for M4");
}

#[test]
fn m14_streams_that_seal_nothing_take_no_context() {
    let mut pair = Pair::both_on();
    for number in 100..200 {
        pair.stream(0, number, End::Sender(Role::ScreenPicture));
    }
    assert_eq!(pair.sealed_under(199).0.context.index(), 0);
}

#[test]
fn m14_a_context_goes_over_from_an_idle_stream_and_no_nonce_comes_twice() {
    let mut pair = Pair::both_on();
    for number in 100..228 {
        pair.stream(0, number, End::Sender(Role::ScreenPicture));
    }
    let first: Vec<_> = (100..164).map(|number| pair.sealed_under(number)).collect();
    let refused = pair.transform(0, 164, "video/VP8", &PLAIN_VIDEO);
    assert_eq!(refused, None, "all others have just sealed");
    let reason = pair.stream_view(0, 164).reason;
    assert_eq!(reason, Some(DropReason::TooManyStreams));
    pair.run_for(Duration::from_millis(3001));
    let second: Vec<_> = (164..228).map(|number| pair.sealed_under(number)).collect();
    let keys = |sealed: &[(Kid, u64)]| BTreeSet::from_iter(sealed.iter().map(|(kid, _)| *kid));
    assert_eq!(keys(&first), keys(&second), "the same keys in one epoch");
    let nonces = BTreeSet::from_iter(first.into_iter().chain(second));
    assert_eq!(nonces.len(), 128);
}

#[test]
fn m14_what_went_over_to_another_stream_is_opened_at_that_ones_receiver() {
    let mut pair = Pair::with_screens();
    let sealed = pair.seal(SEND_SCREEN);
    assert!(pair.opens(RECEIVE_SCREEN, &sealed));
    for number in 100..164 {
        pair.stream(0, number, End::Sender(Role::ScreenPicture));
    }
    for number in 100..163 {
        pair.seal(number);
    }
    pair.run_for(Duration::from_millis(3001));
    let context = pair.sealed_under(SEND_SCREEN).0.context;
    pair.run_for(Duration::from_millis(3001));
    for number in 100..163 {
        pair.seal(number);
    }
    let sealed = pair.seal(163);
    pair.stream(1, 90, End::Receiver(MediaKind::Video));
    assert!(pair.opens(90, &sealed));
    assert_eq!(pair.sealed_under(163).0.context, context);
}

#[test]
fn a_role_that_is_not_of_the_stream_changes_nothing() {
    let mut pair = Pair::both_on();
    pair.stream(0, SEND_VIDEO, End::Sender(Role::Microphone));
    pair.stream(1, RECEIVE_VIDEO, End::Sender(Role::Camera));
    let sealed = pair.seal(SEND_VIDEO);
    assert!(pair.opens(RECEIVE_VIDEO, &sealed));
    assert_eq!(pair.stream_view(0, SEND_VIDEO).role, Some(Role::Camera));
}

#[test]
fn m13_who_is_no_member_is_sent_nothing_and_that_is_no_trouble() {
    let mut pair = Pair::both_on();
    let id = pair.connect_again(0, 90, End::Sender(Role::Camera));
    pair.cores[0].channel(pair.now, id, ChannelState::Open);
    pair.send_video(1);
    assert_eq!(pair.transform(0, 90, "video/VP8", &PLAIN_VIDEO), None);
    assert_eq!(pair.stream_view(0, 90).reason, Some(DropReason::Outsider));
    assert_eq!(pair.view(0).state, State::Encrypted);
    assert_eq!(pair.codes(0), ["others-without-sotto"]);
    assert!(pair.send_video(0).is_some());
}

#[test]
fn a_frame_that_comes_twice_before_its_senders_beacon_is_not_taken_for_plain() {
    let mut pair = Pair::both_on();
    pair.connect_again(1, 90, End::Receiver(MediaKind::Video));
    let sealed = pair.seal(SEND_VIDEO);
    for _ in 0..2 {
        assert!(!pair.opens(90, &sealed));
        let reason = pair.stream_view(1, 90).reason;
        assert_eq!(reason, Some(DropReason::Misdirected));
    }
    assert_eq!(pair.view(1).stats.unsealed, 0);
    assert!(
        pair.opens(RECEIVE_VIDEO, &sealed),
        "it counts once it comes the right way"
    );
}

#[test]
fn m9_a_members_frames_are_not_opened_on_another_members_connection() {
    let (mut pair, mut cleo) = Pair::with_cleo();
    let (hers, anothers) = (cleo.seal(pair.now), pair.seal(SEND_VIDEO));
    assert!(!pair.opens(FROM_CLEO, &anothers));
    let view = pair.stream_view(1, FROM_CLEO);
    assert_eq!(view.reason, Some(DropReason::Misdirected));
    assert!(pair.opens(FROM_CLEO, &hers), "it is her connection");
}
