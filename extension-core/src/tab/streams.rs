//! The encoded streams of a tab: each an `RTCRtpSender` or `RTCRtpReceiver`, known for its whole
//! life by one id, whatever tracks pass through it.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    evidence::Evidence,
    framing::Codec,
    ids::{ConnectionId, PageId, PeerId, StreamId},
    media::Context,
    time::Instant,
};

const MAX_STREAMS: usize = 4096;

/// At most one request for a key frame in this time, however many frames are lost.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(500);

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

/// One stream.
pub struct Stream {
    pub connection: ConnectionId,
    pub direction: Direction,
    pub media: MediaKind,
    pub codec_name: Option<String>,
    /// Which of our streams this is in key ids; none for a receiver, or when all are taken.
    pub context: Option<Context>,
    /// Who sealed what we opened last.
    pub member: Option<PeerId>,
    pub evidence: Evidence,
    codec: Option<Codec>,
    decoder_behind: bool,
    key_frame_asked: Option<Instant>,
}

impl Stream {
    pub fn codec(&self) -> Option<Codec> {
        self.codec
    }

    pub fn note_codec(&mut self, mime: &str) {
        if self.codec_name.as_deref() != Some(mime) {
            self.codec_name = Some(mime.to_owned());
            self.codec = Codec::of_mime(mime);
        }
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

/// All streams of a tab.
#[derive(Default)]
pub struct Streams(BTreeMap<StreamId, Stream>);

impl Streams {
    pub fn add(
        &mut self,
        id: StreamId,
        connection: ConnectionId,
        direction: Direction,
        media: MediaKind,
    ) {
        if self.0.len() >= MAX_STREAMS || self.0.contains_key(&id) {
            return;
        }
        let context = if direction == Direction::Send {
            self.free_context()
        } else {
            None
        };
        let stream = Stream {
            connection,
            direction,
            media,
            codec_name: None,
            context,
            member: None,
            evidence: Evidence::default(),
            codec: None,
            decoder_behind: true,
            key_frame_asked: None,
        };
        self.0.insert(id, stream);
    }

    /// The lowest that no stream has. One that was given back may come again: its key and its
    /// counter live on in the keyring.
    fn free_context(&self) -> Option<Context> {
        let taken = |context: &Context| {
            self.0
                .values()
                .any(|stream| stream.context == Some(*context))
        };
        (0..=u8::MAX).map(Context).find(|context| !taken(context))
    }

    pub fn remove(&mut self, id: StreamId) {
        self.0.remove(&id);
    }

    pub fn remove_page(&mut self, page: PageId) {
        self.0.retain(|id, _| id.page != page);
    }

    pub fn get(&self, id: StreamId) -> Option<&Stream> {
        self.0.get(&id)
    }

    pub fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.0.get_mut(&id)
    }

    pub fn iter(&self) -> impl Iterator<Item = (StreamId, &Stream)> {
        self.0.iter().map(|(id, stream)| (*id, stream))
    }

    pub fn incoming_video(&self) -> impl Iterator<Item = StreamId> {
        self.iter()
            .filter(|(_, stream)| stream.direction == Direction::Receive)
            .filter(|(_, stream)| stream.media == MediaKind::Video)
            .map(|(id, _)| id)
    }

    pub fn forget_evidence(&mut self) {
        for stream in self.0.values_mut() {
            stream.evidence = Evidence::default();
            stream.member = None;
            stream.decoder_behind = true;
        }
    }
}
