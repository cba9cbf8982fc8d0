//! Joins as anyone may, and then commits what MLS lets it: everyone else out, half of them out,
//! one thing to some and another to the rest, an accomplice in, epoch after epoch for nothing.

use sotto_core::{carrier::Audience, ids::ConnectionId, time::Instant};

use super::{Hostile, guest::Guest};
use crate::dice::Dice;

const UPDATES: usize = 5;

/// See the module's text.
pub struct Wrecker {
    guest: Guest,
    ticks: u64,
}

impl Wrecker {
    pub fn new(dice: Dice) -> Self {
        Self {
            guest: Guest::new(dice),
            ticks: 0,
        }
    }

    fn wreck(&mut self) {
        let guest = &mut self.guest;
        match guest.dice.below(5) {
            0 => guest.remove(1.0, &Audience::Everyone),
            1 => guest.remove(0.5, &Audience::Everyone),
            2 => {
                let some = guest.some_links();
                guest.remove(0.2, &some);
            }
            3 => guest.add_accomplice(),
            _ => (0..UPDATES).for_each(|_| guest.remove(0.0, &Audience::Everyone)),
        }
    }
}

impl Hostile for Wrecker {
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
        if self.ticks.is_multiple_of(40) && !self.guest.is_member() {
            self.guest.begin_anew();
            let target = self.guest.some_group();
            target
                .into_iter()
                .for_each(|target| self.guest.seek(target));
        }
        if self.ticks.is_multiple_of(5) {
            self.guest.say_so();
        }
        if self.guest.is_member() && self.guest.dice.chance(0.05) {
            self.wreck();
        }
    }

    fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.guest.poll_packet()
    }
}
