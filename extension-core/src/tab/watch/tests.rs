//! Reports as Chromium makes them, 200 ms apart; where it says so, the very numbers of a call.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const REPORT: u64 = 200;

struct Stream {
    watch: Watch,
    direction: Direction,
    media: MediaKind,
    now: Instant,
    flow: Flow,
}

impl Stream {
    fn new(direction: Direction, media: MediaKind) -> Self {
        let mut stream = Self {
            watch: Watch::default(),
            direction,
            media,
            now: Instant(0),
            flow: Flow::default(),
        };
        assert!(!stream.report([0; 4]));
        stream
    }

    fn camera() -> Self {
        Self::new(Direction::Send, MediaKind::Video)
    }

    fn frames(&mut self, count: usize, bytes: usize) {
        (0..count).for_each(|_| self.watch.frame(self.now, bytes));
    }

    /// Time passes, in which so much more flowed.
    fn report(&mut self, figures: [u64; 4]) -> bool {
        self.report_after(REPORT, figures)
    }

    fn report_after(&mut self, ms: u64, figures: [u64; 4]) -> bool {
        self.verdict_after(ms, figures) == Verdict::Bypassed
    }

    fn verdict(&mut self, figures: [u64; 4]) -> Verdict {
        self.verdict_after(REPORT, figures)
    }

    fn verdict_after(&mut self, ms: u64, [made, passed, bytes, waited]: [u64; 4]) -> Verdict {
        self.now = Instant(self.now.0 + ms);
        let more = Flow {
            made,
            passed,
            bytes,
            waited,
        };
        self.flow = self.flow.and(more);
        let Self {
            watch,
            direction,
            media,
            now,
            flow,
        } = self;
        watch.report(*now, *direction, *media, *flow)
    }
}

#[test]
fn a_picture_that_goes_past_is_noticed_at_the_third_look() {
    let mut camera = Stream::camera();
    for _ in 0..10 {
        camera.frames(12, 2000);
        assert!(!camera.report([12, 24, 24_200, 0]));
    }
    camera.frames(5, 2000);
    assert!(!camera.report([12, 24, 24_200, 0]), "some came here");
    assert!(!camera.report([12, 24, 24_200, 0]), "they may count late");
    assert!(camera.report([12, 24, 24_200, 0]));
    assert!(camera.report([12, 24, 24_200, 0]), "and again");
}

#[test]
fn sound_that_goes_past_is_noticed_at_the_third_look() {
    let mut microphone = Stream::new(Direction::Send, MediaKind::Audio);
    microphone.frames(20, 80);
    assert!(!microphone.report([20, 20, 1600, 0]));
    assert!(!microphone.report([20, 20, 1600, 0]));
    assert!(microphone.report([20, 20, 1600, 0]));
}

#[test]
fn a_stream_that_never_came_here_is_noticed_at_the_first_look_after_it_began() {
    let mut camera = Stream::camera();
    assert!(!camera.report([0, 0, 0, 0]));
    assert!(camera.report([12, 24, 24_200, 0]));
}

#[test]
fn frames_that_are_made_and_held_back_go_nowhere() {
    let mut camera = Stream::camera();
    camera.frames(12, 0);
    for _ in 0..10 {
        assert!(!camera.report([12, 0, 0, 0]), "our worker stands still");
    }
}

#[test]
fn padding_and_what_is_sent_again_are_no_frames() {
    let mut camera = Stream::camera();
    camera.frames(12, 2000);
    assert!(!camera.report([12, 24, 24_200, 0]));
    for _ in 0..10 {
        assert!(
            !camera.report([0, 30, 30_000, 0]),
            "its track was taken away"
        );
    }
}

#[test]
fn packets_without_a_byte_of_a_frame_are_padding_while_our_worker_stands() {
    let mut camera = Stream::camera();
    camera.frames(12, 2000);
    assert!(!camera.report([12, 24, 24_200, 0]));
    assert!(!camera.report([2, 30, 0, 0]));
    assert!(!camera.report([12, 30, 0, 0]));
}

#[test]
fn one_frame_of_sound_may_be_on_its_way_from_us_however_long_it_is() {
    for samples in [160, 960, 5_760] {
        let mut sound = Stream::new(Direction::Receive, MediaKind::Audio);
        sound.frames(1, 0);
        assert!(!sound.report([1, 0, 0, 0]));
        assert!(!sound.report([20, samples, 0, 0]), "{samples}");
    }
}

