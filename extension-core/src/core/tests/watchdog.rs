//! A stream that goes past our transform is stopped, named, and never counted as encrypted.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

impl Pair {
    fn flow(&mut self, who: usize, number: u32, frames: u64) {
        let page = self.pages[who];
        let flow = Flow {
            made: frames,
            passed: 2 * frames,
            bytes: 2000 * frames,
            waited: 0,
        };
        self.cores[who].flow(self.now, StreamId { page, number }, flow);
        self.exchange();
    }

    /// The page is to encode a stream itself.
    fn leave(&mut self, who: usize, number: u32) {
        let page = self.pages[who];
        self.cores[who].stream_left(self.now, StreamId { page, number });
    }

    fn bypassed(&mut self, who: usize, number: u32) {
        let page = self.pages[who];
        self.cores[who].bypassed(self.now, StreamId { page, number });
        self.exchange();
    }
}

#[test]
fn a_sender_that_flows_and_does_not_come_here_is_covered_stopped_and_closed() {
    let mut pair = Pair::both_on();
    for report in 0..4 {
        pair.flow(0, SEND_VIDEO, 12 * report);
    }
    assert_eq!(
        pair.measures,
        [Measure::Cover, Measure::Stop, Measure::Close].map(|measure| (0, SEND_VIDEO, measure))
    );
}

#[test]
fn one_that_flows_as_it_comes_is_left_alone() {
    let mut pair = Pair::both_on();
    for report in 0..10 {
        pair.send_video(0);
        pair.flow(0, SEND_VIDEO, report);
        pair.flow(1, RECEIVE_VIDEO, report);
        pair.run_for(Duration::from_millis(400));
    }
    assert_eq!(pair.measures, []);
    assert_eq!(pair.view(1).state, State::Encrypted);
}

#[test]
fn it_is_named_and_not_counted_as_encrypted_while_it_lasts() {
    let mut pair = Pair::both_on();
    pair.send_video(1);
    pair.send_video(0);
    pair.bypassed(0, SEND_VIDEO);
    pair.bypassed(1, RECEIVE_VIDEO);
    pair.send_video(1);
    pair.send_video(0);
    for (who, number) in [(0, SEND_VIDEO), (1, RECEIVE_VIDEO)] {
        let view = pair.view(who);
        assert_eq!(view.state, State::Trouble);
        let problem = &view.problems[0];
        assert_eq!(problem.code, "stream-bypassed");
        assert_eq!(problem.stream.map(|id| id.number), Some(number));
        assert!(problem.detail.is_some(), "with the person");
        let mut streams = view.streams.iter();
        let stream = streams.find(|stream| stream.stream == number);
        let stream = stream.expect("still there");
        assert_eq!(stream.protection, Protection::Dropped);
        assert_eq!(stream.reason, Some(DropReason::Bypassed));
    }
    pair.run_for(Duration::from_secs(11));
    pair.send_video(1);
    assert_eq!(pair.view(0).state, State::Trouble, "ours carries nothing");
    pair.send_video(0);
    assert_eq!(pair.view(0).state, State::Encrypted);
}

#[test]
fn one_that_was_stopped_or_closed_stays_named_until_its_page_goes() {
    let mut pair = Pair::both_on();
    pair.bypassed(0, SEND_VIDEO);
    let page = pair.pages[0];
    let number = SEND_VIDEO;
    pair.cores[0].stream_ended(pair.now, StreamId { page, number });
    let closed = pair.connection(0);
    pair.cores[0].connection(pair.now, closed, ConnectionState::Closed);
    pair.run_for(Duration::from_secs(3600));
    let view = pair.view(0);
    assert_eq!(view.state, State::Trouble);
    assert_eq!(pair.codes(0), ["stream-bypassed"]);
    let mut streams = view.streams.iter();
    let camera = streams.find(|stream| stream.stream == SEND_VIDEO);
    let camera = camera.expect("it is shown");
    assert_eq!(camera.reason, Some(DropReason::Bypassed));
    assert_eq!(camera.role, Some(Role::Camera));
    pair.cores[0].detach(pair.now, page);
    pair.cores[0].attach(pair.now, TAB);
    assert_eq!(pair.codes(0), [""; 0]);
}

