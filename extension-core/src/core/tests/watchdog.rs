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
    assert_eq!(pair.view(0).state, State::Encrypted);
}

#[test]
fn a_stream_that_stands_after_a_bypass_is_covered_anew() {
    let mut pair = Pair::both_on();
    let stands = |pair: &mut Pair| {
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
    };
    stands(&mut pair);
    assert_eq!(pair.measures, [], "its encoder may be ahead of the network");
    pair.bypassed(0, SEND_VIDEO);
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
    pair.run_for(Duration::from_secs(11));
    pair.bypassed(0, SEND_VIDEO);
    assert_eq!(pair.measures.len(), 1, "begun anew");
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
            let outputs = std::iter::from_fn(|| core.poll_output());
            count += outputs
                .filter(|output| matches!(output, Output::Watch { .. }))
                .count();
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