#[test]
fn who_was_asleep_sends_what_was_sealed_before() {
    let mut camera = Stream::camera();
    camera.frames(12, 2000);
    assert!(!camera.report([12, 4, 4_000, 0]));
    camera.now = Instant(camera.now.0 + 15_000);
    assert!(!camera.report([30, 6, 6_000, 0]), "as it wakes");
    assert!(!camera.report([12, 10, 10_000, 0]), "its worker is behind");
    assert!(camera.report([12, 24, 24_000, 0]), "more than was sealed");
}

#[test]
fn a_page_that_blocks_its_thread_for_a_second_at_a_time_hides_nothing() {
    let mut camera = Stream::camera();
    camera.frames(60, 2000);
    assert!(!camera.report_after(1_050, [60, 120, 121_000, 0]));
    let found = (0..5).any(|_| camera.report_after(1_050, [60, 120, 121_000, 0]));
    assert!(found);
}

#[test]
fn nor_does_one_that_encodes_by_itself() {
    let mut camera = Stream {
        watch: Watch::after_frames_of_others(),
        ..Stream::camera()
    };
    assert!(!camera.report([0; 4]));
    assert!(
        !camera.report_after(1_050, [60, 120, 121_000, 0]),
        "so soon"
    );
    assert!(camera.report_after(1_050, [60, 120, 121_000, 0]));
}

#[test]
fn what_was_sealed_excuses_after_one_sleep_and_not_after_each() {
    let mut camera = Stream::camera();
    camera.frames(60, 2000);
    assert!(!camera.report([60, 4, 4_000, 0]));
    for _ in 0..3 {
        assert!(!camera.report_after(1_050, [0; 4]), "nothing flows");
    }
    assert!(camera.report_after(1_050, [12, 24, 24_000, 0]));
}

#[test]
fn what_the_pacer_still_holds_was_sealed() {
    let mut camera = Stream::camera();
    camera.frames(40, 2000);
    assert!(!camera.report([40, 20, 20_000, 0]));
    for _ in 0..2 {
        assert!(
            !camera.report([2, 20, 20_000, 0]),
            "a slow way, and a busy worker"
        );
    }
    assert!(camera.report([2, 24, 24_000, 0]), "more than was sealed");
}

/// AV1, as its encoder begins anew on a busy machine: a key frame in packets that go out slowly.
#[test]
fn what_packets_add_to_a_frame_was_not_sealed_and_went_past_nobody() {
    let mut camera = Stream::camera();
    camera.frames(1, 9_000);
    assert!(!camera.report([1, 2, 2_206, 0]));
    assert!(!camera.report([1, 3, 3_309, 0]), "it may count late");
    assert!(!camera.report([2, 4, 3_512, 0]), "the rest of it");
    assert!(camera.report([2, 4, 2_000, 0]), "more than was sealed");
}

#[test]
fn what_was_sealed_long_ago_excuses_nothing() {
    let mut camera = Stream::camera();
    camera.frames(500, 2000);
    for _ in 0..12 {
        assert!(!camera.report([0, 0, 0, 0]));
    }
    assert!(camera.report([12, 24, 24_200, 0]));
}

#[test]
fn one_frame_may_be_on_its_way_to_us() {
    let mut camera = Stream::camera();
    camera.frames(1, 2000);
    assert!(!camera.report([1, 2, 2100, 0]));
    assert!(!camera.report([1, 2, 2100, 0]));
    camera.frames(1, 2000);
    assert!(!camera.report([0, 0, 0, 0]));
}

#[test]
fn a_slow_picture_that_goes_past_is_noticed_by_its_third_frame() {
    let mut screen = Stream::camera();
    screen.frames(1, 9000);
    assert!(!screen.report([1, 9, 9100, 0]));
    assert!(!screen.report([1, 9, 9100, 0]));
    assert!(!screen.report([0, 0, 0, 0]));
    assert!(!screen.report([1, 9, 9100, 0]));
    assert!(screen.report([1, 9, 9100, 0]));
}

#[test]
fn frames_that_go_nowhere_are_told_from_those_that_go_past() {
    let mut camera = Stream::camera();
    camera.frames(12, 2000);
    assert_eq!(camera.verdict([12, 24, 24_200, 0]), Verdict::Fine);
    assert_eq!(camera.verdict([4, 0, 0, 0]), Verdict::Fine);
    assert_eq!(camera.verdict([8, 0, 0, 0]), Verdict::Stands);
    assert_eq!(
        camera.verdict([0, 0, 0, 0]),
        Verdict::Fine,
        "it has no track"
    );
}