#[test]
fn it_stays_named_where_a_page_takes_away_the_frame_that_did_it() {
    let mut pair = Pair::both_on();
    let frame = pair.cores[0].attach(pair.now, TAB).expect("a page");
    let (now, number) = (pair.now, 90);
    let stream = StreamId {
        page: frame,
        number,
    };
    pair.cores[0].stream(now, stream, 1, End::Sender(Role::Camera));
    pair.cores[0].bypassed(now, stream);
    pair.cores[0].detach(now, frame);
    let view = pair.view(0);
    assert_eq!(pair.codes(0), ["stream-bypassed"]);
    assert_eq!(view.problems[0].stream, Some(stream));
    let page = pair.pages[0];
    pair.cores[0].detach(pair.now, page);
    pair.cores[0].attach(pair.now, TAB);
    assert_eq!(pair.codes(0), [""; 0]);
}

#[test]
fn a_page_can_not_fill_the_list_of_what_it_made_go_past() {
    let mut pair = Pair::both_on();
    let page = pair.pages[0];
    for number in 100..200 {
        pair.stream(0, number, End::Sender(Role::Camera));
        pair.bypassed(0, number);
        pair.cores[0].stream_ended(pair.now, StreamId { page, number });
    }
    let view = pair.view(0);
    let problems = view.problems.iter();
    let named: Vec<_> = problems.filter_map(|problem| problem.stream).collect();
    assert_eq!(named.len(), 16);
    assert_eq!(named.last().map(|id| id.number), Some(199));
}

/// How long a stream flows past us until it is stopped, with a report at each look.
fn stopped_after(mut looks: impl FnMut(&mut Pair, u64)) -> Duration {
    let mut pair = Pair::both_on();
    let mut count = 0;
    let mut start = pair.now;
    while !pair.measures.iter().any(|(.., how)| *how == Measure::Stop) {
        looks(&mut pair, count);
        if count < 10 {
            start = pair.now;
        }
        pair.run_for(Duration::from_millis(200));
        count += 1;
        assert!(count < 30, "it is stopped");
    }
    pair.now.since(start)
}

#[test]
fn by_what_flows_alone_a_stream_is_stopped_in_less_than_a_second() {
    let took = stopped_after(|pair, count| {
        if count < 10 {
            pair.send_video(0);
        }
        pair.flow(0, SEND_VIDEO, 6 * count);
    });
    assert!(took <= Duration::from_millis(800), "{took:?}");
}

#[test]
fn what_the_page_was_to_encode_and_flows_is_stopped_without_another_try() {
    let mut pair = Pair::both_on();
    pair.leave(0, SEND_VIDEO);
    for count in 0..2 {
        pair.flow(0, SEND_VIDEO, 6 * count);
        pair.run_for(Duration::from_millis(200));
    }
    assert_eq!(pair.codes(0), [""; 0], "not on one sign alone");
    pair.flow(0, SEND_VIDEO, 12);
    assert_eq!(pair.measures, [(0, SEND_VIDEO, Measure::Stop)]);
    assert_eq!(pair.codes(0), ["stream-bypassed"]);
}

#[test]
fn a_sign_of_what_the_page_was_to_encode_is_kept_until_sotto_is_turned_off() {
    let mut pair = Pair::both_on();
    pair.leave(0, SEND_VIDEO);
    let mut count = 0;
    let mut sign = |pair: &mut Pair| {
        for _ in 0..4 {
            pair.flow(0, SEND_VIDEO, 6 * count);
            pair.run_for(Duration::from_millis(200));
        }
        count += 1;
        pair.flow(0, SEND_VIDEO, 6 * count);
        pair.run_for(Duration::from_secs(11));
    };
    sign(&mut pair);
    pair.cores[0].turn_off(pair.now, TAB);
    pair.cores[0].turn_on(pair.now, TAB);
    sign(&mut pair);
    assert_eq!(pair.measures, []);
    sign(&mut pair);
    assert_eq!(pair.measures, [(0, SEND_VIDEO, Measure::Stop)]);
}

