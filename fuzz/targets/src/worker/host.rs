//! A worker with its core, and two of its pages that are wired to each other.

use std::{collections::VecDeque, time::Duration};

use aes_gcm::{Aes128Gcm, KeyInit, Nonce, aead::Aead, aead::Payload};
use sotto_core::{
    ChannelState, Core, EncodedFrame, FormatNumber, Output, Started,
    carrier::FRAME_FRAGMENT,
    framing::Codec,
    ids::{ConnectionId, PageId, StreamId, TabId},
    media::{self, Job},
    tab::FarEnd,
    time::Instant,
};

use crate::fixture;

use super::operation::{Number, Operation, end, flow, reach, screen, state, trouble};

/// One step of a call in which all goes well.
const STEP: Duration = Duration::from_millis(20);
/// What one call of the core may make the worker do, with every tab on.
const MAX_OUTPUTS: usize = 8192;
/// Packets between the pages at once; the oldest get lost.
const MAX_FLYING: usize = 4096;
/// Of these frames may be, by number, before others are named.
const FORMATS: [&str; 4] = ["?", "audio/opus", "video/VP8", "video/VP9"];
/// See the module's text.
pub struct Host {
    core: Core,
    now: Instant,
    flying: VecDeque<(ConnectionId, Vec<u8>)>,
    finished: usize,
}

impl Default for Host {
    fn default() -> Self {
        Self {
            core: Core::new([1; 32]),
            now: Instant(1000),
            flying: VecDeque::new(),
            finished: 0,
        }
    }
}

impl Host {
    /// How many frames were away and went on.
    pub fn finished(&self) -> usize {
        self.finished
    }

    /// Two tabs with a page each, one connection between them, and a stream each way on it.
    pub fn connect_two_tabs(&mut self) {
        for number in [1, 2] {
            let tab = TabId(number);
            let page = self.core.attach(self.now, tab).expect("the first pages");
            assert_eq!(page.0, number);
            for name in FORMATS {
                self.core.format(page, 96, name);
            }
            let (page, number) = (Number(number), Number(1));
            self.act(Operation::TurnOn { tab: page });
            self.act(Operation::Connection {
                page,
                number,
                state: 1,
            });
            self.act(Operation::Channel {
                page,
                number,
                open: true,
            });
            for (stream, sends) in [(1, true), (2, false)] {
                self.act(Operation::Stream {
                    page,
                    number: Number(stream),
                    connection: number,
                    sends,
                    video: true,
                });
            }
        }
        self.run(50);
    }

    /// Lets the worker say something.
    pub fn act(&mut self, operation: Operation<'_>) {
        let (core, now) = (&mut self.core, self.now);
        match operation {
            Operation::Run { steps } => self.run(steps),
            Operation::Clock { now } => self.now = Instant::from_millis(now),
            Operation::Wait { milliseconds } => {
                self.now = now + Duration::from_millis(milliseconds.into());
            }
            Operation::Timeout => self.time_out(),
            Operation::Attach { tab } => drop(core.attach(now, TabId(tab.0))),
            Operation::Detach { page } => core.detach(now, PageId(page.0)),
            Operation::TurnOn { tab } => core.turn_on(now, TabId(tab.0)),
            Operation::TurnOff { tab } => core.turn_off(now, TabId(tab.0)),
            Operation::Forget { tab } => core.forget(TabId(tab.0)),
            Operation::Reach { tab, reach: number } => {
                core.reach(now, TabId(tab.0), reach(number));
            }
            Operation::View { tab } => drop(core.view(now, TabId(tab.0))),
            other => self.act_on_a_page(other),
        }
        self.collect();
    }

    fn act_on_a_page(&mut self, operation: Operation<'_>) {
        let (core, now) = (&mut self.core, self.now);
        match operation {
            Operation::Connection {
                page,
                number,
                state: which,
            } => {
                core.connection(now, connection(page, number), state(which));
            }
            Operation::Channel { page, number, open } => {
                core.channel(now, connection(page, number), channel(open));
            }
            Operation::FarEnd {
                page,
                number,
                origin,
                ice_lite,
            } => {
                let far_end = FarEnd { origin, ice_lite };
                core.far_end(now, connection(page, number), far_end);
            }
            Operation::Control {
                page,
                number,
                bytes,
            } => {
                core.control(now, connection(page, number), bytes);
            }
            Operation::Trouble {
                page,
                trouble: number,
            } => {
                core.trouble(now, PageId(page.0), trouble(number));
            }
            other => self.act_on_a_stream(other),
        }
    }

