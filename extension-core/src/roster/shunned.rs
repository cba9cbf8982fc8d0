//! Participants for whose sake we sought a group in vain, and for how long each is left out when
//! groups are compared. One that doesn't answer may be cut off for a moment, or may be there only
//! to keep us from the others, in one group or in ever another: so what counts is the time that
//! was spent on it in all, the first time out is short, and each further one twice as long.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use super::MAX_PEERS;
use crate::{ids::PeerId, time::Instant};

/// R17: how long somebody is sought for in vain.
pub const WASTE: Duration = Duration::from_secs(8);
/// R17: how long it is left out at first.
pub const SHUN: Duration = Duration::from_secs(5);
/// R17: how often that doubles.
const DOUBLINGS: u32 = 3;
/// R17: after this, a participant is as if it had never been sought.
const MEMORY: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Default, Hash)]
struct Blame {
    wasted: Duration,
    times: u32,
    until: Option<Instant>,
    last: Instant,
}

#[derive(Clone, Default, Hash)]
pub struct Shunned {
    blames: BTreeMap<PeerId, Blame>,
    /// For whose sake we seek now, and up to when that was counted.
    sought: BTreeSet<PeerId>,
    counted: Instant,
}

impl Shunned {
    /// Counts the time until now against those for whose sake we sought.
    pub fn count(&mut self, now: Instant, waste: Duration) {
        let span = now.since(self.counted);
        self.counted = now;
        for peer in &self.sought {
            make_room(&mut self.blames, *peer);
            let blame = self.blames.entry(*peer).or_default();
            blame.wasted += span;
            blame.last = now;
            if blame.wasted >= waste {
                blame.until = Some(now + SHUN * 2u32.pow(blame.times.min(DOUBLINGS)));
                blame.times += 1;
                blame.wasted = Duration::ZERO;
            }
        }
        self.blames
            .retain(|_, it| it.until.is_some_and(|at| at > now) || now.since(it.last) < MEMORY);
    }

    /// We seek for the sake of these from now on.
    pub fn seek_for(&mut self, sought: BTreeSet<PeerId>) {
        self.sought = sought;
    }

    /// They answered after all.
    pub fn forgive(&mut self, peers: impl Iterator<Item = PeerId>) {
        for peer in peers {
            self.blames.remove(&peer);
        }
        self.sought.clear();
    }

    /// R19.
    pub fn handle_sleep(&mut self, slept: Duration) {
        self.counted = self.counted + slept;
    }

    pub fn is_shunned(&self, now: Instant, peer: PeerId) -> bool {
        let until = self.blames.get(&peer).and_then(|it| it.until);
        until.is_some_and(|until| now < until)
    }

    /// When somebody's time is up, in or out.
    pub fn ends(&self, waste: Duration) -> impl Iterator<Item = Instant> {
        let back = self.blames.values().filter_map(|it| it.until);
        let wasted = |peer: &PeerId| self.blames.get(peer).map_or(Duration::ZERO, |it| it.wasted);
        let out = self
            .sought
            .iter()
            .map(move |it| self.counted + waste.saturating_sub(wasted(it)));
        back.chain(out)
    }
}

/// As many are remembered as participants are kept track of.
fn make_room(blames: &mut BTreeMap<PeerId, Blame>, newcomer: PeerId) {
    if blames.len() >= MAX_PEERS && !blames.contains_key(&newcomer) {
        let oldest = blames.iter().min_by_key(|(_, it)| (it.until, it.last));
        if let Some(oldest) = oldest.map(|(peer, _)| *peer) {
            blames.remove(&oldest);
        }
    }
}
