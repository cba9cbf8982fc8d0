//! The frame path of a tab: each frame is sealed or opened, or dropped for a reason that is kept.
//! It changes counters and evidence, never membership.

use super::{Direction, MediaKind, Reach, Tab, claims::Claims, streams::Stream};
use crate::{
    call::{Call, OpenedFrame},
    evidence::DropReason,
    framing::Codec,
    ids::StreamId,
    media::{Context, Job, OpenError, Outcome, Room, SealError},
    time::Instant,
};

/// Frames from this length on are cheaper in WebCrypto; the measured crossover is in docs/media.md.
const ELSEWHERE: usize = 4096;

type Transformed<'b> = Result<&'b [u8], DropReason>;

/// What a frame meets on its way, but for its bytes.
struct Passage<'a> {
    now: Instant,
    id: StreamId,
    call: &'a mut Call,
    claims: &'a mut Claims,
    stream: &'a mut Stream,
    codec: Codec,
}

impl Tab {
    /// Seals or opens a frame. With Sotto off no frame should come here, and none goes on.
    pub(crate) fn transform<'b>(
        &mut self,
        now: Instant,
        id: StreamId,
        codec: &str,
        frame: &[u8],
        buffer: &'b mut Vec<u8>,
    ) -> Option<&'b [u8]> {
        // Padding and DTX: browsers hand out frames without a byte in them. There is nothing to
        // protect and nothing to report.
        if frame.is_empty() {
            return None;
        }
        self.pass(now, id, codec, frame.len(), |passage| {
            passage.go(frame, buffer)
        })
    }

    /// Lays a large frame out for WebCrypto, if nothing speaks against it; any other is to be
    /// transformed here, where it shows what does.
    pub(crate) fn lay_out(
        &mut self,
        now: Instant,
        id: StreamId,
        codec: &str,
        frame: &[u8],
        room: &mut Room,
    ) -> Option<Job> {
        if frame.len() < ELSEWHERE {
            return None;
        }
        self.passage(now, id, codec)?.ok()?.lay_out(frame, room)
    }

    /// Finishes a frame that was laid out, with what came back for it. All is asked again that was
    /// asked then: the stream, the members and the epoch may have gone meanwhile.
    pub(crate) fn finish<'b>(
        &mut self,
        now: Instant,
        id: StreamId,
        codec: &str,
        frame: &[u8],
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Option<&'b [u8]> {
        self.pass(now, id, codec, frame.len(), |passage| {
            passage.finish(frame, outcome, buffer)
        })
    }

    /// None: there is no such stream, or Sotto is off.
    fn passage(
        &mut self,
        now: Instant,
        id: StreamId,
        codec: &str,
    ) -> Option<Result<Passage<'_>, DropReason>> {
        let stream = self.streams.get_mut(id)?;
        let call = self.call.as_mut()?;
        call.wake_up(now);
        let codec = stream.note_codec(codec);
        let codec = match self.reach {
            Reach::NoPermission => Err(DropReason::NoPermission),
            _ => codec.ok_or(DropReason::Codec),
        };
        Some(codec.map(|codec| Passage {
            now,
            id,
            call,
            claims: &mut self.claims,
            stream,
            codec,
        }))
    }

    fn pass<'b>(
        &mut self,
        now: Instant,
        id: StreamId,
        codec: &str,
        length: usize,
        act: impl FnOnce(&mut Passage<'_>) -> Transformed<'b>,
    ) -> Option<&'b [u8]> {
        let outcome = self
            .passage(now, id, codec)?
            .and_then(|mut passage| act(&mut passage));
        match outcome {
            Ok(transformed) => {
                self.count_success(now, id, length, transformed.len());
                Some(transformed)
            }
            Err(reason) => {
                self.count_drop(now, id, reason);
                None
            }
        }
    }

    fn count_success(&mut self, now: Instant, id: StreamId, before: usize, after: usize) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        stream.evidence.succeeded(now);
        match stream.direction {
            Direction::Send => {
                stream.watch.frame(now, after);
                self.counts.sealed += 1;
                self.counts.overhead += after.saturating_sub(before) as u64;
            }
            Direction::Receive => {
                stream.watch.frame(now, 0);
                self.counts.opened += 1;
                self.join.opened(now);
                if stream.wants_key_frame(now) {
                    self.key_frames.push_back(id);
                }
            }
        }
    }

    fn count_drop(&mut self, now: Instant, id: StreamId, reason: DropReason) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        stream.evidence.dropped(now, reason);
        stream.watch.frame(now, 0);
        if reason != DropReason::Replayed {
            stream.lost_frames();
        }
        match reason {
            DropReason::Forged | DropReason::NoKey => self.counts.failed += 1,
            DropReason::NotSealed => self.counts.unsealed += 1,
            _ => self.counts.dropped += 1,
        }
    }
}

