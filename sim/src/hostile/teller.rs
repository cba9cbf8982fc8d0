//! Tells one lie, or does one thing that it must not, for as long as it lives: PROTOCOL.md's table
//! of what a hostile participant achieves, row by row.

use sotto_core::{
    carrier::Audience,
    ids::{BranchDigest, ConnectionId, Epoch, GroupId, KeyPackageRef, Leaf},
    time::Instant,
    wire::{Beacon, Message, Seek, Standing},
};

use super::{Hostile, guest::Guest};
use crate::dice::Dice;

/// What it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Stands in a group that is stronger than any, with nobody in it.
    Stronger,
    /// Stands in a branch of the others' group that doesn't exist.
    Branch,
    /// Stands where the others once stood, for ever.
    Lag,
    /// Stands in a group that it isn't a member of.
    Intruder,
    /// Seeks the others' group by ever new key packages.
    Restless,
    /// Seeks it by somebody else's key package.
    Borrower,
    /// Welcomes whoever seeks anything to a group of its own.
    Tempter,
    /// Joins, and removes everyone.
    Remover,
    /// Joins, and adds somebody who isn't there.
    GhostMaker,
    /// Joins, and keeps its Commits from some.
    Withholder,
}

/// See the module's text.
pub struct Teller {
    lie: Lie,
    guest: Guest,
    first: Option<Standing>,
    ticks: u64,
}

impl Teller {
    pub fn new(lie: Lie, dice: Dice) -> Self {
        Self {
            lie,
            guest: Guest::new(dice),
            first: None,
            ticks: 0,
        }
    }

    fn somebody(&self) -> Option<&Beacon> {
        self.guest.heard.values().max_by_key(|it| it.standing.epoch)
    }

    /// What it says twice a second.
    fn speak(&mut self) {
        let Some(standing) = self.somebody().map(|it| it.standing) else {
            return;
        };
        self.first.get_or_insert(standing);
        let nowhere = BranchDigest([1; 8]);
        match self.lie {
            Lie::Stronger => {
                let group = GroupId([0; 16]);
                self.stand(Standing {
                    group,
                    epoch: Epoch(u64::MAX),
                    digest: nowhere,
                    leaf: Leaf(0),
                });
            }
            Lie::Branch => self.stand(Standing {
                epoch: Epoch(u64::MAX),
                digest: nowhere,
                ..standing
            }),
            Lie::Lag => self.stand(self.first.unwrap_or(standing)),
            Lie::Intruder => self.stand(standing),
            Lie::Restless => {
                self.guest.seek(standing.group);
                self.guest.say_so();
            }
            Lie::Borrower => self.borrow(standing),
            Lie::Tempter => {
                self.guest.say_so();
                self.guest.lead_astray();
            }
            Lie::Remover | Lie::GhostMaker | Lie::Withholder => self.take_part(standing.group),
        }
    }

    fn stand(&mut self, standing: Standing) {
        self.guest.say(standing, None);
    }

    fn borrow(&mut self, standing: Standing) {
        let theirs = self.guest.heard.values().find_map(|it| it.seeks);
        let key_package = theirs.map_or(KeyPackageRef([7; 32]), |seek| seek.key_package);
        let group = standing.group;
        self.guest.say(
            Standing {
                group: GroupId([0xff; 16]),
                ..standing
            },
            Some(Seek { group, key_package }),
        );
        if let Some(announced) = self.guest.announced.clone() {
            self.guest
                .send(&Message::KeyPackage(announced.into()), &Audience::Everyone);
        }
    }

    fn take_part(&mut self, target: GroupId) {
        if !self.guest.is_member() && self.ticks.is_multiple_of(40) {
            self.guest.begin_anew();
            self.guest.seek(target);
        }
        self.guest.say_so();
    }

    /// What it does every twelve seconds, once it is a member.
    fn act(&mut self) {
        match self.lie {
            Lie::Remover => self.guest.remove(1.0, &Audience::Everyone),
            Lie::GhostMaker => self.guest.add_accomplice(),
            Lie::Withholder => {
                let some = self.guest.some_links();
                self.guest.remove(0.0, &some);
            }
            _ => {}
        }
    }
}

impl Hostile for Teller {
    fn open_link(&mut self, now: Instant, link: ConnectionId) {
        self.guest.open_link(now, link);
    }

    fn close_link(&mut self, link: ConnectionId) {
        self.guest.close_link(link);
    }

    fn handle_packet(&mut self, now: Instant, link: ConnectionId, bytes: &[u8]) {
        self.guest.handle_packet(now, link, bytes);
    }

    fn tick(&mut self, _: Instant) {
        self.ticks += 1;
        if self.ticks.is_multiple_of(5) {
            self.speak();
        }
        if self.ticks.is_multiple_of(120) && self.guest.is_member() {
            self.act();
        }
    }

    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.guest.poll_packet()
    }
}
