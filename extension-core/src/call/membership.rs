//! How a call carries out what the roster decided, and what it makes of the others' messages.

use std::time::Duration;

use super::{Call, SEEK_PATIENCE, SWITCH_BOUND, Seeking, epoch_id, fork, found, standing_of};
use crate::{
    group::{Candidate, Committed, Group, GroupError, Joiner, Merged},
    ids::{ConnectionId, Epoch, GroupId, KeyPackageRef, Leaf, PeerId},
    roster::News,
    time::Instant,
    wire::{Message, SignedBeacon, WireError},
};

impl Call {
    pub(super) fn handle_message(
        &mut self,
        now: Instant,
        link: ConnectionId,
        message: Message,
    ) -> Result<(), WireError> {
        match message {
            Message::Beacon(beacon) => self.handle_beacon(now, link, &beacon),
            Message::KeyPackage(bytes) => self.handle_key_package(now, bytes.as_slice()),
            Message::Welcome(bytes) => self.handle_welcome(now, bytes.as_slice()),
            Message::Commit(bytes) => self.handle_commit(now, bytes.as_slice()),
        }
    }

    fn handle_beacon(
        &mut self,
        now: Instant,
        link: ConnectionId,
        beacon: &SignedBeacon,
    ) -> Result<(), WireError> {
        let (peer, beacon) = beacon.open().ok_or(WireError::Malformed)?;
        if peer == self.identity.peer() {
            return Ok(());
        }
        match self.roster.handle_beacon(now, peer, beacon) {
            News::Stale => return Ok(()),
            News::Newcomer => self.beacon_due = true,
            News::Changed | News::Alive => {}
        }
        self.links.heard(link, peer);
        Ok(())
    }

    /// Keeps a key package if its owner's beacon has named it, and nothing else.
    fn handle_key_package(&mut self, now: Instant, bytes: &[u8]) -> Result<(), WireError> {
        let joiner = Joiner::parse(bytes).map_err(|_| WireError::Malformed)?;
        let announced = self.roster.live(now).any(|(peer, beacon)| {
            peer == joiner.peer
                && beacon
                    .seeks
                    .is_some_and(|seek| seek.key_package == joiner.reference)
        });
        if announced {
            self.archive.keep_joiner(joiner);
        }
        Ok(())
    }

    fn handle_welcome(&mut self, now: Instant, bytes: &[u8]) -> Result<(), WireError> {
        let ours = self
            .seeking
            .take_if(|seeking| seeking.candidate.is_welcomed_by(bytes))
            .map(|seeking| (seeking.target, seeking.candidate.join(bytes)));
        let Some((target, joined)) = ours else {
            return Ok(());
        };
        self.beacon_due = true;
        let group = joined.map_err(|_| WireError::Malformed)?;
        if group.id() != target {
            return Err(WireError::Malformed);
        }
        self.adopt(now, group).map_err(|_| WireError::Malformed)
    }

    fn handle_commit(&mut self, now: Instant, bytes: &[u8]) -> Result<(), WireError> {
        let ended = self.group.epoch();
        match self.group.receive(bytes) {
            Ok(Merged::Advanced { added }) => {
                self.archive.keep_commit(ended, bytes.to_vec());
                for (peer, reference) in added {
                    self.roster.handle_added(now, peer, reference);
                    self.archive.forget_joiner(peer);
                }
                self.enter_epoch(now).map_err(|_| WireError::Malformed)
            }
            Ok(Merged::Removed) => {
                let alone = found(&mut self.rng, &self.identity);
                alone
                    .and_then(|group| self.adopt(now, group))
                    .map_err(|_| WireError::Malformed)
            }
            Err(GroupError::NotForUs) => Ok(()),
            Err(_) => Err(WireError::Malformed),
        }
    }

    /// Moves to another group; the old one and all its keys but the media's are wiped.
    fn adopt(&mut self, now: Instant, group: Group) -> Result<(), GroupError> {
        self.group = group;
        self.seeking = None;
        self.archive.leave_group();
        self.enter_epoch(now)?;
        self.roster.handle_joined(now, &self.members);
        Ok(())
    }

    /// Takes over the group's new state: members, standing, media keys.
    pub(super) fn enter_epoch(&mut self, now: Instant) -> Result<(), GroupError> {
        let nobody_before = self.is_alone();
        self.members = self.group.members();
        self.standing = standing_of(&self.group);
        self.since = now;
        let id = epoch_id(&self.standing);
        let base_key = self.group.media_base_key()?;
        self.keyring.install(now, id, self.standing.leaf, &base_key);
        self.archive.keep_epoch(id, self.members.clone());
        let bound = if nobody_before {
            Duration::ZERO
        } else {
            SWITCH_BOUND
        };
        self.switch_by = Some(now + bound);
        self.beacon_due = true;
        Ok(())
    }

