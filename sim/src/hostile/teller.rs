//! Tells one lie, or does one thing that it must not, for as long as it lives: PROTOCOL.md's table
//! of what a hostile participant achieves, row by row.

use sotto_core::{
    carrier::Audience,
    ids::{BranchDigest, ConnectionId, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    time::Instant,
    wire::{Beacon, Lack, Message, Seek, Standing, Unheard},
};

use super::{
    Hostile, Lie,
    guest::{Guest, plain},
};
use crate::dice::Dice;

/// Few ids begin with less.
const LOW: u8 = 8;
/// Longer alone in a branch than this, in ticks, it comes anew.
const ALONE: u64 = 30;
/// Who comes late does so after this, which the others need to meet, and within as much again.
const LATE: usize = 50;

/// See the module's text.
pub struct Teller {
    lie: Lie,
    guest: Guest,
    first: Option<Standing>,
    ticks: u64,
    /// When somebody last stood where it does.
    followed: u64,
    late: u64,
}

impl Teller {
    pub fn new(lie: Lie, dice: Dice) -> Self {
        let mut guest = Guest::new(dice);
        if lie == Lie::Mute {
            guest.be_reborn(|peer| peer.0[0] < LOW);
        }
        let late = (LATE + guest.dice.below(LATE)) as u64;
        Self {
            lie,
            guest,
            late,
            first: None,
            ticks: 0,
            followed: 0,
        }
    }

    fn somebody(&self) -> Option<&Beacon> {
        self.guest.heard.values().max_by_key(|it| it.standing.epoch)
    }

    /// What it says every half second, or as often as its lie asks.
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
            Lie::TwoFaced => self.face_each(),
            Lie::Deaf => self.lack_somebody(standing),
            Lie::Fickle => self.come_at_once(standing.group),
            Lie::Remover
            | Lie::GhostMaker
            | Lie::Withholder
            | Lie::Mute
            | Lie::Hasty
            | Lie::Frantic => self.take_part(standing.group),
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

    /// Stands for each of the others in a group that isn't that one's.
    fn face_each(&mut self) {
        for (link, peer) in self.guest.ends.clone() {
            let heard = &self.guest.heard;
            let own = heard.get(&peer).map(|it| it.standing.group);
            let mut others = heard.values().map(|it| it.standing);
            if let Some(other) = others.find(|it| Some(it.group) != own) {
                let audience = Audience::Links([link].into());
                self.guest.tell(plain(other), &audience);
            }
        }
    }

    /// Knows nothing of one of the others, and hears the rest.
    fn lack_somebody(&mut self, standing: Standing) {
        let peer = self.guest.heard.keys().next().copied();
        let lack = |peer: PeerId| Lack { peer, sequence: 0 };
        let beacon = Beacon {
            unheard: Unheard::of(peer.map(lack)),
            ..plain(standing)
        };
        self.guest.tell(beacon, &Audience::Everyone);
    }

    fn come_at_once(&mut self, target: GroupId) {
        if self.ticks < self.late {
            return;
        }
        if !self.guest.is_member() && !self.guest.is_seeking() {
            self.guest.seek(target);
        }
        self.guest.say_so();
    }

    fn take_part(&mut self, target: GroupId) {
        if !self.guest.is_member() && self.ticks.is_multiple_of(40) {
            self.guest.begin_anew();
            self.guest.seek(target);
        }
        self.guest.say_so();
    }

    /// Whoever is in a branch of its own does nothing to anybody.
    fn hurry(&mut self) {
        if self.guest.is_followed() {
            self.followed = self.ticks;
        }
        if self.ticks - self.followed < ALONE {
            self.guest.remove(0.0, &Audience::Everyone);
        } else {
            self.guest.begin_anew();
            self.followed = self.ticks;
        }
    }

    /// What it does every twelve seconds, or as often as its lie asks, once it is a member.
    fn act(&mut self) {
        match self.lie {
            Lie::Remover => self.guest.remove(1.0, &Audience::Everyone),
            Lie::GhostMaker => self.guest.add_accomplice(),
            Lie::Withholder => {
                let some = self.guest.some_links();
                self.guest.remove(0.0, &some);
            }
            Lie::Hasty | Lie::Frantic => self.hurry(),
            Lie::Fickle => {
                self.guest.say_goodbye();
                self.guest.be_reborn(|_| true);
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
        if self.ticks.is_multiple_of(self.lie.speaks_every()) {
            (0..self.lie.words()).for_each(|_| self.speak());
        }
        if self.ticks.is_multiple_of(self.lie.acts_every()) && self.guest.is_member() {
            self.act();
        }
    }

    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.guest.poll_packet()
    }
}
