//! Newtypes for every id that crosses a module border, so that none is taken for another.

use std::fmt;

use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use tls_codec::{TlsDeserializeBytes, TlsSerialize, TlsSize};

/// Who a participant is for the length of one call: the first 16 bytes of SHA-256 over its
/// Ed25519 public key. It certifies itself, so nobody can claim another's id.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize,
)]
pub struct PeerId(pub [u8; 16]);

impl PeerId {
    /// The id that belongs to a public key.
    pub fn of(public_key: &[u8; 32]) -> Self {
        let digest = Sha256::digest(public_key);
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Self(id)
    }

    /// Eight hex characters, enough to tell the people of a call apart on a screen.
    pub fn short(&self) -> String {
        self.0[..4]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "peer {}", self.short())
    }
}

impl Serialize for PeerId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.short())
    }
}

/// An MLS group id (RFC 9420 section 8.1), always 16 random bytes here.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsDeserializeBytes, TlsSize,
)]
pub struct GroupId(pub [u8; 16]);

impl fmt::Debug for GroupId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "group {:02x}{:02x}", self.0[0], self.0[1])
    }
}

/// An MLS epoch (RFC 9420 section 8.1).
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
#[serde(transparent)]
pub struct Epoch(pub u64);

/// A leaf of the ratchet tree (RFC 9420 section 4.1): a member's place in the group.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
#[serde(transparent)]
pub struct Leaf(pub u32);

/// The first eight bytes of a hash over an epoch's authenticator: tells branches apart in a
/// beacon, and says nothing about the authenticator itself.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
pub struct BranchDigest(pub [u8; 8]);

/// An epoch of a group, and which branch of it: what a base key belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EpochId {
    /// The group.
    pub group: GroupId,
    /// Its epoch.
    pub epoch: Epoch,
    /// The branch, should the epoch have been forked.
    pub branch: BranchDigest,
}

/// A `KeyPackageRef` (RFC 9420 section 5.2) under SHA-256.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
pub struct KeyPackageRef(pub [u8; 32]);

/// A browser tab. Each has one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TabId(pub u32);

/// One frame of a tab (a document with its relay and pump); a tab may have several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct PageId(pub u32);

/// One of a page's peer connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct ConnectionId {
    /// The page that made the connection.
    pub page: PageId,
    /// Its number within the page.
    pub number: u32,
}

/// Which of a stream's layers a frame is of, where each may go to others. None: one that is of use
/// only beside another.
pub type Layer = Option<u32>;

/// One encoded stream: an `RTCRtpSender` or an `RTCRtpReceiver`, for its whole life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StreamId {
    /// The page that has the stream.
    pub page: PageId,
    /// Its number within the page.
    pub number: u32,
}