    fn act_on_a_stream(&mut self, operation: Operation<'_>) {
        let (core, now) = (&mut self.core, self.now);
        match operation {
            Operation::Stream {
                page,
                number,
                connection,
                sends,
                video,
            } => {
                core.stream(now, stream(page, number), connection.0, end(sends, video));
            }
            Operation::Screen {
                page,
                number,
                connection,
                video,
            } => {
                core.stream(now, stream(page, number), connection.0, screen(video));
            }
            Operation::Flow {
                page,
                number,
                figures,
            } => core.flow(now, stream(page, number), flow(figures)),
            Operation::Bypassed { page, number } => core.bypassed(now, stream(page, number)),
            Operation::StreamLeft { page, number } => core.stream_left(now, stream(page, number)),
            Operation::Looked { page } => core.looked(now, PageId(page.0)),
            Operation::StreamEnded { page, number } => core.stream_ended(now, stream(page, number)),
            Operation::Codec { name } => {
                for page in [PageId(1), PageId(2)] {
                    let number = core.format(page, 96, name);
                    assert_eq!(number, core.format(page, 96, name), "one name, two numbers");
                }
            }
            Operation::Transform {
                page,
                stream: number,
                codec,
                frame,
            } => {
                self.transform(stream(page, number), FormatNumber(codec.0), frame);
            }
            Operation::Timed {
                page,
                stream: number,
                microseconds,
                frames,
            } => {
                core.timed(stream(page, number), microseconds, frames);
            }
            _ => {}
        }
    }

    /// Seals or opens a frame; what the first tab sealed is opened by the second.
    fn transform(&mut self, id: StreamId, format: FormatNumber, frame: &[u8]) {
        let Some(transformed) = self.pass(id, format, frame) else {
            return;
        };
        let most =
            fixture::most_added(Codec::H264, frame.len()).max(fixture::most_added(Codec::Red, 0));
        // A packet may go along, in H264 with bytes that escape it.
        let packet = 2 * (FRAME_FRAGMENT + 32);
        assert!(transformed.len() <= frame.len() + most + packet);
        assert_ne!(transformed, frame, "passed as it was");
        let there = StreamId {
            page: PageId(id.page.0 ^ 3),
            number: 2,
        };
        if let Some(opened) = self.pass(there, format, &transformed) {
            assert_eq!(opened, frame);
        }
    }

    /// Passes a frame through as the worker does: a large one is away for a while.
    fn pass(&mut self, id: StreamId, format: FormatNumber, frame: &[u8]) -> Option<Vec<u8>> {
        let encoded = EncodedFrame::new(format, frame);
        let (number, data) = match self.core.start(self.now, id, encoded) {
            Started::Done(bytes) => return Some(bytes.to_vec()),
            Started::Dropped => return None,
            Started::Elsewhere {
                number,
                job,
                laid_out,
            } => {
                let laid_out = laid_out.to_vec();
                let key = self
                    .core
                    .subtle_key(number)
                    .expect("a key for what is away");
                let humour = frame.len() % 8;
                (number, webcrypto(&job, &laid_out, key.as_slice(), humour))
            }
        };
        let finished = self.core.finish(self.now, number, frame, data.as_deref());
        let finished = finished.map(<[u8]>::to_vec);
        self.finished += usize::from(finished.is_some());
        finished
    }

    fn run(&mut self, steps: u8) {
        for _ in 0..steps {
            for (to, bytes) in std::mem::take(&mut self.flying) {
                self.core.control(self.now, to, &bytes);
                self.collect();
            }
            self.now = self.now + STEP;
            self.time_out();
        }
    }

    fn time_out(&mut self) {
        self.core.handle_timeout(self.now);
        let next = self.core.poll_timeout();
        assert!(next.is_none_or(|at| at > self.now), "a timer without rest");
        self.collect();
    }

    fn collect(&mut self) {
        let core = &mut self.core;
        let outputs: Vec<_> = std::iter::from_fn(|| core.poll_output()).collect();
        assert!(outputs.len() <= MAX_OUTPUTS, "{} outputs", outputs.len());
        for output in outputs {
            if let Output::Send {
                page,
                connection,
                bytes,
            } = output
            {
                self.send(page, connection, bytes);
            }
        }
    }

    fn send(&mut self, page: PageId, number: u32, bytes: Vec<u8>) {
        if self.flying.len() >= MAX_FLYING {
            self.flying.pop_front();
        }
        let page = PageId(page.0 ^ 3);
        self.flying
            .push_back((ConnectionId { page, number }, bytes));
    }
}

/// What comes back for a frame that was laid out, by how long the frame is: mostly what should.
fn webcrypto(job: &Job, laid_out: &[u8], key: &[u8], humour: usize) -> Option<Vec<u8>> {
    let cipher = Aes128Gcm::new_from_slice(key).expect("16 bytes");
    let (nonce, (aad, msg)) = (Nonce::from(job.nonce), laid_out.split_at(job.aad));
    let payload = Payload { msg, aad };
    let data = match job.operation {
        media::Operation::Seal => cipher.encrypt(&nonce, payload),
        media::Operation::Open => cipher.decrypt(&nonce, payload),
    };
    let mut data = data.ok()?;
    match (humour, job.operation) {
        (0, _) => return None,
        (1, _) => drop(data.pop()),
        (2, media::Operation::Seal) => data.iter_mut().for_each(|byte| *byte ^= 1),
        _ => {}
    }
    Some(data)
}

fn connection(page: Number, number: Number) -> ConnectionId {
    ConnectionId {
        page: PageId(page.0),
        number: number.0,
    }
}

fn stream(page: Number, number: Number) -> StreamId {
    StreamId {
        page: PageId(page.0),
        number: number.0,
    }
}

fn channel(open: bool) -> ChannelState {
    if open {
        ChannelState::Open
    } else {
        ChannelState::Closed
    }
}
