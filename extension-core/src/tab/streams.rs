//! The encoded streams of a tab: each an `RTCRtpSender` or `RTCRtpReceiver`, known for its whole
//! life by one id, whatever tracks pass through it.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::RangeInclusive,
    time::Duration,
};

use super::{
    contexts::Contexts,
    formats::{Format, PayloadTypes},
    watch::Watch,
    watchdog::Bypass,
};
use crate::{
    bucket::Bucket,
    evidence::Evidence,
    framing::Codec,
    ids::{ConnectionId, PageId, PeerId, StreamId},
    media::Role,
    time::Instant,
};

const MAX_STREAMS: usize = 4096;

/// Streams that went past us and have ended are remembered, to be named; the last so many.
const MAX_GONE: usize = 16;

/// At most one request for a key frame in this time, however many frames are lost.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);

/// I6: packets in its frames that are looked at.
const PACKETS_BURST: u64 = 120;
const PACKETS_PER_SECOND: u64 = 60;

/// After this long a stream that flowed past us once begins anew: its browser may have missed a
/// transform. Nothing else is forgotten, for only a page that means to replaces a transform, encodes
/// in spite of us or takes a stream up again that was stopped; it would only have to wait.
const STRIKES_FORGOTTEN: Duration = Duration::from_secs(10);

/// Which way a stream goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// From us.
    Send,
    /// To us.
    Receive,
}

/// What a stream carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// A picture.
    Video,
}

impl MediaKind {
    /// What a role is made of.
    pub fn of(role: Role) -> Self {
        match role {
            Role::Microphone | Role::ScreenSound => Self::Audio,
            Role::Camera | Role::ScreenPicture => Self::Video,
        }
    }
}

/// A stream as its page has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// An `RTCRtpSender`, and what it sends at present.
    Sender(Role),
    /// An `RTCRtpReceiver`.
    Receiver(MediaKind),
}

impl End {
    /// Which way it goes.
    pub fn direction(self) -> Direction {
        match self {
            Self::Sender(_) => Direction::Send,
            Self::Receiver(_) => Direction::Receive,
        }
    }

    /// What it carries.
    pub fn media(self) -> MediaKind {
        match self {
            Self::Sender(role) => MediaKind::of(role),
            Self::Receiver(media) => media,
        }
    }
}

/// One stream.
pub struct Stream {
    pub connection: ConnectionId,
    pub direction: Direction,
    pub media: MediaKind,
    /// What we send; of a receiver, what its sender said with the frame that we opened last.
    pub role: Option<Role>,
    pub codec_name: Option<String>,
    /// Who sealed what we opened last.
    pub member: Option<PeerId>,
    /// Since when all that we opened is that member's, in that role.
    pub since: Option<Instant>,
    pub evidence: Evidence,
    pub watch: Watch,
    /// The page encodes it: no frame of it is ours, and none may flow.
    pub left: bool,
    strikes: u8,
    struck: Option<Instant>,
    pub payload_types: PayloadTypes,
    decoder_behind: bool,
    key_frame_asked: Option<Instant>,
    packets: Option<Bucket>,
}

impl Stream {
    fn new(connection: ConnectionId, end: End) -> Self {
        Self {
            connection,
            direction: end.direction(),
            media: end.media(),
            role: None,
            codec_name: None,
            member: None,
            since: None,
            evidence: Evidence::default(),
            watch: Watch::default(),
            left: false,
            strikes: 0,
            struck: None,
            payload_types: PayloadTypes::default(),
            decoder_behind: true,
            key_frame_asked: None,
            packets: None,
        }
    }

    fn send_as(&mut self, role: Role) {
        if self.direction == Direction::Send && self.media == MediaKind::of(role) {
            self.role = Some(role);
        }
    }

    /// I6: whether one more packet that came in a frame of this stream is looked at.
    pub fn may_bring_packet(&mut self, now: Instant) -> bool {
        let full = || Bucket::new(now, PACKETS_BURST, PACKETS_PER_SECOND);
        self.packets.get_or_insert_with(full).take(now, 1)
    }

    /// A frame comes now. Comfort noise comes between those of the stream's own.
    pub fn note_format(&mut self, format: &Format) {
        let is_noise = format.codec == Some(Codec::ComfortNoise);
        if !is_noise && self.codec_name.as_ref() != Some(&format.name) {
            self.codec_name = Some(format.name.clone());
        }
    }

    /// A frame was opened.
    pub fn opened_from(&mut self, now: Instant, member: PeerId, role: Role) {
        if (self.member, self.role) == (Some(member), Some(role)) {
            return;
        }
        self.member = Some(member);
        self.role = Some(role);
        self.since = Some(now);
    }