impl Passage<'_> {
    fn go<'b>(&mut self, frame: &[u8], buffer: &'b mut Vec<u8>) -> Transformed<'b> {
        match self.stream.direction {
            Direction::Send => self.seal(frame, buffer),
            Direction::Receive => self.open(frame, buffer),
        }
    }

    fn lay_out(&mut self, frame: &[u8], room: &mut Room) -> Option<Job> {
        match self.stream.direction {
            Direction::Send => {
                let context = self.context().ok()?;
                let job = self
                    .call
                    .seal_elsewhere(self.now, context, self.codec, frame, room);
                job.ok()
            }
            Direction::Receive => self.call.open_elsewhere(self.codec, frame, room),
        }
    }

    fn finish<'b>(
        &mut self,
        frame: &[u8],
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Transformed<'b> {
        match self.stream.direction {
            Direction::Send => {
                self.context()?;
                let sealed = self.call.finish_seal(self.codec, frame, outcome, buffer);
                sealed.map_err(why_not_sealed)
            }
            Direction::Receive => {
                let opened = self
                    .call
                    .finish_open(self.now, self.codec, frame, outcome, buffer);
                self.admit(opened)
            }
        }
    }

    fn seal<'b>(&mut self, frame: &[u8], buffer: &'b mut Vec<u8>) -> Transformed<'b> {
        let context = self.context()?;
        self.call
            .seal(self.now, context, self.codec, frame, buffer)
            .map_err(why_not_sealed)
    }

    /// What to seal as, if there is somebody to seal for.
    fn context(&mut self) -> Result<Context, DropReason> {
        if self.call.is_alone() {
            return Err(DropReason::Alone);
        }
        if !self.call.reaches_member(self.now, self.stream.connection) {
            return Err(DropReason::Outsider);
        }
        self.stream.context().ok_or(DropReason::TooManyStreams)
    }

    fn open<'b>(&mut self, frame: &[u8], buffer: &'b mut Vec<u8>) -> Transformed<'b> {
        let opened = self.call.open(self.now, self.codec, frame, buffer);
        self.admit(opened)
    }

    /// Whether a frame that was opened belongs here.
    fn admit<'b>(&mut self, opened: Result<OpenedFrame<'b>, OpenError>) -> Transformed<'b> {
        // In a mesh a connection ends at one member, and only its frames belong there.
        let at_the_end = self.call.peer_on(self.now, self.stream.connection);
        let opened = opened.map_err(|error| reason_of(error, at_the_end.is_some()))?;
        let role = opened.context.role();
        let source = (opened.member, opened.context);
        let belongs = at_the_end == Some(opened.member)
            && MediaKind::of(role) == self.stream.media
            && self.claims.admit(self.now, source, self.id);
        if !belongs {
            return Err(DropReason::Misdirected);
        }
        self.stream.member = Some(opened.member);
        self.stream.role = Some(role);
        Ok(opened.frame)
    }
}

fn why_not_sealed(error: SealError) -> DropReason {
    match error {
        SealError::NoKey => DropReason::NoKey,
        SealError::Malformed => DropReason::Malformed,
        SealError::CounterExhausted => DropReason::CounterExhausted,
    }
}

/// A plain frame can look like a sealed one with a strange key id. From somebody who has never
/// shown Sotto it is plain, unless one with its key id and counter was opened before: browsers send
/// packets again as padding, and the first ones can be there before their sender's beacon.
fn reason_of(error: OpenError, shows_sotto: bool) -> DropReason {
    match error {
        OpenError::TooManyStreams => DropReason::TooManyStreams,
        OpenError::Replayed => DropReason::Replayed,
        _ if !shows_sotto => DropReason::NotSealed,
        OpenError::NoKey => DropReason::NoKey,
        OpenError::NotSealed => DropReason::NotSealed,
        OpenError::Forged => DropReason::Forged,
        OpenError::Echo => DropReason::Replayed,
    }
}
