//! How a call carries out what the roster decided, and what it makes of the others' messages.

use std::time::Duration;

use super::{
    Call, SEEK_ATTEMPTS, SEEK_PATIENCE, SWITCH_BOUND, Seeking, epoch_id, fork, found, standing_of,
};
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
        let news = self.roster.handle_beacon(now, peer, beacon);
        if news == News::Newcomer {
            self.beacon_due = true;
        }
        self.introduce(now, link, peer);
        Ok(())
    }

    /// A channel of the mesh ends at one participant. Whoever was heard on it first is who it
    /// belongs to; another takes its place only once that one is gone.
    fn introduce(&mut self, now: Instant, link: ConnectionId, peer: PeerId) {
        match self.links.peer(link) {
            Some(known) if known == peer => {}
            Some(known) if self.roster.is_live(now, known) => {
                if self.links.of(peer).is_none() {
                    self.roster.forget(peer);
                }
            }
            _ => self.links.heard(link, peer),
        }
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
        let ours = |seeking: &mut Seeking| seeking.candidate.is_welcomed_by(bytes);
        let Some(seeking) = self.seeking.take_if(ours) else {
            return Ok(());
        };
        let Seeking {
            candidate,
            target,
            sought,
            since,
            announced,
        } = seeking;
        let again = |candidate| {
            Some(Seeking {
                candidate,
                target,
                sought,
                since,
                announced,
            })
        };
        match candidate.join(bytes) {
            Ok(group) if self.is_what_we_seek(now, target, &group) => {
                self.adopt(now, group).map_err(|_| WireError::Malformed)
            }
            // The key package is spent; the next look at the roster makes another.
            Ok(_) => Err(WireError::Malformed),
            Err(rejected) => {
                self.seeking = again(rejected.candidate);
                Err(WireError::Malformed)
            }
        }
    }

    /// R13: a group id is no secret, so the group must also hold those who say they are in it.
    fn is_what_we_seek(&self, now: Instant, target: GroupId, group: &Group) -> bool {
        let members = group.members();
        let (mut inside, mut outside) = (0, 0);
        for (peer, beacon) in self.roster.live(now) {
            if beacon.standing.group == target {
                let is_member = members.iter().any(|(_, member)| *member == peer);
                *(if is_member { &mut inside } else { &mut outside }) += 1;
            }
        }
        group.id() == target && inside > 0 && inside >= outside
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
        let by = now + bound;
        self.switch_by = Some(self.switch_by.map_or(by, |earlier| earlier.min(by)));
        self.beacon_due = true;
        Ok(())
    }

    /// Announces a key package for a group, a fresh one when it wants another group or the old
    /// one went unanswered.
    pub(super) fn seek(&mut self, now: Instant, target: GroupId) {
        let before = self
            .seeking
            .as_ref()
            .filter(|seeking| seeking.target == target);
        if before.is_some_and(|seeking| now.since(seeking.since) < SEEK_PATIENCE) {
            return;
        }
        let sought = before.map_or(now, |seeking| seeking.sought);
        if now.since(sought) >= SEEK_PATIENCE * SEEK_ATTEMPTS {
            self.roster.shun(now, target);
            self.settle();
            return;
        }
        let candidate = Candidate::new(&self.identity, fork(&mut self.rng));
        self.seeking = candidate.ok().map(|candidate| Seeking {
            candidate,
            target,
            sought,
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
