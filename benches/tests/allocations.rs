//! The frame path allocates nothing per frame: counted by the allocator, in a call between two
//! tabs of one core, each frame sealed by the one and opened by the other.

use std::time::Duration;

use allocation_counter::{AllocationInfo, measure};
use sotto_core::{
    ChannelState, Core, EncodedFrame, FormatNumber, Output, Started,
    ids::{ConnectionId, PageId, StreamId, TabId},
    media::Role,
    tab::{ConnectionState, End, MediaKind},
    time::Instant,
};

const CONNECTION: u32 = 1;
const SENDER: u32 = 1;
const RECEIVER: u32 = 2;
const FRAMES: usize = 300;

/// Two tabs in a call, with a stream from the first to the second.
struct Pair {
    core: Core,
    pages: [PageId; 2],
    now: Instant,
}

impl Pair {
    fn in_a_call(media: MediaKind) -> Self {
        let (mut core, now) = (Core::new([1; 32]), Instant(1000));
        let tabs = [TabId(1), TabId(2)];
        let pages = tabs.map(|tab| core.attach(now, tab).expect("the first pages"));
        let mut pair = Self { core, pages, now };
        for (tab, page) in tabs.into_iter().zip(pages) {
            pair.core.turn_on(now, tab);
            let id = connection(page);
            pair.core.connection(now, id, ConnectionState::Connected);
            pair.core.channel(now, id, ChannelState::Open);
            for (number, end) in [
                (SENDER, End::Sender(role(media))),
                (RECEIVER, End::Receiver(media)),
            ] {
                let id = StreamId { page, number };
                pair.core.stream(now, id, CONNECTION, end);
            }
        }
        for _ in 0..100 {
            pair.step();
        }
        pair
    }

    fn step(&mut self) {
        self.now = self.now + Duration::from_millis(20);
        self.core.handle_timeout(self.now);
        while let Some(output) = self.core.poll_output() {
            if let Output::Send { page, bytes, .. } = output {
                let there = if page == self.pages[0] { 1 } else { 0 };
                self.core
                    .control(self.now, connection(self.pages[there]), &bytes);
            }
        }
    }

    /// Seals a frame and opens it again. The copy between is the network's, not the core's.
    fn pass(&mut self, format: FormatNumber, frame: &[u8], wire: &mut Vec<u8>) {
        let [sender, receiver] = [(0, SENDER), (1, RECEIVER)].map(|(page, number)| StreamId {
            page: self.pages[page],
            number,
        });
        let plain = EncodedFrame::new(format, frame);
        let sealed = self.core.transform(self.now, sender, plain);
        wire.clear();
        wire.extend_from_slice(sealed.expect("sealed"));
        let sealed = EncodedFrame::new(format, wire);
        let opened = self.core.transform(self.now, receiver, sealed);
        assert_eq!(opened, Some(frame));
    }
}

fn connection(page: PageId) -> ConnectionId {
    ConnectionId {
        page,
        number: CONNECTION,
    }
}

fn role(media: MediaKind) -> Role {
    match media {
        MediaKind::Audio => Role::Microphone,
        MediaKind::Video => Role::Camera,
    }
}

/// A frame of so many bytes, of a codec that may be cut off anywhere.
fn frame(mime: &str, length: usize) -> Vec<u8> {
    let start: &[u8] = match mime {
        "video/VP9" => &[0x86],
        "video/H264" => &[0, 0, 0, 1, 0x61, 0xe0],
        "video/H265" => &[0, 0, 0, 1, 0x02, 0x01, 0xd0],
        "video/AV1" => &[0x30],
        _ => &[7],
    };
    let mut frame = start.to_vec();
    frame.resize(length, 7);
    frame
}

/// A call that has seen a larger frame already, and the format.
fn warm(media: MediaKind, mime: &str, largest: usize) -> (Pair, FormatNumber) {
    let mut pair = Pair::in_a_call(media);
    let [format, there] = pair.pages.map(|page| pair.core.format(page, 96, mime));
    assert_eq!(format, there, "each tab numbers its own");
    pair.pass(format, &frame(mime, 2 * largest), &mut Vec::new());
    while pair.core.poll_output().is_some() {}
    (pair, format)
}

/// Counts what frames of up to `largest` bytes allocate.
fn allocations(media: MediaKind, mime: &str, largest: usize) -> AllocationInfo {
    let (mut pair, format) = warm(media, mime, largest);
    let (frame, mut wire) = (frame(mime, largest), Vec::with_capacity(2 * largest));
    measure(|| {
        for number in 0..FRAMES {
            let length = largest - number * largest / (2 * FRAMES);
            pair.pass(format, &frame[..length], &mut wire);
        }
    })
}

#[test]
fn audio_allocates_nothing() {
    for codec in ["opus", "red", "PCMU", "PCMA", "G722"] {
        let counted = allocations(MediaKind::Audio, &format!("audio/{codec}"), 160);
        assert_eq!(counted.count_total, 0, "{codec}: {counted:?}");
    }
}

#[test]
fn video_allocates_nothing() {
    for codec in ["VP8", "VP9", "H264", "H265", "AV1"] {
        let counted = allocations(MediaKind::Video, &format!("video/{codec}"), 20_000);
        assert_eq!(counted.count_total, 0, "{codec}: {counted:?}");
    }
}

#[test]
fn what_is_laid_out_for_webcrypto_allocates_nothing() {
    let (mut pair, format) = warm(MediaKind::Video, "video/VP8", 10_000);
    let (page, number) = (pair.pages[0], SENDER);
    let (sender, now, frame) = (StreamId { page, number }, pair.now, [7; 10_000]);
    let mut seal = |sealed: &[u8]| {
        let plain = EncodedFrame::new(format, &frame);
        let Started::Elsewhere { number, .. } = pair.core.start(now, sender, plain) else {
            panic!("a large frame goes elsewhere");
        };
        let finished = pair.core.finish(now, number, &frame, Some(sealed));
        assert!(finished.is_some());
    };
    // As long as WebCrypto would make it: without the clear byte, with the tag.
    let sealed = [7; 10_000 - 1 + 16];
    seal(&sealed);
    let counted = measure(|| (0..FRAMES).for_each(|_| seal(&sealed)));
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

#[test]
fn what_is_dropped_allocates_nothing() {
    let (mut pair, format) = warm(MediaKind::Video, "video/VP8", 1000);
    let mut wire = Vec::new();
    pair.pass(format, &[7; 1000], &mut wire);
    let (page, number) = (pair.pages[1], RECEIVER);
    let receiver = StreamId { page, number };
    let mut drop_it = |frame: &[u8]| {
        let sealed = EncodedFrame::new(format, frame);
        let opened = pair.core.transform(pair.now, receiver, sealed);
        assert_eq!(opened, None);
    };
    let counted = measure(|| drop_it(&wire));
    assert_eq!(counted.count_total, 0, "replayed: {counted:?}");
    *wire.last_mut().expect("a tag") ^= 1;
    let counted = measure(|| drop_it(&wire));
    assert_eq!(counted.count_total, 0, "forged: {counted:?}");
    // Of a stream that was never opened.
    wire[2] ^= 1;
    let counted = measure(|| drop_it(&wire));
    assert_eq!(counted.count_total, 0, "of a strange stream: {counted:?}");
    let counted = measure(|| drop_it(&[7; 1000]));
    assert_eq!(counted.count_total, 0, "plain: {counted:?}");
}

#[test]
fn the_counter_counts() {
    assert_eq!(measure(|| drop(vec![1_u8; 100])).count_total, 1);
}