#[test]
fn what_the_page_was_to_encode_and_its_relay_has_stopped_is_named() {
    let mut pair = Pair::both_on();
    pair.leave(0, SEND_VIDEO);
    pair.bypassed(0, SEND_VIDEO);
    assert_eq!(pair.measures, []);
    assert_eq!(pair.codes(0), ["stream-bypassed"]);
}

#[test]
fn what_the_page_was_to_encode_and_is_refused_is_left_alone() {
    let mut pair = Pair::both_on();
    pair.cores[0].turn_off(pair.now, TAB);
    pair.leave(0, SEND_VIDEO);
    pair.cores[0].turn_on(pair.now, TAB);
    for count in 0..20_u64 {
        pair.flow(0, SEND_VIDEO, 6 * count.min(3));
        pair.run_for(Duration::from_millis(200));
    }
    assert_eq!(pair.measures, []);
    assert_eq!(pair.codes(0), [""; 0]);
}

#[test]
fn a_page_that_stands_still_is_not_watched_and_that_is_said() {
    let mut pair = Pair::both_on();
    pair.still = Some(0);
    pair.run_for(Duration::from_millis(900));
    assert_eq!(pair.codes(0), [""; 0]);
    pair.run_for(Duration::from_millis(600));
    assert_eq!(pair.codes(0), ["page-stood-still"]);
    assert_eq!(pair.view(0).state, State::Trouble);
    pair.still = None;
    let page = pair.pages[0];
    pair.cores[0].looked(pair.now, page);
    pair.send_video(1);
    assert_eq!(pair.view(0).state, State::Encrypted);
    assert_eq!(pair.codes(0), ["page-stood-still"], "for a while");
    pair.run_for(Duration::from_secs(11));
    assert_eq!(pair.codes(0), [""; 0]);
}

#[test]
fn a_page_that_answers_late_is_named_though_it_answers() {
    let mut pair = Pair::both_on();
    pair.still = Some(0);
    pair.run_for(Duration::from_millis(200));
    pair.now = pair.now + Duration::from_millis(1100);
    let page = pair.pages[0];
    pair.cores[0].looked(pair.now, page);
    assert_eq!(pair.codes(0), ["page-stood-still"]);
}

#[test]
fn a_page_that_blocks_its_thread_again_and_again_is_named() {
    let mut pair = Pair::both_on();
    pair.still = Some(0);
    let page = pair.pages[0];
    for blocked in [1_050, 1_050] {
        pair.cores[0].looked(pair.now, page);
        pair.run_for(Duration::from_millis(blocked));
    }
    pair.cores[0].looked(pair.now, page);
    assert_eq!(pair.codes(0), ["page-stood-still"]);
}

#[test]
fn a_page_that_had_no_stream_for_a_while_is_not() {
    let mut pair = Pair::both_on();
    let page = pair.pages[0];
    for number in 1..=4 {
        let id = StreamId { page, number };
        pair.cores[0].stream_ended(pair.now, id);
    }
    pair.run_for(Duration::from_secs(3));
    pair.stream(0, 5, End::Sender(Role::Camera));
    pair.run_for(Duration::from_millis(300));
    assert_eq!(pair.codes(0), [""; 0]);
}

#[test]
fn a_stream_too_many_to_be_watched_loses_its_connection() {
    let mut pair = Pair::both_on();
    for number in 5..=4096 {
        pair.stream(0, number, End::Receiver(MediaKind::Audio));
    }
    pair.exchange();
    assert_eq!(pair.measures, []);
    pair.stream(0, 4097, End::Sender(Role::Camera));
    pair.exchange();
    assert_eq!(pair.measures, [(0, 4097, Measure::Close)]);
    assert_eq!(pair.codes(0), ["streams-full"]);
}

/// Its encoder goes on, and nothing comes of it.
fn stands(pair: &mut Pair) {
    let page = pair.pages[0];
    let id = StreamId {
        page,
        number: SEND_VIDEO,
    };
    for made in [0, 10] {
        let flow = Flow {
            made,
            ..Flow::default()
        };
        pair.cores[0].flow(pair.now, id, flow);
    }
    pair.exchange();
}

