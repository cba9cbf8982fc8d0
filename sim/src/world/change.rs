//! One change in a group at rest: how long until everyone has its epoch, and what those say to it
//! who neither made it nor came by it.

use std::{collections::BTreeMap, time::Duration};

use sotto_core::{
    ids::EpochId,
    time::Instant,
    wire::{Message, Packet},
};

use super::{World, slot::epoch_of};
use crate::{
    Plan,
    growth::{measure::Change, spread::Spread},
};

const REST: Duration = Duration::from_secs(2);
/// Above R18's longest turn.
const LIMIT: Duration = Duration::from_secs(180);
const LOOK: Duration = Duration::from_millis(10);
/// R1: changes this close go into one beacon.
const BEACON: Duration = Duration::from_millis(30);

/// A packet, with who sent it to whom.
pub(super) struct Sent {
    pub from: usize,
    pub to: usize,
    pub bytes: Vec<u8>,
}

impl World {
    /// A call in which everyone has found everyone, over a good network.
    pub fn at_rest(seed: u64, participants: usize) -> Option<Self> {
        let plan = Plan {
            participants,
            seconds: 0,
            loss: 0.0,
            hostile: false,
        };
        let mut world = Self::new(seed, plan);
        world.run_until(Instant(0));
        world.stop_faults();
        world.await_one_group()?;
        world.run_until(world.now + REST);
        world.is_one_group().then_some(world)
    }

    /// Lets something happen, and waits until everyone has the epoch that it makes.
    pub fn live_through(&mut self, change: Change, size: u32) -> Option<Spread> {
        if change != Change::Update {
            // So that nobody's turn (R18) comes in between.
            self.await_epoch_after(self.epoch()?)?;
        }
        let before = self.epoch()?;
        let bystanders = self.slots.len();
        let start = self.now;
        self.sent = Some(Vec::new());
        match change {
            Change::Join => self.join(),
            Change::Leave => self.last_leaves(),
            Change::Update => (),
        }
        let after = self.await_epoch_after(before)?;
        let (first, last) = self.entered(after)?;
        self.run_until(last + BEACON);
        let sent = self.sent.take().unwrap_or_default();
        let (beacons, others) = self.said(&sent, after, first, bystanders);
        let start = match change {
            Change::Update => first,
            Change::Join | Change::Leave => start,
        };
        self.run_until(self.now + REST);
        Some(Spread {
            size,
            change,
            span: last.since(start),
            beacons,
            others,
        })
    }

    fn epoch(&self) -> Option<EpochId> {
        let mut here = self.slots.iter().filter(|slot| slot.counts());
        here.next().and_then(super::Slot::epoch)
    }

    /// Not the committer, who has the first leaf.
    fn last_leaves(&mut self) {
        let slots = self
            .slots
            .iter()
            .enumerate()
            .filter(|(_, slot)| slot.counts());
        let last = slots.max_by_key(|(_, slot)| slot.place().map(|(standing, _)| standing.leaf));
        if let Some((who, _)) = last {
            self.say_goodbye(who);
        }
    }

    fn await_epoch_after(&mut self, before: EpochId) -> Option<EpochId> {
        let from = self.now;
        while self.now.since(from) < LIMIT {
            self.run_until(self.now + LOOK);
            if self.is_one_group() && self.epoch() != Some(before) {
                return self.epoch();
            }
        }
        None
    }

    /// When the first and the last came into an epoch.
    fn entered(&self, epoch: EpochId) -> Option<(Instant, Instant)> {
        let here = self.slots.iter().filter(|slot| slot.counts());
        let there = here.filter(|slot| slot.epoch() == Some(epoch));
        let since = there.map(|slot| slot.since);
        Some((since.clone().min()?, since.max()?))
    }

    /// The most beacons for the new epoch on one link, and the messages that are no beacons, of
    /// who was there before and didn't make the epoch, which is who had it first.
    fn said(&self, sent: &[Sent], epoch: EpochId, first: Instant, before: usize) -> (usize, usize) {
        let bystands = |who: usize| who < before && self.slots[who].since > first;
        let (mut beacons, mut others) = (BTreeMap::new(), 0);
        for packet in sent.iter().filter(|packet| bystands(packet.from)) {
            match shows(&packet.bytes) {
                Some(shown) if shown == epoch => {
                    *beacons.entry((packet.from, packet.to)).or_insert(0) += 1;
                }
                Some(_) => (),
                None => others += 1,
            }
        }
        (beacons.into_values().max().unwrap_or(0), others)
    }
}

/// The epoch that a beacon shows.
fn shows(packet: &[u8]) -> Option<EpochId> {
    let packet = Packet::parse(packet).ok()?;
    let Ok(Message::Beacon(beacon)) = Message::parse(packet.fragment) else {
        return None;
    };
    beacon.open().map(|(_, beacon)| epoch_of(&beacon.standing))
}
