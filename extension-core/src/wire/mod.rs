//! Our envelope: packets as a carrier moves them, and the messages that they add up to.
//! The layouts are PROTOCOL.md's, written in RFC 9420's presentation language (section 2.1).
//! Parsing checks shapes and bounds only; what a message means is for `roster` and `group`.

mod beacon;
pub mod trailer;
mod unheard;

pub use beacon::{Beacon, Company, Presence, Seek, SignedBeacon, Standing};
pub use unheard::{Lack, MAX_UNHEARD, Unheard};

use sha2::{Digest, Sha256};
use tls_codec::{DeserializeBytes, Serialize, TlsDeserializeBytes, TlsSerialize, TlsSize, VLBytes};

use crate::ids::PeerId;

/// The version that this code speaks; it stands in every packet.
pub const VERSION: u8 = 2;

const MAGIC: [u8; 4] = *b"SOTO";
/// How long a packet is without its fragment.
pub const HEADER: usize = 17;

/// The longest message that may be reassembled, in bytes: more than a Welcome to a group of 1,000 has.
pub const MAX_MESSAGE: usize = 4 * 1024 * 1024;

/// What a message has beside its MLS message.
pub const ENVELOPE: usize = 16;

/// The longest MLS message that fits into one of ours.
pub const MAX_MLS_MESSAGE: usize = MAX_MESSAGE - ENVELOPE;

/// Why bytes from a carrier were refused. All of these are the sender's doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Not ours at all.
    #[error("not a Sotto packet")]
    NotOurs,
    /// Ours, in a version that we don't speak.
    #[error("a packet of protocol version {0}")]
    OtherVersion(u8),
    /// Ours, and broken.
    #[error("a malformed packet or message")]
    Malformed,
    /// Ours, and larger than the bounds allow.
    #[error("a message over its bounds")]
    TooLarge,
}

/// The first eight bytes of SHA-256 over a message. Fragments of the same message fit together
/// whenever they were sent and by whomever, and a message put together wrongly shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId(pub [u8; 8]);

impl MessageId {
    /// The id of a message.
    pub fn of(message: &[u8]) -> Self {
        let digest = Sha256::digest(message);
        let mut id = [0; 8];
        id.copy_from_slice(&digest[..8]);
        Self(id)
    }

    /// Whether it is the id of a message.
    pub fn fits(self, message: &[u8]) -> bool {
        Self::of(message) == self
    }
}

/// One fragment of a message.
///
/// ```text
/// +--------+---------+------------+----------+----------+-------------
/// | "SOTO" | version | message    | index    | count    | fragment ...
/// | 4      | 1       | 8          | 2        | 2        | to the end
/// +--------+---------+------------+----------+----------+-------------
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Packet<'a> {
    /// Which message it is of.
    pub message: MessageId,
    /// Which fragment this is: below `count` but for repair.
    pub index: u16,
    /// How many fragments the message has, at least 1.
    pub count: u16,
    /// The fragment.
    pub fragment: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a packet of a piece of a message.
    ///
    /// # Errors
    /// Every [`WireError`] but `TooLarge`.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, WireError> {
        let packet = Self::parse_any(bytes)?;
        if packet.index < packet.count {
            Ok(packet)
        } else {
            Err(WireError::Malformed)
        }
    }

    /// Reads a packet, also one for repair.
    ///
    /// # Errors
    /// Every [`WireError`] but `TooLarge`.
    pub fn parse_any(bytes: &'a [u8]) -> Result<Self, WireError> {
        let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(WireError::NotOurs)?;
        if *magic != MAGIC {
            return Err(WireError::NotOurs);
        }
        let (version, rest) = rest.split_first().ok_or(WireError::Malformed)?;
        if *version != VERSION {
            return Err(WireError::OtherVersion(*version));
        }
        let (message, rest) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        let (index, rest) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        let (count, fragment) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        Ok(Self {
            message: MessageId(*message),
            index: u16::from_be_bytes(*index),
            count: u16::from_be_bytes(*count),
            fragment,
        })
    }

    /// Writes the packet.
    pub fn to_bytes(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.fragment.len());
        bytes.extend_from_slice(&MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.message.0);
        bytes.extend_from_slice(&self.index.to_be_bytes());
        bytes.extend_from_slice(&self.count.to_be_bytes());
        bytes.extend_from_slice(self.fragment);
        bytes
    }
}

/// Which of the messages one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// See [`Message::Beacon`].
    Beacon,
    /// See [`Message::KeyPackage`].
    KeyPackage,
    /// See [`Message::Welcome`].
    Welcome,
    /// See [`Message::Commit`].
    Commit,
    /// See [`Message::PassedOn`]: whose beacon.
    PassedOn(PeerId),
    /// See [`Message::Name`].
    Name,
}

