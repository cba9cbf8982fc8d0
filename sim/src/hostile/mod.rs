//! Peers that speak the wire and keep no rule. Each has channels to everyone, as any participant
//! of the page does, and knows what everyone may know.

mod guest;
mod liar;
mod lie;
mod misfits;
mod replayer;
mod teller;
mod wrecker;

pub use lie::Lie;
pub use teller::Teller;

use sotto_core::{ids::ConnectionId, time::Instant};

use crate::dice::Dice;

/// A peer of no good.
pub trait Hostile: Send {
    fn open_link(&mut self, now: Instant, link: ConnectionId);
    fn close_link(&mut self, link: ConnectionId);
    fn handle_packet(&mut self, now: Instant, link: ConnectionId, bytes: &[u8]);
    /// Does something now.
    fn tick(&mut self, now: Instant);
    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)>;
}

/// What a hostile peer is up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Plays again what it heard.
    Replayer,
    /// Signs what isn't so, and sends what can't be read.
    Liar,
    /// Joins, and commits what it must not.
    Wrecker,
    /// Joins uninvited and keeps to the rules; the world makes it of a plain call.
    Ghost,
}

impl Kind {
    pub fn draw(dice: &mut Dice) -> Self {
        match dice.below(4) {
            0 => Self::Replayer,
            1 => Self::Liar,
            2 => Self::Wrecker,
            _ => Self::Ghost,
        }
    }
}

/// Makes one; a ghost isn't among them, and would be a liar here.
pub fn make(kind: Kind, dice: Dice) -> Box<dyn Hostile> {
    match kind {
        Kind::Replayer => Box::new(replayer::Replayer::new(dice)),
        Kind::Liar | Kind::Ghost => Box::new(liar::Liar::new(dice)),
        Kind::Wrecker => Box::new(wrecker::Wrecker::new(dice)),
    }
}
