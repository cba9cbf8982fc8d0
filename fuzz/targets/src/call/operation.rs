//! What can happen in a call. Numbers are taken modulo what there is to choose from, so that every
//! operation means something.

use arbitrary::Arbitrary;

/// See the module's text. The order is part of how the kept corpora are read: new ones come last.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub enum Operation<'a> {
    /// All goes well for this many steps of 20 ms.
    Run { steps: u8 },
    /// Time passes, and nothing arrives meanwhile.
    Wait { milliseconds: u16 },
    /// A packet arrives.
    Deliver { packet: u8 },
    /// A packet is lost.
    Lose { packet: u8 },
    /// A packet arrives, and will arrive again.
    Double { packet: u8 },
    /// A packet arrives with a byte changed.
    Change { packet: u8, at: u16, mask: u8 },
    /// The same by somebody who knows how packets are checked.
    Forge { packet: u8, at: u16, mask: u8 },
    /// A channel opens.
    Open { at: u8, from: u8 },
    /// A channel closes.
    Close { at: u8, from: u8 },
    /// Somebody seals a frame.
    Seal {
        who: u8,
        stream: u8,
        codec: u8,
        first: u8,
        size: u8,
    },
    /// Somebody opens a frame, changed if the mask is not 0, as one of that codec.
    Receive {
        who: u8,
        frame: u8,
        codec: u8,
        at: u8,
        mask: u8,
    },
    /// Somebody tries to open something else.
    Noise { who: u8, codec: u8, frame: &'a [u8] },
    /// Somebody says goodbye and goes.
    Leave { who: u8 },
    /// Somebody who left starts anew.
    Join { who: u8 },
    /// A stranger says where it stands.
    Claim(Claim),
}

/// A beacon that is signed well and says whatever it likes, made from somebody's true standing.
#[derive(Clone, Copy, Debug, Arbitrary)]
pub struct Claim {
    /// Who hears it.
    pub at: u8,
    /// On whose channel.
    pub link: u8,
    /// Which stranger.
    pub stranger: u8,
    /// Whose standing it is made from.
    pub like: u8,
    /// What is added to the epoch.
    pub epoch: u8,
    /// What is changed in the digest.
    pub digest: u8,
    /// What is added to the leaf.
    pub leaf: u8,
    /// Whose group it seeks, if that is a participant at all.
    pub seeks: u8,
    /// Whether it goes.
    pub leaves: bool,
}