#[test]
fn counters_that_begin_again_count_from_there() {
    let mut camera = Stream::camera();
    camera.frames(12, 2000);
    assert!(!camera.report([1200, 2400, 2_420_000, 0]));
    camera.flow = Flow::default();
    assert!(!camera.report([3, 6, 6100, 0]));
    assert!(camera.report([12, 24, 24_200, 0]));
}

#[test]
fn sound_is_played_for_a_while_after_it_came() {
    let mut sound = Stream::new(Direction::Receive, MediaKind::Audio);
    for _ in 0..5 {
        sound.frames(20, 0);
        // 19,200 samples that waited 300 ms each.
        assert!(!sound.report([19_200, 19_200, 0, 19_200 * 300]));
    }
    assert!(!sound.report([14_400, 14_400, 0, 14_400 * 300]), "the rest");
    assert!(!sound.report([0, 0, 0, 0]));
    assert!(sound.report([19_200, 19_200, 0, 19_200 * 50]));
}

#[test]
fn the_last_frames_of_who_is_cut_off_may_be_counted_late() {
    let mut picture = Stream::new(Direction::Receive, MediaKind::Video);
    for _ in 0..10 {
        picture.frames(5, 0);
        assert!(!picture.report([5, 5, 0, 0]));
    }
    picture.frames(3, 0);
    assert!(!picture.report([0, 0, 0, 0]));
    assert!(!picture.report([3, 3, 0, 0]));
    assert!(!picture.report([0, 0, 0, 0]));
}

#[test]
fn the_first_frames_may_be_counted_later_than_the_first_report() {
    let mut picture = Stream {
        watch: Watch::default(),
        direction: Direction::Receive,
        media: MediaKind::Video,
        now: Instant(0),
        flow: Flow::default(),
    };
    picture.frames(28, 0);
    assert!(!picture.report_after(53, [1, 0, 0, 0]));
    assert!(
        !picture.report([38, 3, 0, 0]),
        "Chromium's numbers, one busy core"
    );
    assert!(picture.report([38, 3, 0, 0]));
}

#[test]
fn reports_in_quick_succession_say_no_more_than_one() {
    let mut picture = Stream::new(Direction::Receive, MediaKind::Video);
    picture.frames(28, 0);
    for _ in 0..4 {
        assert!(!picture.report_after(20, [10, 3, 0, 0]));
    }
    assert!(!picture.report([10, 3, 0, 0]));
    assert!(picture.report([10, 3, 0, 0]));
}

#[test]
fn a_picture_that_is_shown_past_us_is_noticed() {
    let mut picture = Stream::new(Direction::Receive, MediaKind::Video);
    picture.frames(12, 0);
    assert!(!picture.report([12, 12, 0, 0]));
    assert!(!picture.report([0, 0, 0, 0]), "it stands");
    assert!(picture.report([12, 12, 0, 0]));
}

#[test]
fn chromium_with_another_transform_in_place_of_ours() {
    // framesEncoded, packetsSent, bytesSent and frames at ours, before it and two reports after;
    // it went on like that.
    let mut camera = Stream::camera();
    camera.frames(216, 2351);
    assert!(!camera.report([217, 571, 528_345, 0]));
    camera.frames(1, 2871);
    assert!(!camera.report([10, 31, 28_598, 0]));
    assert!(!camera.report([10, 31, 28_797, 0]));
    assert!(camera.report([10, 31, 28_797, 0]));
}

#[test]
fn chromium_with_all_frames_dropped() {
    let mut camera = Stream::camera();
    camera.frames(59, 2781);
    assert!(!camera.report([59, 209, 179_976, 0]));
    for made in [4, 20, 20] {
        camera.frames(made, 0);
        assert!(!camera.report([made as u64, 0, 0, 0]));
    }
    let mut sound = Stream::new(Direction::Receive, MediaKind::Audio);
    sound.frames(150, 0);
    assert!(!sound.report([142_080, 142_080, 0, 3_792_000]));
    sound.frames(7, 0);
    assert!(!sound.report([1920, 1920, 0, 57_600]));
    assert!(!sound.report([0, 0, 0, 0]));
}