/// What members and those who want to become members say to each other.
#[derive(Clone, Debug, PartialEq, Eq, TlsSerialize, TlsDeserializeBytes, TlsSize)]
#[repr(u8)]
pub enum Message {
    /// "I am here, in this state": ours and not MLS's.
    #[tls_codec(discriminant = 1)]
    Beacon(SignedBeacon),
    /// An `MLSMessage` with a key package (RFC 9420 section 10).
    #[tls_codec(discriminant = 2)]
    KeyPackage(VLBytes),
    /// An `MLSMessage` with a Welcome (RFC 9420 section 12.4.3.1).
    #[tls_codec(discriminant = 3)]
    Welcome(VLBytes),
    /// An `MLSMessage` with a Commit in a `PrivateMessage` (RFC 9420 section 12.4).
    #[tls_codec(discriminant = 4)]
    Commit(VLBytes),
    /// Somebody else's beacon, for whoever doesn't hear it.
    #[tls_codec(discriminant = 5)]
    PassedOn(SignedBeacon),
    /// An `MLSMessage` with a display name in a `PrivateMessage` (RFC 9420 section 15).
    #[tls_codec(discriminant = 7)]
    Name(VLBytes),
}

impl Message {
    /// Reads a whole message, with nothing left over.
    ///
    /// # Errors
    /// [`WireError::Malformed`].
    pub fn parse(bytes: &[u8]) -> Result<Self, WireError> {
        Self::tls_deserialize_exact_bytes(bytes).map_err(|_| WireError::Malformed)
    }

    /// Which it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Beacon(_) => Kind::Beacon,
            Self::KeyPackage(_) => Kind::KeyPackage,
            Self::Welcome(_) => Kind::Welcome,
            Self::Commit(_) => Kind::Commit,
            Self::PassedOn(signed) => Kind::PassedOn(signed.peer()),
            Self::Name(_) => Kind::Name,
        }
    }

    /// Writes the message.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.tls_serialize_detached()
            .expect("a message of ours is far below the codec's 1 GiB")
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn a_packet_survives_the_way() {
        let packet = Packet {
            message: MessageId([7; 8]),
            index: 1,
            count: 3,
            fragment: b"abc",
        };
        assert_eq!(Packet::parse(&packet.to_bytes()), Ok(packet));
    }

    #[test]
    fn a_foreign_packet_is_told_from_a_broken_one() {
        let whole = Packet {
            message: MessageId([7; 8]),
            index: 0,
            count: 1,
            fragment: b"",
        }
        .to_bytes();
        assert_eq!(
            Packet::parse(b"hello, this is the page"),
            Err(WireError::NotOurs)
        );
        assert_eq!(Packet::parse(b""), Err(WireError::NotOurs));
        for cut in 4..whole.len() {
            assert_eq!(Packet::parse(&whole[..cut]), Err(WireError::Malformed));
        }
    }

    #[test]
    fn another_version_is_named_and_not_misread() {
        let mut bytes = Packet {
            message: MessageId([7; 8]),
            index: 0,
            count: 1,
            fragment: b"x",
        }
        .to_bytes();
        bytes[4] = 9;
        assert_eq!(Packet::parse(&bytes), Err(WireError::OtherVersion(9)));
    }

    #[test]
    fn a_fragment_outside_its_message_is_refused() {
        let bytes = Packet {
            message: MessageId([7; 8]),
            index: 3,
            count: 3,
            fragment: b"x",
        }
        .to_bytes();
        assert_eq!(Packet::parse(&bytes), Err(WireError::Malformed));
    }

    #[test]
    fn each_message_begins_with_its_type() {
        let body = || VLBytes::from(vec![1, 2, 3]);
        for (message, kind) in [
            (Message::KeyPackage(body()), 2),
            (Message::Welcome(body()), 3),
            (Message::Commit(body()), 4),
            (Message::Name(body()), 7),
        ] {
            assert_eq!(message.to_bytes(), [kind, 3, 1, 2, 3]);
        }
    }

    #[test]
    fn a_message_survives_the_way_and_nothing_may_follow_it() {
        let message = Message::Commit(vec![1, 2, 3].into());
        let mut bytes = message.to_bytes();
        assert_eq!(Message::parse(&bytes), Ok(message));
        bytes.push(0);
        assert_eq!(Message::parse(&bytes), Err(WireError::Malformed));
        assert_eq!(Message::parse(&[99, 0]), Err(WireError::Malformed));
        assert_eq!(Message::parse(&[]), Err(WireError::Malformed));
    }
}
