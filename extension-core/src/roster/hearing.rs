//! Whom we don't hear by ourselves, and what others don't hear that we do: R20. A channel can fail
//! between two who both hear a third. Then that one passes on their beacons, which are signed, so
//! that nobody takes for gone who is there: it is heard, if not by itself.

use std::{collections::BTreeSet, time::Duration};

use super::{Medium, Ourselves, Roster, is_live};
use crate::{
    ids::{GroupId, PeerId},
    time::Instant,
    wire::{Lack, Presence, Unheard},
};

/// R20: who wasn't heard by itself for this long is asked for.
pub const ASK_AFTER: Duration = Duration::from_secs(2);
/// R20: how many pass on the same beacon, so that it isn't lost with one of them.
const PASSERS: usize = 2;

impl Roster {
    /// R20: the members that we don't hear by ourselves.
    pub fn unheard(&self, now: Instant, us: &Ourselves<'_>) -> Unheard {
        let others = us.members.iter().filter(|(_, peer)| *peer != us.peer);
        Unheard::of(others.filter_map(|(_, peer)| self.lack(now, *peer)))
    }

    /// Live members that another one, or we, don't hear by themselves: a channel is dead, or they are
    /// in different calls that somebody's tab holds.
    pub fn apart(&self, now: Instant, us: &Ourselves<'_>) -> usize {
        let is_member = |peer: &PeerId| us.has_member(*peer);
        let own = self.unheard(now, us);
        let theirs = self.heard_in(now, us.standing.group);
        let theirs = theirs.filter_map(|(id, unheard)| is_member(&id).then_some(unheard));
        let unheard = theirs.chain([&own]).flat_map(Unheard::lacks);
        let apart: BTreeSet<PeerId> = unheard
            .map(|lack| lack.peer)
            .filter(|peer| is_member(peer) && self.live_peer(now, peer).is_some())
            .collect();
        apart.len()
    }

    fn lack(&self, now: Instant, peer: PeerId) -> Option<Lack> {
        let known = self.peers.get(&peer);
        let left = known.is_some_and(|it| it.beacon.presence == Presence::Leaving);
        let lost = known.is_some_and(|it| it.link_lost.is_some());
        let heard = known.and_then(|it| it.heard_itself.max(it.seen));
        let since = heard.max(self.additions.get(&peer).map(|addition| addition.at));
        let patience = ASK_AFTER * (1 + self.crowds);
        let waits = since.is_some_and(|at| now.since(at) < patience);
        let sequence = known.map_or(0, |it| it.beacon.sequence);
        (!left && (lost || !waits)).then_some(Lack { peer, sequence })
    }

    /// R20: whose beacons we pass on, now that this participant was heard, and to whom: none twice
    /// to the same, whatever that says it lacks. What goes to one in a room all have who hear us.
    pub fn passes(
        &mut self,
        now: Instant,
        us: &Ourselves<'_>,
        heard: PeerId,
    ) -> Vec<(PeerId, PeerId)> {
        let mut passes = self.wanted_passes(now, us, heard);
        if self.is_in_room() {
            let whose: BTreeSet<PeerId> = passes.into_iter().map(|(whose, _)| whose).collect();
            let all = whose.into_iter();
            passes = all.flat_map(|one| self.who_lacks(now, us, one)).collect();
        }
        for (whose, to) in &passes {
            self.note_passed(*whose, *to);
        }
        passes
    }

    /// Those who lack somebody's beacon, and hear us.
    fn who_lacks(&self, now: Instant, us: &Ourselves<'_>, whose: PeerId) -> Vec<(PeerId, PeerId)> {
        let others = self.standing_here(now, us);
        let hear_us = others.filter(|(_, asker)| asker.beacon.unheard.of_peer(us.peer).is_none());
        let ends = hear_us.map(|(id, _)| (whose, *id));
        ends.filter(|(whose, to)| self.is_news(now, *whose, *to))
            .collect()
    }

