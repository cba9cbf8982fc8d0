//! The frame path of a tab: each frame is sealed or opened, or dropped for a reason that is kept.
//! It changes counters and evidence, and of membership no more than when somebody was heard.

use super::{
    Direction, FormatNumber, MediaKind, Reach, Tab, claims::Claims, contexts::Contexts,
    inband::Inbox, streams::Stream,
};
use crate::{
    call::{Call, Going, OpenedFrame},
    evidence::DropReason,
    framing::Frame,
    ids::{Layer, StreamId},
    media::{Context, Job, OpenError, Outcome, SealError, Workspace},
    time::Instant,
};

/// Frames from this length on are cheaper in WebCrypto: benches/crossover.mjs measures it, and
/// docs/choices.md has the figures.
const ELSEWHERE: usize = 4096;

/// An encoded frame as a browser's transform gives it.
#[derive(Clone, Copy, Debug)]
pub struct EncodedFrame<'a> {
    /// Of its page's tab.
    pub format: FormatNumber,
    /// Which of its stream's pictures it is of.
    pub layer: Layer,
    /// As the encoder or the network gave it.
    pub data: &'a [u8],
}

impl<'a> EncodedFrame<'a> {
    /// A frame of a stream that has one layer.
    pub fn new(format: FormatNumber, data: &'a [u8]) -> Self {
        Self {
            format,
            layer: Some(0),
            data,
        }
    }
}

type Transformed<'b> = Result<&'b [u8], Instead<'b>>;

/// What becomes of a frame that isn't sealed or opened.
enum Instead<'b> {
    /// It is dropped.
    Dropped(DropReason),
    /// It is dropped, and another goes on that has nothing of it: only a message.
    Message(DropReason, &'b [u8]),
    /// It was such a frame.
    WasMessage,
}

impl From<DropReason> for Instead<'_> {
    fn from(reason: DropReason) -> Self {
        Self::Dropped(reason)
    }
}

/// A frame, and what it meets on its way.
struct Passage<'a> {
    now: Instant,
    id: StreamId,
    call: &'a mut Call,
    claims: &'a mut Claims,
    inbox: &'a mut Inbox,
    stream: &'a mut Stream,
    contexts: &'a mut Contexts,
    frame: Frame<'a>,
    layer: Layer,
}

