//! Large frames that are sealed and opened by WebCrypto, played by the bare cipher.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use aes_gcm::{Aes128Gcm, KeyInit, Nonce, aead::Aead, aead::Payload};

use super::{
    third::{FROM_CLEO, TO_CLEO},
    *,
};
use crate::media::{Job, Operation};

const LARGE: [u8; 9000] = {
    let mut frame = [0x5a; 9000];
    frame[0] = 0x11;
    frame
};

impl Pair {
    fn start(&mut self, who: usize, stream: u32, frame: &[u8]) -> (JobNumber, Option<Vec<u8>>) {
        let core = &mut self.cores[who];
        let format = core.format(self.pages[who], 96, "video/VP8");
        let id = StreamId {
            page: self.pages[who],
            number: stream,
        };
        let Started::Elsewhere {
            number,
            job,
            laid_out,
        } = core.start(self.now, id, EncodedFrame::new(format, frame))
        else {
            panic!("a large frame of a known stream goes elsewhere");
        };
        let laid_out = laid_out.to_vec();
        let key = core.subtle_key(number).expect("its key");
        (number, webcrypto(&job, &laid_out, key.as_slice()))
    }

    fn finish(
        &mut self,
        who: usize,
        number: JobNumber,
        frame: &[u8],
        data: Option<&[u8]>,
    ) -> Option<Vec<u8>> {
        let finished = self.cores[who].finish(self.now, number, frame, data);
        finished.map(<[u8]>::to_vec)
    }

    /// Both ways once in wasm, as the first frame of each stream goes.
    fn acquainted() -> Self {
        let mut pair = Self::both_on();
        assert!(pair.send_video(0).is_some());
        assert!(pair.send_video(1).is_some());
        pair
    }

    fn seal_there(&mut self) -> Vec<u8> {
        self.seal_there_on(SEND_VIDEO)
    }

    fn seal_there_on(&mut self, stream: u32) -> Vec<u8> {
        let (number, data) = self.start(0, stream, &LARGE);
        let sealed = self.finish(0, number, &LARGE, data.as_deref());
        sealed.expect("sealed")
    }

    /// A frame that doesn't belong at a receiver of core 1 is opened by WebCrypto and dropped here.
    fn assert_not_finished(&mut self, stream: u32, at: u32) {
        let sealed = self.seal_there_on(stream);
        let (number, plain) = self.start(1, at, &sealed);
        assert!(plain.is_some(), "the key is right");
        assert_eq!(self.finish(1, number, &sealed, plain.as_deref()), None);
        let reason = self.stream_view(1, at).reason;
        assert_eq!(reason, Some(DropReason::Misdirected));
    }

    /// The first frame of a stream goes in wasm, and is refused here: no receiver claims the stream.
    fn meet_misdirected(&mut self, stream: u32, at: u32) {
        let first = self.transform(0, stream, "video/VP8", &PLAIN_VIDEO);
        let first = first.expect("sealed");
        assert_eq!(self.transform(1, at, "video/VP8", &first), None);
    }
}

fn webcrypto(job: &Job, laid_out: &[u8], key: &[u8]) -> Option<Vec<u8>> {
    let cipher = Aes128Gcm::new_from_slice(key).expect("16 bytes");
    let (nonce, (aad, msg)) = (Nonce::from(job.nonce), laid_out.split_at(job.aad));
    let payload = Payload { msg, aad };
    match job.operation {
        Operation::Seal => cipher.encrypt(&nonce, payload).ok(),
        Operation::Open => cipher.decrypt(&nonce, payload).ok(),
    }
}

#[test]
fn a_large_frame_goes_the_whole_way_elsewhere() {
    let mut pair = Pair::acquainted();
    let sealed = pair.seal_there();
    let (number, plain) = pair.start(1, RECEIVE_VIDEO, &sealed);
    let opened = pair.finish(1, number, &sealed, plain.as_deref());
    assert_eq!(opened.as_deref(), Some(&LARGE[..]));
    let (sent, received) = (pair.view(0).stats, pair.view(1).stats);
    assert_eq!((sent.sealed, received.opened), (2, 2));
}

#[test]
fn what_is_sealed_there_is_opened_here() {
    let mut pair = Pair::acquainted();
    let sealed = pair.seal_there();
    let opened = pair.transform(1, RECEIVE_VIDEO, "video/VP8", &sealed);
    assert_eq!(opened.as_deref(), Some(&LARGE[..]));
}

#[test]
fn a_small_frame_stays_here() {
    let mut pair = Pair::acquainted();
    let core = &mut pair.cores[0];
    let (page, number) = (pair.pages[0], SEND_VIDEO);
    let format = core.format(page, 96, "video/VP8");
    let frame = EncodedFrame::new(format, &PLAIN_VIDEO);
    let started = core.start(pair.now, StreamId { page, number }, frame);
    assert!(matches!(started, Started::Done(_)));
}