    fn note_passed(&mut self, whose: PeerId, to: PeerId) {
        let sequence = self.peers.get(&whose).map(|known| known.beacon.sequence);
        if let Some((sequence, asker)) = sequence.zip(self.peers.get_mut(&to)) {
            asker.passed.insert(whose, sequence);
        }
    }

    fn wanted_passes(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        heard: PeerId,
    ) -> Vec<(PeerId, PeerId)> {
        let Some(peer) = self.live_peer(now, &heard) else {
            return Vec::new();
        };
        let what_it_lacks = peer.beacon.unheard.lacks().iter();
        let what_it_lacks = what_it_lacks.map(|lack| (lack.peer, heard));
        let who_lacks_it = self
            .standing_here(now, us)
            .filter(|(_, asker)| asker.beacon.unheard.of_peer(heard).is_some())
            .map(|(id, _)| (heard, *id));
        let passes = what_it_lacks.chain(who_lacks_it);
        passes
            .filter(|(whose, to)| self.is_ours_to_pass(now, us, *whose, *to))
            .collect()
    }

    fn is_ours_to_pass(&self, now: Instant, us: &Ourselves<'_>, whose: PeerId, to: PeerId) -> bool {
        let Some((known, asker)) = self.peers.get(&whose).zip(self.live_peer(now, &to)) else {
            return false;
        };
        let here = us.standing.group;
        let both_here = known.beacon.standing.group == here && asker.beacon.standing.group == here;
        let is_for_members =
            !self.is_in_room() || (whose != to && us.has_member(whose) && us.has_member(to));
        is_for_members
            && both_here
            && self.is_news(now, whose, to)
            && self
                .passers(now, us, (whose, to), &asker.beacon.unheard)
                .contains(&us.peer)
    }

    /// Whether somebody lacks the last beacon of another, by its own word and by what was passed on
    /// to it.
    fn is_news(&self, now: Instant, whose: PeerId, to: PeerId) -> bool {
        let Some((known, asker)) = self.peers.get(&whose).zip(self.live_peer(now, &to)) else {
            return false;
        };
        let lack = asker.beacon.unheard.of_peer(whose);
        let has = lack.map(|lack| Some(lack.sequence).max(asker.passed.get(&whose).copied()));
        has.is_some_and(|has| has < Some(known.beacon.sequence))
    }

    /// Who passes somebody's beacons on: of those that the asker hears the ones of the lowest ids
    /// that hear it themselves, or if nobody does, have them at second hand.
    fn passers(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        (whose, to): (PeerId, PeerId),
        asker: &Unheard,
    ) -> BTreeSet<PeerId> {
        let own = self.unheard(now, us);
        let in_room = self.is_in_room();
        // In a room anybody may say that it stands here.
        let is_near = |id: PeerId| us.has_member(id) && own.of_peer(id).is_none();
        let others = self.heard_in(now, us.standing.group);
        let reach: Vec<(PeerId, bool)> = others
            .chain([(us.peer, &own)])
            .filter(|(id, _)| ![whose, to].contains(id) && asker.of_peer(*id).is_none())
            .filter(|(id, unheard)| !in_room || is_near(*id) && unheard.of_peer(to).is_none())
            .map(|(id, unheard)| (id, unheard.of_peer(whose).is_none()))
            .collect();
        let at_first_hand = reach.iter().any(|(_, hears)| *hears);
        let fit = reach.iter().filter(|(_, hears)| *hears == at_first_hand);
        let fit: BTreeSet<PeerId> = fit.map(|(id, _)| *id).collect();
        fit.into_iter().take(PASSERS).collect()
    }

    fn is_in_room(&self) -> bool {
        self.pace.medium != Medium::Channels
    }

    fn heard_in(&self, now: Instant, group: GroupId) -> impl Iterator<Item = (PeerId, &Unheard)> {
        let live = self.peers.iter();
        live.filter(move |(_, peer)| is_live(peer, now, self.crowds))
            .filter(move |(_, peer)| peer.beacon.standing.group == group)
            .map(|(id, peer)| (*id, &peer.beacon.unheard))
    }
}
