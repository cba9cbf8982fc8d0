//! What is to be committed, and by whom: R3 to R5, R11 and R18.

use super::{Joins, Ourselves, Roster, Step, Turns, is_live};
use crate::{
    ids::{GroupId, KeyPackageRef, PeerId},
    time::Instant,
    wire::Presence,
};

impl Roster {
    /// R3 and R4. Whoever seeks adds nobody, but removes whoever is gone.
    pub(super) fn commit_if_due(
        &mut self,
        now: Instant,
        us: &Ourselves<'_>,
        seeks: Option<GroupId>,
        turns: &Turns,
    ) -> Option<Step> {
        let add = match seeks {
            Some(_) => Vec::new(),
            None => self.pending_joins(now, us),
        };
        let remove = turns.pending_leaves(&add);
        let place = (us.standing.group, us.standing.epoch);
        let wishes = self.wishes(now, us).map(|(id, _)| id).collect();
        self.pending.update(now, place, &add, &remove, &wishes);
        let expects = self.expects(now, us);
        self.pace.expect(expects);
        let due = self.commit_due(now, turns)?;
        (now >= due).then_some(Step::Commit { add, remove })
    }

    /// R3 and R4: when it is for us to commit what waits, after what we said last.
    pub(super) fn commit_due(&self, now: Instant, turns: &Turns) -> Option<Instant> {
        let (batch, stagger) = (self.pace.batch(now), self.stagger());
        let due = if turns.rank == 0 {
            self.pending.due(batch)?
        } else {
            let since = self.pace.counts_from(self.pending.oldest()?, stagger);
            since + batch + stagger * turns.rank
        };
        Some(due.max(self.pace.looks_again(now).unwrap_or(due)))
    }

    /// R3: whether the key package of somebody who seeks us isn't here yet.
    fn expects(&self, now: Instant, us: &Ourselves<'_>) -> bool {
        let was_added = |(id, reference): &(PeerId, KeyPackageRef)| {
            let seen = self.additions.get(id).and_then(|it| it.seen);
            seen.is_some_and(|(used, _)| used == *reference)
        };
        let mut wishes = self.wishes(now, us);
        wishes.any(|wish| !us.packages.contains(&wish) && !was_added(&wish))
    }

    /// R18: members renew their leaves in turn, whoever has the oldest first; should it sleep, the
    /// next one does.
    pub(super) fn update_if_due(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
        seeks: Option<GroupId>,
        turns: &Turns,
    ) -> Option<Step> {
        let idle = seeks.is_none() && self.pending.oldest().is_none() && !self.pace.is_busy();
        let idle = idle && us.members.len() > 1;
        (idle && now >= turns.update_due(us)).then_some(Step::Update)
    }

    pub(super) fn pending_joins(&self, now: Instant, us: &Ourselves<'_>) -> Joins {
        self.wishes(now, us)
            .filter(|wish| us.packages.contains(wish))
            .filter(|(id, _)| {
                self.additions
                    .get(id)
                    .filter(|added| added.seen.is_some())
                    .is_none_or(|added| now.since(added.at) >= self.rejoin_spacing())
            })
            .collect()
    }

    /// Who seeks our group, and by which key package.
    fn wishes(
        &self,
        now: Instant,
        us: &Ourselves<'_>,
    ) -> impl Iterator<Item = (PeerId, KeyPackageRef)> {
        let here = us.standing.group;
        self.live(now)
            .filter_map(|(id, beacon)| Some((id, beacon.seeks?)))
            .filter(move |(_, seek)| seek.group == here)
            .map(|(id, seek)| (id, seek.key_package))
    }

    /// R5: a member is present while it is live and stands in our group, or was added just now.
    pub(super) fn is_present(&self, now: Instant, us: &Ourselves<'_>, id: &PeerId) -> bool {
        let added = self.additions.get(id);
        let recent = added.filter(|addition| now.since(addition.at) < self.silent_grace());
        match self.peers.get(id) {
            Some(peer) if peer.beacon.presence == Presence::Leaving => false,
            Some(peer) if is_live(peer, now, self.crowds) => {
                added.is_some() || peer.beacon.standing.group == us.standing.group
            }
            Some(peer) => recent.is_some_and(|addition| peer.heard < addition.at),
            None => recent.is_some(),
        }
    }
}