    fn forget_evidence(&mut self) {
        self.evidence = Evidence::default();
        self.watch = Watch::default();
        self.member = None;
        self.since = None;
        self.decoder_behind = true;
        if self.direction == Direction::Receive {
            self.role = None;
        }
        if self.left {
            self.watch = Watch::after_frames_of_others();
            // One sign that proved nothing, and off it could do as it liked.
            self.struck = self.struck.filter(|_| self.strikes > 1);
        }
    }

    /// The stream went past us: how often it has.
    pub fn strike(&mut self, now: Instant, how: Bypass) -> u8 {
        let meant = how == Bypass::Undone || self.left || self.strikes > 1;
        let again = self
            .struck
            .is_some_and(|at| meant || now.since(at) < STRIKES_FORGOTTEN);
        self.strikes = if again {
            self.strikes.saturating_add(1)
        } else {
            1
        };
        self.struck = Some(now);
        self.strikes
    }

    /// A frame was dropped: the decoder may be waiting for one that it can start at.
    pub fn lost_frames(&mut self) {
        self.decoder_behind = true;
    }

    /// Whether to ask for a key frame, now that a frame came through.
    pub fn wants_key_frame(&mut self, now: Instant) -> bool {
        let recently = self
            .key_frame_asked
            .is_some_and(|at| now.since(at) < KEY_FRAME_INTERVAL);
        if self.media != MediaKind::Video || !self.decoder_behind || recently {
            return false;
        }
        self.decoder_behind = false;
        self.key_frame_asked = Some(now);
        true
    }
}

/// There is no room for another stream.
#[derive(Debug)]
pub struct Full;

/// All streams of a tab.
#[derive(Default)]
pub struct Streams {
    all: BTreeMap<StreamId, Stream>,
    gone: VecDeque<(StreamId, Stream)>,
    contexts: Contexts,
}

impl Streams {
    /// A stream that is new, or one whose role has changed.
    pub fn set(&mut self, id: StreamId, connection: ConnectionId, end: End) -> Result<(), Full> {
        if !self.all.contains_key(&id) {
            if self.all.len() >= MAX_STREAMS {
                return Err(Full);
            }
            self.all.insert(id, Stream::new(connection, end));
        }
        if let (End::Sender(role), Some(stream)) = (end, self.all.get_mut(&id)) {
            stream.send_as(role);
        }
        Ok(())
    }

    /// The page encodes this one itself.
    pub fn leave(&mut self, id: StreamId) {
        if let Some(stream) = self.all.get_mut(&id) {
            stream.left = true;
        }
    }

    pub fn remove(&mut self, id: StreamId) {
        let Some(stream) = self.all.remove(&id) else {
            return;
        };
        self.contexts.release(id);
        if stream.evidence.is_bypassed() {
            self.gone.truncate(MAX_GONE - 1);
            self.gone.push_front((id, stream));
        }
    }

    /// A page that takes away the frame that cheated is a page still, and what went past stays named
    /// until the tab's last page goes.
    pub fn remove_page(&mut self, page: PageId) {
        let all = self.all.range(Self::of(page)).map(|(id, _)| *id);
        for id in all.collect::<Vec<_>>() {
            self.remove(id);
        }
    }

    pub fn get(&self, id: StreamId) -> Option<&Stream> {
        self.all.get(&id)
    }

    pub fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.all.get_mut(&id)
    }

    /// With what it may seal under.
    pub fn get_sealing(&mut self, id: StreamId) -> Option<(&mut Stream, &mut Contexts)> {
        Some((self.all.get_mut(&id)?, &mut self.contexts))
    }

    pub fn iter(&self) -> impl Iterator<Item = (StreamId, &Stream)> {
        self.all.iter().map(|(id, stream)| (*id, stream))
    }

    /// What a person is to see: also what went past us and has ended.
    pub fn shown(&self) -> impl Iterator<Item = (StreamId, &Stream)> {
        let gone = self.gone.iter().map(|(id, stream)| (*id, stream));
        self.iter().chain(gone)
    }

    /// Whether a connection has media.
    pub fn has_any_on(&self, connection: ConnectionId) -> bool {
        let mut streams = self.all.values();
        streams.any(|stream| stream.connection == connection)
    }

    pub fn has_any_of(&self, page: PageId) -> bool {
        self.all.range(Self::of(page)).next().is_some()
    }

    fn of(page: PageId) -> RangeInclusive<StreamId> {
        let [first, last] = [0, u32::MAX].map(|number| StreamId { page, number });
        first..=last
    }

    pub fn incoming_video(&self) -> impl Iterator<Item = StreamId> {
        self.iter()
            .filter(|(_, stream)| stream.direction == Direction::Receive)
            .filter(|(_, stream)| stream.media == MediaKind::Video)
            .map(|(id, _)| id)
    }

    pub fn forget_evidence(&mut self) {
        self.gone.clear();
        for stream in self.all.values_mut() {
            stream.forget_evidence();
        }
    }
}
