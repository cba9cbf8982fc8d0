//! How an encoded frame travels, so that packetizers, depacketizers and decoders that know nothing
//! of us do their work and somebody without the keys gets silence and no picture, not noise. One
//! file per codec; a codec without a file here is dropped and named, never passed.
//!
//! Nothing here knows keys: a plain frame is [covered](Codec::cover), which says what stays clear
//! and what is to be sealed, and a received one [uncovered](Codec::uncover), which says what was.
//!
//! ```text
//! plain frame --cover---> clear bytes, secret --(seal)--> clear bytes, body --pack---> wire
//! plain frame <-restore-- clear bytes, secret <-(open)--- clear bytes, body <-uncover- wire
//! ```

mod av1;
mod bits;
mod cn;
mod codec;
mod frame;
mod g711;
mod g722;
mod h264;
mod h265;
mod metadata;
mod nal;
mod opus;
mod red;
mod vp8;
mod vp9;

#[cfg(test)]
pub(crate) mod samples;
#[cfg(test)]
mod tests;

pub use codec::Codec;
pub use frame::Frame;
pub use metadata::Metadata;

use crate::wire::trailer;

/// Why a plain frame can't be sealed: it isn't what its codec's specification says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame is not one of its codec")]
pub struct Malformed;

/// Why a received frame can't be opened: it isn't laid out as a sealed one of its codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the frame is not laid out as a sealed one")]
pub struct NotSealed;

/// A packet that came in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Carried<'w> {
    /// The packet.
    pub packet: &'w [u8],
    /// The frame has nothing else.
    pub alone: bool,
}

impl Codec {
    /// Lays out a plain frame: the metadata of the sealed frame, and what of it is to be sealed.
    ///
    /// # Errors
    /// [`Malformed`]; such a frame must be dropped.
    pub fn cover(self, frame: &[u8]) -> Result<(Metadata, &[u8]), Malformed> {
        let mut meta = Metadata::new(self);
        let secret = match self {
            Self::Opus => opus::cover(frame, &mut meta),
            Self::Red => red::cover(frame, &mut meta),
            Self::Vp8 => vp8::cover(frame, &mut meta),
            Self::Vp9 => vp9::cover(frame, &mut meta),
            Self::H264 => nal::cover::<h264::H264>(frame, &mut meta),
            Self::H265 => nal::cover::<h265::H265>(frame, &mut meta),
            Self::Av1 => av1::cover(frame, &mut meta),
            Self::Pcmu | Self::Pcma => g711::cover(frame),
            Self::G722 => g722::cover(frame),
            Self::ComfortNoise => cn::cover(frame, &mut meta),
        };
        secret.map(|secret| (meta, secret)).ok_or(Malformed)
    }

    /// Turns metadata and sealed body, as SFrame left them in `buffer`, into what goes over the
    /// wire. `scratch` may be swapped for it.
    pub fn pack<'b>(
        self,
        frame: &[u8],
        meta: &Metadata,
        buffer: &'b mut Vec<u8>,
        scratch: &mut Vec<u8>,
    ) -> &'b [u8] {
        let body = &buffer[meta.bytes().len()..];
        match self {
            Self::H264 => nal::pack::<h264::H264>(frame, meta.clear(), body, scratch),
            Self::H265 => nal::pack::<h265::H265>(frame, meta.clear(), body, scratch),
            _ => return &buffer[Metadata::CODEC..],
        }
        std::mem::swap(buffer, scratch);
        buffer
    }

    /// Takes a received frame apart: the metadata that it was sealed with, as it claims, and the
    /// sealed body, in the frame or, where it travels in pieces, in `scratch`.
    ///
    /// # Errors
    /// [`NotSealed`]; most likely the frame is in clear.
    pub fn uncover<'w>(
        self,
        wire: &'w [u8],
        scratch: &'w mut Vec<u8>,
    ) -> Result<(Metadata, &'w [u8]), NotSealed> {
        let mut meta = Metadata::new(self);
        let body = match self {
            Self::Opus => opus::uncover(wire, &mut meta),
            Self::Red => red::uncover(wire, &mut meta),
            Self::Vp8 => vp8::uncover(wire, &mut meta),
            Self::Vp9 => vp9::uncover(wire, &mut meta),
            Self::H264 => nal::uncover::<h264::H264>(wire, &mut meta, scratch),
            Self::H265 => nal::uncover::<h265::H265>(wire, &mut meta, scratch),
            Self::Av1 => av1::uncover(wire, &mut meta),
            Self::Pcmu | Self::Pcma => g711::uncover(wire),
            Self::G722 => g722::uncover(wire),
            Self::ComfortNoise => cn::uncover(wire, &mut meta),
        };
        body.map(|body| (meta, body)).ok_or(NotSealed)
    }

    /// A frame that is laid out as a sealed one and holds nothing but a packet: of the plain frame
    /// only what stays clear.
    ///
    /// # Errors
    /// [`Malformed`]; such a frame must be dropped.
    pub fn carry<'b>(
        self,
        frame: &[u8],
        packet: &[u8],
        buffer: &'b mut Vec<u8>,
        scratch: &mut Vec<u8>,
    ) -> Result<&'b [u8], Malformed> {
        let (meta, _) = self.cover(frame)?;
        buffer.clear();
        buffer.extend_from_slice(meta.bytes());
        trailer::append(packet, buffer);
        Ok(self.pack(frame, &meta, buffer, scratch))
    }

    /// What a received frame carries, and whether it carries nothing else.
    pub fn carried<'w>(self, wire: &'w [u8], scratch: &'w mut Vec<u8>) -> Option<Carried<'w>> {
        let (_, body) = self.uncover(wire, scratch).ok()?;
        let (body, packet) = trailer::split(body);
        Some(Carried {
            packet: packet?,
            alone: body.is_empty(),
        })
    }

    /// Whether who has no keys hears and sees nothing of its sealed frames. Only such frames may go
    /// where others are.
    pub fn is_silent(self) -> bool {
        !matches!(self, Self::Pcmu | Self::Pcma | Self::G722)
    }

    /// A frame in which nothing is heard, for one that a sender left out (DTX).
    pub fn silence(self) -> Option<&'static [u8]> {
        (self == Self::Opus).then_some(&opus::SILENT_PACKET[..])
    }

    /// The plain frame, from metadata and what was opened, as SFrame left them in `buffer`.
    pub fn restore<'b>(self, meta: &Metadata, buffer: &'b mut [u8]) -> &'b [u8] {
        let restore = match self {
            Self::Vp8 => vp8::restore,
            Self::Vp9 => vp9::restore,
            _ => return &buffer[meta.bytes().len()..],
        };
        let frame = &mut buffer[Metadata::CODEC..];
        restore(frame);
        frame
    }
}