impl Tab {
    /// Seals or opens a frame. With Sotto off no frame should come here, and none goes on.
    pub(crate) fn transform<'b>(
        &mut self,
        now: Instant,
        id: StreamId,
        frame: EncodedFrame<'_>,
        workspace: &'b mut Workspace,
    ) -> Option<&'b [u8]> {
        // Padding and DTX: browsers hand out frames without a byte in them. There is nothing to
        // protect and nothing to report.
        if frame.data.is_empty() {
            return self.fill(now, id, frame, workspace);
        }
        self.pass(now, id, frame, |passage| passage.go(workspace))
    }

    /// What a browser gives to [`Self::transform`] or [`Self::lay_out`] is first asked about here, once.
    pub(crate) fn is_misnamed(
        &mut self,
        now: Instant,
        id: StreamId,
        frame: EncodedFrame<'_>,
    ) -> bool {
        let (Some(stream), Some(format)) =
            (self.streams.get_mut(id), self.formats.get(frame.format))
        else {
            return false;
        };
        if frame.data.is_empty() {
            return stream.payload_types.would_misname(format);
        }
        let is_misnamed = stream.payload_types.misname(format);
        if is_misnamed {
            stream.watch.frame(now, 0);
            stream.lost_frames();
            self.counts.dropped += 1;
        }
        is_misnamed
    }

    /// A format's number for as long as its page is there.
    pub(crate) fn format(&mut self, payload_type: u8, mime: &str) -> FormatNumber {
        self.formats.number(payload_type, mime)
    }

    /// A frame of nothing takes a message along, where one waits.
    fn fill<'b>(
        &mut self,
        now: Instant,
        id: StreamId,
        frame: EncodedFrame<'_>,
        workspace: &'b mut Workspace,
    ) -> Option<&'b [u8]> {
        let made = self.passage(now, id, frame)?.ok()?.fill(workspace)?;
        self.streams.get_mut(id)?.watch.frame(now, made.len());
        Some(made)
    }

    /// Lays a large frame out for WebCrypto, if nothing speaks against it; any other is to be
    /// transformed here, where it shows what does.
    pub(crate) fn lay_out(
        &mut self,
        now: Instant,
        id: StreamId,
        frame: EncodedFrame<'_>,
        workspace: &mut Workspace,
    ) -> Option<Job> {
        if frame.data.len() < ELSEWHERE {
            return None;
        }
        self.passage(now, id, frame)?.ok()?.lay_out(workspace)
    }

    /// Finishes a frame that was laid out, with what came back for it. All is asked again that was
    /// asked then: the stream, the members and the epoch may have gone meanwhile.
    pub(crate) fn finish<'b>(
        &mut self,
        now: Instant,
        id: StreamId,
        frame: EncodedFrame<'_>,
        outcome: &Outcome<'_>,
        buffer: &'b mut Vec<u8>,
    ) -> Option<&'b [u8]> {
        self.pass(now, id, frame, |passage| passage.finish(outcome, buffer))
    }

    /// None: there is no such stream, or Sotto is off.
    fn passage<'a>(
        &'a mut self,
        now: Instant,
        id: StreamId,
        frame: EncodedFrame<'a>,
    ) -> Option<Result<Passage<'a>, DropReason>> {
        let (stream, contexts) = self.streams.get_sealing(id)?;
        let call = self.call.as_mut()?;
        call.wake_up(now);
        let format = self.formats.get(frame.format);
        if let Some(format) = format {
            stream.note_format(format);
        }
        let codec = if self.withdrawn || self.reach == Reach::NoPermission {
            Err(DropReason::NoPermission)
        } else {
            format.and_then(|it| it.codec).ok_or(DropReason::Codec)
        };
        Some(codec.map(|codec| Passage {
            now,
            id,
            call,
            claims: &mut self.claims,
            inbox: &mut self.inbox,
            stream,
            contexts,
            frame: codec.frame(frame.data),
            layer: frame.layer,
        }))
    }

    fn pass<'b>(
        &mut self,
        now: Instant,
        id: StreamId,
        frame: EncodedFrame<'_>,
        act: impl FnOnce(&mut Passage<'_>) -> Transformed<'b>,
    ) -> Option<&'b [u8]> {
        let outcome = match self.passage(now, id, frame)? {
            Ok(mut passage) => act(&mut passage),
            Err(reason) => Err(reason.into()),
        };
        match outcome {
            Ok(transformed) => {
                self.count_success(now, id, frame.data.len(), transformed.len());
                Some(transformed)
            }
            Err(Instead::Dropped(reason)) => {
                self.count_drop(now, id, reason, 0);
                None
            }
            Err(Instead::Message(reason, made)) => {
                self.count_drop(now, id, reason, made.len());
                Some(made)
            }
            Err(Instead::WasMessage) => {
                let stream = self.streams.get_mut(id)?;
                stream.watch.frame(now, 0);
                stream.lost_frames();
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

    fn count_drop(&mut self, now: Instant, id: StreamId, reason: DropReason, sent: usize) {
        let Some(stream) = self.streams.get_mut(id) else {
            return;
        };
        stream.evidence.dropped(now, reason);
        stream.watch.frame(now, sent);
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
    fn go<'b>(&mut self, workspace: &'b mut Workspace) -> Transformed<'b> {
        if self.stream.direction == Direction::Send {
            return self.seal(workspace);
        }
        if self.take_message(&mut workspace.scratch) {
            return Err(Instead::WasMessage);
        }
        self.open(&mut workspace.buffer)
    }

    fn lay_out(&mut self, workspace: &mut Workspace) -> Option<Job> {
        // What takes a message along is sealed here, and what brings one opened here.
        if self.call.is_shared(self.stream.connection) && self.has_message(workspace) {
            return None;
        }
        match self.stream.direction {
            Direction::Send => {
                let context = self.context().ok()?;
                let job = self
                    .call
                    .seal_elsewhere(self.now, context, self.frame, workspace);
                job.ok()
            }
            Direction::Receive => {
                let link = self.stream.connection;
                self.call
                    .open_elsewhere(self.now, link, self.frame, workspace)
            }
        }
    }

    fn finish<'b>(&mut self, outcome: &Outcome<'_>, buffer: &'b mut Vec<u8>) -> Transformed<'b> {
        match self.stream.direction {
            Direction::Send => {
                self.context()?;
                let sealed = self.call.finish_seal(self.frame, outcome, buffer);
                sealed.map_err(|error| why_not_sealed(error).into())
            }
            Direction::Receive => {
                let (now, link) = (self.now, self.stream.connection);
                let opened = self
                    .call
                    .finish_open(now, link, self.frame, outcome, buffer);
                self.admit(opened)
            }
        }
    }

    /// Whether a large frame takes a message along, or brings one.
    fn has_message(&mut self, workspace: &mut Workspace) -> bool {
        match self.stream.direction {
            Direction::Send => self.call.handle_going(self.now),
            Direction::Receive => {
                let Frame { codec, bytes } = self.frame;
                codec.carried(bytes, &mut workspace.scratch).is_some()
            }
        }
    }

    /// Keeps the message that a frame brings. True: the frame has nothing else.
    fn take_message(&mut self, scratch: &mut Vec<u8>) -> bool {
        let link = self.stream.connection;
        let Frame { codec, bytes } = self.frame;
        if !self.call.is_shared(link) {
            return false;
        }
        let Some(carried) = codec.carried(bytes, scratch) else {
            return false;
        };
        if self.stream.may_bring_packet(self.now) {
            self.inbox.put(self.id, carried.packet);
        }
        carried.alone
    }

    fn fill<'b>(&mut self, workspace: &'b mut Workspace) -> Option<&'b [u8]> {
        if self.stream.direction != Direction::Send {
            return None;
        }
        let codec = self.frame.codec;
        let going = self.going(codec.frame(codec.silence()?));
        let Workspace {
            buffer, scratch, ..
        } = workspace;
        self.call.carry(self.now, going, buffer, scratch)
    }

    /// A frame that is about to go out.
    fn going<'f>(&mut self, frame: Frame<'f>) -> Going<'f> {
        let link = self.stream.connection;
        if self.call.is_shared(link) && frame.codec.is_silent() {
            self.call.handle_going(self.now);
        }
        Going {
            link,
            stream: self.id,
            layer: self.layer,
            sound: self.stream.media == MediaKind::Audio,
            frame,
        }
    }

    fn seal<'b>(&mut self, workspace: &'b mut Workspace) -> Transformed<'b> {
        let going = self.going(self.frame);
        let Workspace {
            buffer, scratch, ..
        } = workspace;
        match self.context() {
            Ok(context) => self
                .call
                .seal_and_carry(self.now, context, going, buffer)
                .map_err(|error| why_not_sealed(error).into()),
            Err(reason) if reason.withholds() => {
                let made = self.call.carry(self.now, going, buffer, scratch);
                Err(made.map_or(reason.into(), |made| Instead::Message(reason, made)))
            }
            Err(reason) => Err(reason.into()),
        }
    }

    /// What to seal as, if there is somebody to seal for.
    fn context(&mut self) -> Result<Context, DropReason> {
        if self.call.is_shared(self.stream.connection) && !self.frame.codec.is_silent() {
            return Err(DropReason::NotSilent);
        }
        if self.call.is_alone() {
            return Err(DropReason::Alone);
        }
        if !self.call.reaches_member(self.now, self.stream.connection) {
            return Err(DropReason::Outsider);
        }
        let context = self
            .stream
            .role
            .and_then(|role| self.contexts.take(self.now, self.id, role));
        context.ok_or(DropReason::TooManyStreams)
    }

    fn open<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Transformed<'b> {
        let link = self.stream.connection;
        let opened = self.call.open(self.now, link, self.frame, buffer);
        self.admit(opened)
    }

    /// Whether a frame that was opened belongs at this receiver.
    fn admit<'b>(&mut self, opened: Result<OpenedFrame<'b>, OpenError>) -> Transformed<'b> {
        let opened = opened.map_err(|error| self.reason_of(error))?;
        let role = opened.context.role();
        let source = (opened.member, opened.context);
        if opened.fresh && self.call.is_shared(self.stream.connection) {
            self.call.note_media(self.now, opened.member);
        }
        let belongs = MediaKind::of(role) == self.stream.media
            && self.claims.admit(self.now, source, self.id);
        if !belongs {
            return Err(DropReason::Misdirected.into());
        }
        self.stream.opened_from(self.now, opened.member, role);
        Ok(opened.frame)
    }

    /// A plain frame can look like a sealed one with a strange key id. From somebody who has never
    /// shown Sotto it is plain, unless its tag was right or one with its key id and counter was
    /// opened before: browsers send packets again as padding, and the first ones can be there before
    /// their sender's beacon.
    fn reason_of(&self, error: OpenError) -> DropReason {
        match error {
            OpenError::TooManyStreams => DropReason::TooManyStreams,
            OpenError::Replayed => DropReason::Replayed,
            OpenError::Misdirected if self.call.is_shared(self.stream.connection) => {
                DropReason::Unheard
            }
            OpenError::Misdirected => DropReason::Misdirected,
            _ if !self.shows_sotto() => DropReason::NotSealed,
            OpenError::NoKey => DropReason::NoKey,
            OpenError::NotSealed => DropReason::NotSealed,
            OpenError::Forged => DropReason::Forged,
            OpenError::Echo => DropReason::Replayed,
        }
    }

    /// Whether who sends this stream has Sotto, as far as is known.
    fn shows_sotto(&self) -> bool {
        let link = self.stream.connection;
        if self.call.is_shared(link) {
            return self.stream.member.is_some();
        }
        self.call.peer_on(self.now, link).is_some()
    }
}

fn why_not_sealed(error: SealError) -> DropReason {
    match error {
        SealError::NoKey => DropReason::NoKey,
        SealError::Malformed => DropReason::Malformed,
        SealError::CounterExhausted => DropReason::CounterExhausted,
    }
}