    /// Announces a key package for a group, a fresh one when it wants another group or the old
    /// one went unanswered.
    pub(super) fn seek(&mut self, now: Instant, target: GroupId) {
        let current = self.seeking.as_ref().is_some_and(|seeking| {
            seeking.target == target && now.since(seeking.since) < SEEK_PATIENCE
        });
        if current {
            return;
        }
        let candidate = Candidate::new(&self.identity, fork(&mut self.rng));
        self.seeking = candidate.ok().map(|candidate| Seeking {
            candidate,
            target,
            since: now,
            announced: None,
        });
        self.beacon_due = true;
    }

    /// Where we are is where we stay.
    pub(super) fn settle(&mut self) {
        if self.seeking.take().is_some() {
            self.beacon_due = true;
        }
    }

    /// Commits what can be committed. True when the group moved.
    pub(super) fn commit(
        &mut self,
        now: Instant,
        add: &[(PeerId, KeyPackageRef)],
        remove: &[Leaf],
    ) -> bool {
        let live: Vec<PeerId> = self.roster.live(now).map(|(peer, _)| peer).collect();
        self.archive.retain_joiners(|peer| live.contains(&peer));
        let joiners: Vec<Joiner> = add
            .iter()
            .filter_map(|(peer, reference)| self.archive.joiner(*peer, *reference).cloned())
            .collect();
        // A member that asks to be added again is removed only together with being added.
        let waiting = |leaf: &Leaf| {
            let owner = self
                .members
                .iter()
                .find(|(index, _)| index == leaf)
                .map(|(_, peer)| *peer);
            add.iter().any(|(peer, _)| Some(*peer) == owner)
                && !joiners.iter().any(|joiner| Some(joiner.peer) == owner)
        };
        let remove: Vec<Leaf> = remove
            .iter()
            .copied()
            .filter(|leaf| !waiting(leaf))
            .collect();
        if self.commit_batch(now, &joiners, &remove) {
            return true;
        }
        self.commit_one_by_one(now, &joiners)
    }

    fn commit_batch(&mut self, now: Instant, joiners: &[Joiner], remove: &[Leaf]) -> bool {
        if joiners.is_empty() && remove.is_empty() {
            return false;
        }
        let ended = self.group.epoch();
        let joiner_refs: Vec<&Joiner> = joiners.iter().collect();
        let Ok(committed) = self.group.commit(&self.identity, &joiner_refs, remove) else {
            return false;
        };
        self.publish(ended, joiners, committed);
        for joiner in joiners {
            self.roster.handle_added(now, joiner.peer, joiner.reference);
            self.archive.forget_joiner(joiner.peer);
        }
        self.enter_epoch(now).is_ok()
    }

    /// One bad key package must not keep the others out: each is tried alone, and dropped when
    /// the group won't take it.
    fn commit_one_by_one(&mut self, now: Instant, joiners: &[Joiner]) -> bool {
        let mut moved = false;
        for joiner in joiners {
            let old = self.members.iter().find(|(_, peer)| *peer == joiner.peer);
            let remove: Vec<Leaf> = old.map(|(leaf, _)| *leaf).into_iter().collect();
            let added = self.commit_batch(now, std::slice::from_ref(joiner), &remove);
            if !added {
                self.archive.forget_joiner(joiner.peer);
            }
            moved |= added;
        }
        moved
    }

    /// A Welcome goes out before its Commit: should we die in between, the joiner is alone in an
    /// epoch that nobody follows and seeks again, and no member waits for someone who never came.
    fn publish(&mut self, ended: Epoch, joiners: &[Joiner], committed: Committed) {
        if let Some(welcome) = committed.welcome {
            self.broadcast(&Message::Welcome(welcome.as_slice().into()));
            let added = joiners.iter().map(|joiner| joiner.peer).collect();
            self.archive.keep_welcome(added, welcome);
        }
        self.broadcast(&Message::Commit(committed.commit.as_slice().into()));
        self.archive.keep_commit(ended, committed.commit);
    }

    pub(super) fn resend_commit(&mut self, ended: Epoch) {
        if let Some(commit) = self.archive.commit(ended) {
            let message = Message::Commit(commit.into());
            self.broadcast(&message);
        }
    }

    pub(super) fn resend_welcome(&mut self, peer: PeerId) {
        if let Some(welcome) = self.archive.welcome(peer) {
            let message = Message::Welcome(welcome.into());
            self.broadcast(&message);
        }
    }
}