#[test]
fn a_stream_that_stands_after_a_bypass_is_covered_anew() {
    let mut pair = Pair::both_on();
    stands(&mut pair);
    assert_eq!(pair.measures, [], "its encoder may be ahead of the network");
    pair.bypassed(0, SEND_VIDEO);
    stands(&mut pair);
    assert_eq!(pair.measures, [(0, SEND_VIDEO, Measure::Cover)]);
}

#[test]
fn a_stream_that_stands_where_ours_took_the_place_of_the_pages_is_covered_anew() {
    let mut pair = Pair::both_on();
    let (now, page) = (pair.now, pair.pages[0]);
    pair.cores[0].trouble(now, page, Trouble::PageTransform);
    stands(&mut pair);
    assert_eq!(pair.measures, [(0, SEND_VIDEO, Measure::Cover)]);
}

#[test]
fn a_page_that_does_it_again_and_again_loses_the_stream() {
    let mut pair = Pair::both_on();
    pair.bypassed(0, SEND_VIDEO);
    assert_eq!(pair.measures, [], "the relay has undone it");
    pair.run_for(Duration::from_secs(1));
    pair.bypassed(0, SEND_VIDEO);
    assert_eq!(pair.measures, [(0, SEND_VIDEO, Measure::Stop)]);
    pair.run_for(Duration::from_secs(60));
    pair.bypassed(0, SEND_VIDEO);
    let last = pair.measures.pop();
    assert_eq!(last, Some((0, SEND_VIDEO, Measure::Close)), "not forgotten");
}

#[test]
fn a_browser_that_misses_a_transform_now_and_then_loses_no_stream() {
    let mut pair = Pair::both_on();
    for round in 0..3 {
        pair.send_video(0);
        for report in 0..3 {
            pair.flow(0, SEND_VIDEO, 100 * round + 12 * report);
            pair.run_for(Duration::from_millis(200));
        }
        pair.run_for(Duration::from_secs(11));
    }
    assert_eq!(pair.measures, vec![(0, SEND_VIDEO, Measure::Cover); 3]);
}

#[test]
fn a_page_that_waits_and_takes_up_again_what_was_stopped_loses_the_connection() {
    let mut pair = Pair::both_on();
    for report in 0..3 {
        pair.flow(0, SEND_VIDEO, 12 * report);
    }
    pair.run_for(Duration::from_secs(11));
    pair.flow(0, SEND_VIDEO, 36);
    assert_eq!(
        pair.measures,
        [Measure::Cover, Measure::Stop, Measure::Close].map(|measure| (0, SEND_VIDEO, measure))
    );
}

#[test]
fn it_is_trouble_when_alone_too_and_none_when_off() {
    let mut pair = Pair::new();
    pair.bypassed(0, SEND_VIDEO);
    assert_eq!(pair.view(0).state, State::Off);
    pair.cores[0].turn_on(pair.now, TAB);
    pair.exchange();
    assert_eq!(pair.view(0).state, State::Alone);
    pair.bypassed(0, SEND_VIDEO);
    assert_eq!(pair.view(0).state, State::Trouble);
}

#[test]
fn pages_are_asked_to_look_five_times_a_second_while_on() {
    let mut pair = Pair::new();
    let looks = |pair: &mut Pair| {
        let end = pair.now + Duration::from_secs(2);
        let mut count = 0;
        let core = &mut pair.cores[0];
        while let Some(next) = core.poll_timeout().filter(|next| *next <= end) {
            pair.now = pair.now.max(next);
            core.handle_timeout(pair.now);
            while let Some(output) = core.poll_output() {
                if let Output::Watch { page } = output {
                    core.looked(pair.now, page);
                    count += 1;
                }
            }
        }
        pair.now = end;
        count
    };
    assert_eq!(looks(&mut pair), 0);
    pair.cores[0].turn_on(pair.now, TAB);
    assert!((9..=11).contains(&looks(&mut pair)));
    pair.cores[0].turn_off(pair.now, TAB);
    assert_eq!(looks(&mut pair), 0);
}
