//! Bringing control bytes across. The group protocol needs one thing only: a best-effort
//! broadcast to the others in the call. It survives loss, duplication, reordering and delay by
//! itself, so a carrier promises none of that; it bounds what a flooding peer can make it hold.
//!
//! A carrier of channels sends when it likes and is a [`Carrier`]; what goes [in band](InbandCarrier)
//! goes when there is a frame to take it along.

mod effort;
mod fragments;
mod inband;
mod mesh;
mod partial;
pub mod repair;

use std::collections::BTreeSet;

pub use fragments::{FRAGMENT, cut};
pub use inband::{FRAME_FRAGMENT, InbandCarrier, Lane, MAX_CARRIED, MAX_SOUND};
pub use mesh::{MAX_LINKS, MeshCarrier};

use crate::{ids::ConnectionId, time::Instant, wire::WireError};

/// Whom a message is for. Others may get it too; it only spares them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Everyone who can be reached.
    Everyone,
    /// Whoever these links lead to.
    Links(BTreeSet<ConnectionId>),
}

impl Audience {
    /// Whether a link leads to somebody of it.
    pub fn has(&self, link: ConnectionId) -> bool {
        match self {
            Self::Everyone => true,
            Self::Links(links) => links.contains(&link),
        }
    }
}

/// Whose a link is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// A participant's, member or not, who was heard on it first (B6).
    Somebody,
    /// Nobody's yet.
    Nobody,
}

/// A way to reach the others in the call.
pub trait Carrier {
    /// Takes bytes that arrived on a link. Gives a message back once it is whole.
    ///
    /// # Errors
    /// Says why the bytes were refused; the link goes on.
    fn handle_packet(
        &mut self,
        now: Instant,
        link: ConnectionId,
        owner: Owner,
        bytes: &[u8],
    ) -> Result<Option<Vec<u8>>, WireError>;

    /// Forgets what was begun too long ago.
    fn expire(&mut self, now: Instant);

    /// Queues a message.
    fn send(&mut self, message: &[u8], audience: &Audience);

    /// The next packet to send, and where.
    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)>;
}