#[test]
fn a_frame_whose_stream_or_call_is_gone_is_dropped() {
    let mut pair = Pair::acquainted();
    let [first, second] = [0, 1].map(|_| pair.start(0, SEND_VIDEO, &LARGE));
    let (page, number) = (pair.pages[0], SEND_VIDEO);
    pair.cores[0].turn_off(pair.now, TAB);
    assert_eq!(pair.finish(0, first.0, &LARGE, first.1.as_deref()), None);
    let mut forgotten = std::iter::from_fn(|| pair.cores[0].poll_output());
    assert!(forgotten.any(|output| matches!(output, Output::ForgetKey { .. })));
    pair.cores[0].stream_ended(pair.now, StreamId { page, number });
    assert_eq!(pair.finish(0, second.0, &LARGE, second.1.as_deref()), None);
}

#[test]
fn an_outcome_counts_once() {
    let mut pair = Pair::acquainted();
    let (number, data) = pair.start(0, SEND_VIDEO, &LARGE);
    assert!(pair.finish(0, number, &LARGE, data.as_deref()).is_some());
    assert_eq!(pair.finish(0, number, &LARGE, data.as_deref()), None);
}

#[test]
fn what_webcrypto_refuses_is_done_here() {
    let mut pair = Pair::acquainted();
    let (number, _) = pair.start(0, SEND_VIDEO, &LARGE);
    let sealed = pair.finish(0, number, &LARGE, None).expect("sealed here");
    let (number, _) = pair.start(1, RECEIVE_VIDEO, &sealed);
    let opened = pair.finish(1, number, &sealed, None);
    assert_eq!(opened.as_deref(), Some(&LARGE[..]));
}

#[test]
fn a_forged_frame_is_dropped_and_said_to_be_forged() {
    let mut pair = Pair::acquainted();
    let mut sealed = pair.seal_there();
    *sealed.last_mut().expect("a tag") ^= 1;
    let (number, plain) = pair.start(1, RECEIVE_VIDEO, &sealed);
    assert_eq!(plain, None);
    assert_eq!(pair.finish(1, number, &sealed, None), None);
    assert_eq!(pair.view(1).stats.failed, 1);
}

#[test]
fn m9_a_large_frame_on_another_members_connection_is_not_even_laid_out() {
    let (mut pair, _cleo) = Pair::with_cleo();
    assert!(pair.send_video(0).is_some());
    let sealed = pair.seal_there();
    let (page, number) = (pair.pages[1], FROM_CLEO);
    let core = &mut pair.cores[1];
    let frame = EncodedFrame::new(core.format(page, 96, "video/VP8"), &sealed);
    let started = core.start(pair.now, StreamId { page, number }, frame);
    assert!(matches!(started, Started::Dropped));
    let reason = pair.stream_view(1, FROM_CLEO).reason;
    assert_eq!(reason, Some(DropReason::Misdirected));
}

#[test]
fn m11_a_large_frame_of_sound_at_a_receiver_of_pictures_is_not_finished() {
    let mut pair = Pair::both_on();
    pair.meet_misdirected(SEND_AUDIO, RECEIVE_VIDEO);
    pair.assert_not_finished(SEND_AUDIO, RECEIVE_VIDEO);
}

#[test]
fn m12_a_large_frame_at_another_receiver_of_its_connection_is_not_finished() {
    let mut pair = Pair::acquainted();
    let another = 5;
    pair.stream(1, another, End::Receiver(MediaKind::Video));
    pair.assert_not_finished(SEND_VIDEO, another);
}

#[test]
fn m7_a_large_frame_whose_only_receiver_left_meanwhile_is_not_finished() {
    let mut pair = Pair::acquainted();
    let (number, data) = pair.start(0, SEND_VIDEO, &LARGE);
    pair.cores[1].turn_off(pair.now, TAB);
    pair.run_for(Duration::from_millis(300));
    assert_eq!(pair.finish(0, number, &LARGE, data.as_deref()), None);
    let reason = pair.stream_view(0, SEND_VIDEO).reason;
    assert_eq!(reason, Some(DropReason::Alone));
}

#[test]
fn m13_a_large_frame_for_a_member_that_left_meanwhile_is_not_finished() {
    let (mut pair, cleo) = Pair::with_cleo();
    let (number, data) = pair.start(1, TO_CLEO, &LARGE);
    pair.goodbye(cleo);
    assert_eq!(pair.finish(1, number, &LARGE, data.as_deref()), None);
    let reason = pair.stream_view(1, TO_CLEO).reason;
    assert_eq!(reason, Some(DropReason::Outsider));
}

#[test]
fn m13_a_large_frame_for_an_outsider_is_not_even_laid_out() {
    let mut pair = Pair::acquainted();
    let stranger = pair.connect_again(0, 90, End::Sender(Role::Camera));
    pair.cores[0].channel(pair.now, stranger, ChannelState::Open);
    let (page, number) = (stranger.page, 90);
    let core = &mut pair.cores[0];
    let frame = EncodedFrame::new(core.format(page, 96, "video/VP8"), &LARGE);
    let started = core.start(pair.now, StreamId { page, number }, frame);
    assert!(matches!(started, Started::Dropped));
    let reason = pair.stream_view(0, 90).reason;
    assert_eq!(reason, Some(DropReason::Outsider));
}
