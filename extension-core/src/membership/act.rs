//! How a membership carries out what the roster decided, and what it makes of the others'
//! messages.

use std::{collections::BTreeSet, time::Duration};

use super::{
    LONGEST_SWITCH, MAX_KEY_PACKAGE, MAX_KEY_PACKAGES, Membership, Offer, Outgoing, Output,
    SEEK_PATIENCE, SOUGHT_FOR, SWITCH_BOUND, Wish,
};
use crate::{
    group::{Committed, GroupError, Groups, Merged},
    ids::{Epoch, EpochId, GroupId, KeyPackageRef, Leaf, PeerId},
    roster::{News, Roster, same_branch},
    time::Instant,
    wire::{Beacon, Seek, Standing},
};

/// R12: how many members beside its joiners get a Welcome, so that it isn't lost with its sender.
const KEEPERS: usize = 2;

impl<G: Groups> Membership<G> {
    /// Takes in a beacon that came on its sender's own channel, and whose signature was checked.
    pub fn handle_beacon(&mut self, now: Instant, peer: PeerId, beacon: Beacon) {
        self.hear(now, peer, |roster| roster.handle_beacon(now, peer, beacon));
    }

    /// R20: takes in a beacon that somebody passed on, if it is a member's.
    pub fn handle_passed_on(&mut self, now: Instant, peer: PeerId, beacon: Beacon) {
        if self.members.iter().any(|(_, member)| *member == peer) {
            self.hear(now, peer, |roster| {
                roster.handle_passed_on(now, peer, beacon)
            });
        }
    }

    fn hear(&mut self, now: Instant, peer: PeerId, take_in: impl FnOnce(&mut Roster) -> News) {
        if peer == self.groups.peer() {
            return;
        }
        self.wake_up(now);
        let news = take_in(&mut self.roster);
        if news == News::Newcomer {
            self.say_unless_crowded();
        }
        if matches!(news, News::Newcomer | News::Changed) || self.shows_that_it_lags(peer, news) {
            self.mind.stir();
        }
        if news != News::Stale {
            self.pass_on(now, peer);
        }
        self.run(now);
    }

    /// R7: in a crowd it is this that its repair waits for.
    fn shows_that_it_lags(&self, peer: PeerId, news: News) -> bool {
        let heard = self.roster.beacon(peer).map(|beacon| beacon.standing);
        let here = heard.filter(|it| it.group == self.standing.group);
        let lags = here.is_some_and(|it| !same_branch(&it, &self.standing));
        news == News::Alive && self.roster.is_crowded() && lags
    }

    /// R20.
    fn pass_on(&mut self, now: Instant, heard: PeerId) {
        for (of, to) in self.with_roster(|roster, us| roster.passes(now, us, heard)) {
            if let Some(beacon) = self.roster.beacon(of).cloned() {
                self.send(Outgoing::PassOn { of, beacon, to });
            }
        }
    }

    /// Takes in a key package, if its owner's beacon has named it, and nothing else.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn handle_key_package(&mut self, now: Instant, message: &[u8]) -> Result<(), GroupError> {
        self.wake_up(now);
        let outcome = self.take_key_package(now, message);
        self.run(now);
        outcome
    }

    fn take_key_package(&mut self, now: Instant, message: &[u8]) -> Result<(), GroupError> {
        if self.archive.knows_key_package(message) {
            return Ok(());
        }
        if message.len() > MAX_KEY_PACKAGE {
            return Err(GroupError::PeerMisbehaved);
        }
        // To check one costs far more than to see that nobody seeks by it.
        let claimed = self.groups.reference(message);
        if !claimed.is_some_and(|reference| self.is_sought_by(now, reference)) {
            return Ok(());
        }
        let joiner = self.groups.read_key_package(message)?;
        let (peer, reference) = self.groups.joiner(&joiner);
        if self.wants_us(now, peer, reference) && !self.groups.holds(&self.group, &joiner) {
            self.archive.keep_joiner(peer, reference, message, joiner);
            self.mind.stir();
        }
        Ok(())
    }

    /// B5: whether somebody who is here says that it seeks our group by this key package.
    fn wants_us(&self, now: Instant, peer: PeerId, key_package: KeyPackageRef) -> bool {
        let wish = self.wish_by(key_package);
        self.roster.is_live(now, peer) && self.roster.seeks(peer) == Some(wish)
    }

    fn is_sought_by(&self, now: Instant, key_package: KeyPackageRef) -> bool {
        let wish = self.wish_by(key_package);
        let mut live = self.roster.live(now);
        live.any(|(_, beacon)| beacon.seeks == Some(wish))
    }

    fn wish_by(&self, key_package: KeyPackageRef) -> Seek {
        Seek {
            group: self.standing.group,
            key_package,
        }
    }

    /// Key packages that are of no use any more.
    pub(super) fn drop_idle_packages(&mut self, now: Instant) {
        let mut archive = std::mem::take(&mut self.archive);
        archive.retain_joiners(|peer, reference, _| self.wants_us(now, peer, reference));
        self.archive = archive;
    }

    /// Takes in a Welcome: ours, or one to keep for whoever it is for.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn handle_welcome(&mut self, now: Instant, welcome: &[u8]) -> Result<(), GroupError> {
        self.wake_up(now);
        let welcomed = self.groups.welcomed(welcome);
        let offer = self.wish.offer();
        let is_ours = offer.is_some_and(|offer| welcomed.contains(&offer.reference));
        let outcome = if is_ours {
            self.join(now, welcome, &welcomed)
        } else {
            self.keep_for_others(now, &welcomed, welcome);
            Ok(())
        };
        self.mind.stir();
        self.run(now);
        outcome
    }

    /// R13: a group id is no secret, so the group must also hold those who say they are in it. A
    /// Welcome that isn't taken leaves the key package as it was, for one that is.
    fn join(
        &mut self,
        now: Instant,
        welcome: &[u8],
        welcomed: &[KeyPackageRef],
    ) -> Result<(), GroupError> {
        let (offer, back): (_, fn(_) -> _) = match std::mem::take(&mut self.wish) {
            Wish::Content => return Ok(()),
            Wish::Seeking(offer) => (offer, Wish::Seeking),
            Wish::Sought(offer) => (offer, Wish::Sought),
        };
        let target = offer.target;
        let there: Vec<PeerId> = self.roster.standing_in(now, target).collect();
        let fits = |id, members: &[(Leaf, PeerId)]| id == target && holds_most(members, &there);
        match self.groups.join(offer.candidate, welcome, fits) {
            Ok(group) => self.adopt(now, group, welcomed),
            Err((candidate, error)) => {
                self.wish = back(Offer { candidate, ..offer });
                Err(error)
            }
        }
    }

    /// R12: only a Welcome for somebody who says that it seeks our group.
    fn keep_for_others(&mut self, now: Instant, welcomed: &[KeyPackageRef], welcome: &[u8]) {
        let here = self.standing.group;
        let wanted = self.roster.live(now).any(|(_, beacon)| {
            beacon
                .seeks
                .is_some_and(|seek| seek.group == here && welcomed.contains(&seek.key_package))
        });
        if wanted {
            self.archive
                .keep_welcome(welcomed.to_vec(), welcome.to_vec());
        }
    }

    /// Takes in a Commit.
    ///
    /// # Errors
    /// What is wrong with it; none when it is only for another epoch.
    pub fn handle_commit(&mut self, now: Instant, commit: &[u8]) -> Result<(), GroupError> {
        self.wake_up(now);
        let ended = self.standing;
        let outcome = match self.groups.receive(&mut self.group, commit) {
            Ok(Merged::Advanced { by, added, update }) => {
                self.note_advance(&ended, commit.to_vec());
                let entered = self.enter_epoch(now, Duration::ZERO);
                for (peer, reference) in added {
                    self.note_added(now, peer, reference, by);
                }
                if update {
                    self.note_renewed(now, by);
                }
                self.say_unless_crowded();
                entered
            }
            Ok(Merged::Removed) => {
                let alone = self.groups.found();
                alone.and_then(|group| self.adopt(now, group, &[]))
            }
            Err(GroupError::NotForUs) => Ok(()),
            Err(error) => Err(error),
        };
        if self.standing != ended {
            self.mind.stir();
        }
        self.run(now);
        outcome
    }

    fn note_advance(&mut self, ended: &Standing, commit: Vec<u8>) {
        self.archive
            .keep_commit((ended.epoch, ended.digest), commit);
    }

    fn note_renewed(&mut self, now: Instant, by: PeerId) {
        self.renewed = now;
        self.roster.handle_renewed(by, self.standing.epoch);
    }

    fn note_added(&mut self, now: Instant, peer: PeerId, reference: KeyPackageRef, by: PeerId) {
        self.roster.handle_added(now, peer, reference, by);
        self.roster.handle_renewed(peer, self.standing.epoch);
        self.archive.note_used(peer, reference);
    }

    /// Moves to another group; the old one and all its keys but the media's are wiped.
    fn adopt(
        &mut self,
        now: Instant,
        group: G::Group,
        welcomed: &[KeyPackageRef],
    ) -> Result<(), GroupError> {
        self.group = group;
        self.wish = Wish::Content;
        self.made.clear();
        self.archive.leave_group();
        let (groups, group) = (&self.groups, &self.group);
        self.archive
            .retain_joiners(|_, _, joiner| !groups.holds(group, joiner));
        self.renewed = now;
        self.enter_epoch(now, Duration::ZERO)?;
        self.with_roster(|roster, us| roster.handle_joined(now, us, welcomed));
        self.voice.note_news();
        Ok(())
    }

    /// R16: nobody is told, since whoever hears nobody may be the one who is cut off. What is sought
    /// is sought on.
    fn found_anew(&mut self, now: Instant) -> Result<(), GroupError> {
        self.group = self.groups.found()?;
        self.archive.leave_group();
        self.enter_epoch(now, Duration::ZERO)?;
        self.note_renewed(now, self.groups.peer());
        self.voice.note_news();
        Ok(())
    }

    /// Takes over the group's new state: members, standing, media keys. The Commit that led to it
    /// needs so long to be with the others.
    pub(super) fn enter_epoch(
        &mut self,
        now: Instant,
        travels: Duration,
    ) -> Result<(), GroupError> {
        let nobody_before = self.members.len() < 2;
        self.members = self.groups.members(&self.group);
        self.standing = self.groups.standing(&self.group);
        self.since = now;
        let bound = if nobody_before {
            Duration::ZERO
        } else {
            (SWITCH_BOUND * self.roster.patience() + travels).min(LONGEST_SWITCH)
        };
        let by = self.switch_by.unwrap_or(now + bound).min(now + bound);
        self.switch_by = Some(by);
        self.outputs.push_back(Output::Entered {
            epoch: epoch_id(&self.standing),
            leaf: self.standing.leaf,
            members: self.members.clone(),
            key: self.groups.media_key(&self.group)?,
            switch_by: by,
        });
        self.roster.handle_epoch(now, &self.members);
        Ok(())
    }

    /// R10: announces a key package for a group, a fresh one when it wants another group or the
    /// old one went unanswered.
    pub(super) fn seek(&mut self, now: Instant, target: GroupId) {
        if self.wish.revive() {
            self.voice.note_news();
        }
        let before = self.wish.seeking();
        let before = before.filter(|offer| offer.target == target);
        let waits = before.is_some_and(|offer| now.since(offer.since) < self.seek_patience());
        if waits || !self.may_make_key_package(now) {
            return;
        }
        self.made.push_back(now);
        let candidate = self.groups.candidate().ok();
        self.wish = candidate.map_or(Wish::Content, |candidate| {
            Wish::Seeking(Offer {
                reference: self.groups.announcement(&candidate).0,
                candidate,
                target,
                since: now,
                announced: None,
            })
        });
        self.voice.note_news();
    }

    /// R10: whoever is led from group to group doesn't make a key package for each.
    fn may_make_key_package(&mut self, now: Instant) -> bool {
        self.made.retain(|at| now.since(*at) < SEEK_PATIENCE);
        self.made.len() < MAX_KEY_PACKAGES
    }

    /// Where we are is where we stay, unless a Welcome is under way already.
    pub(super) fn settle(&mut self, now: Instant) {
        let lasts = SOUGHT_FOR * self.roster.patience();
        if self.wish.settle(now, lasts) {
            self.voice.note_news();
        }
    }

    /// Commits what can be committed. True when the group moved.
    pub(super) fn commit(
        &mut self,
        now: Instant,
        add: &[(PeerId, KeyPackageRef)],
        remove: &[Leaf],
    ) -> bool {
        let add = &self.roster.longest_waiting(add, self.width.joins)[..];
        let joiners: Vec<G::Joiner> = add
            .iter()
            .filter_map(|(peer, reference)| self.archive.joiner(*peer, *reference).cloned())
            .collect();
        let rejoining = |leaf: &&Leaf| self.owner_is_among(**leaf, add);
        let (_, remove): (Vec<Leaf>, Vec<Leaf>) = remove.iter().partition(rejoining);
        self.add(now, &joiners, &remove) || self.remove(now, &remove)
    }

    fn owner_is_among(&self, leaf: Leaf, add: &[(PeerId, KeyPackageRef)]) -> bool {
        let owner = self.members.iter().find(|(index, _)| *index == leaf);
        owner.is_some_and(|(_, owner)| add.iter().any(|(peer, _)| peer == owner))
    }

    /// Renews our leaf. True when the group moved.
    pub(super) fn update(&mut self, now: Instant) -> bool {
        self.renewed = now;
        let moved = self.publish(now, &[], &[]);
        if moved {
            self.note_renewed(now, self.groups.peer());
        }
        moved
    }

    /// R11 and R15: who is a member already is removed as it is added. One bad key package must not
    /// keep the others out: a batch that the group won't take is halved until only that is left,
    /// which is dropped.
    fn add(&mut self, now: Instant, joiners: &[G::Joiner], remove: &[Leaf]) -> bool {
        if joiners.is_empty() {
            return false;
        }
        let stale = joiners.iter().filter_map(|joiner| {
            let (peer, _) = self.groups.joiner(joiner);
            let old = self.members.iter().find(|(_, member)| *member == peer);
            old.map(|(leaf, _)| *leaf)
        });
        let leaves: Vec<Leaf> = remove.iter().copied().chain(stale).collect();
        if self.publish(now, joiners, &leaves) {
            return true;
        }
        if let [bad] = joiners {
            self.mind.stir();
            let (peer, _) = self.groups.joiner(bad);
            self.archive.forget_joiner(peer);
            return false;
        }
        let (some, others) = joiners.split_at(joiners.len() / 2);
        let moved = self.add(now, some, remove);
        let remove = if moved { &[] } else { remove };
        self.add(now, others, remove) || moved
    }

    /// R16: a Commit that would leave us alone is none.
    fn remove(&mut self, now: Instant, remove: &[Leaf]) -> bool {
        match remove.len() {
            0 => false,
            others if others + 1 == self.members.len() => self.found_anew(now).is_ok(),
            _ => self.publish(now, &[], remove),
        }
    }

    /// R12: a Welcome goes out before its Commit. Should we die in between, the joiner is alone in
    /// an epoch that nobody follows and seeks again, and no member waits for someone who never
    /// came. Nobody has a use for the Commit of who was alone.
    fn publish(&mut self, now: Instant, joiners: &[G::Joiner], remove: &[Leaf]) -> bool {
        let ended = self.standing;
        let references: Vec<&G::Joiner> = joiners.iter().collect();
        let longest = self.width.longest;
        let committed = self
            .groups
            .commit(&mut self.group, &references, remove, longest);
        let Ok(Committed { commit, welcome }) = committed else {
            return false;
        };
        let added: Vec<_> = joiners.iter().map(|it| self.groups.joiner(it)).collect();
        if let Some(welcome) = welcome {
            let references = added.iter().map(|(_, reference)| *reference).collect();
            let keepers = self.keepers(now, &added, remove);
            let to = added.iter().map(|(peer, _)| *peer).chain(keepers).collect();
            self.archive.keep_own_welcome(references, welcome.clone());
            self.send(Outgoing::Welcome(welcome, to));
        }
        let travels = self.travels(commit.len());
        if self.members.len() > 1 {
            self.send(Outgoing::Commit(commit.clone()));
        }
        self.note_advance(&ended, commit);
        let entered = self.enter_epoch(now, travels);
        let us = self.groups.peer();
        for (peer, reference) in added {
            self.note_added(now, peer, reference, us);
        }
        self.voice.note_news();
        entered.is_ok()
    }

    fn travels(&self, bytes: usize) -> Duration {
        let rate = self.width.rate;
        rate.map_or(Duration::ZERO, |rate| {
            Duration::from_millis(1_000 * bytes as u64 / rate)
        })
    }

    /// R12: who would send a Welcome again in our stead. Who joins by it, or is removed, can't.
    fn keepers(
        &self,
        now: Instant,
        joiners: &[(PeerId, KeyPackageRef)],
        removed: &[Leaf],
    ) -> Vec<PeerId> {
        let us = self.groups.peer();
        let stays = |(leaf, peer): &&(Leaf, PeerId)| {
            !removed.contains(leaf) && !joiners.iter().any(|(joiner, _)| joiner == peer)
        };
        let others = self.members.iter().filter(stays).map(|(_, peer)| *peer);
        others
            .filter(|peer| *peer != us && self.roster.is_live(now, *peer))
            .take(KEEPERS)
            .collect()
    }

    pub(super) fn resend_commit(&mut self, ended: Epoch, to: BTreeSet<PeerId>) {
        if let Some(commit) = self.archive.commit(ended) {
            let message = Outgoing::Repair(commit.to_vec(), to);
            self.send(message);
        }
    }

    pub(super) fn resend_welcome(&mut self, peer: PeerId) {
        let Some(seek) = self.roster.seeks(peer) else {
            return;
        };
        let to = BTreeSet::from([peer]);
        let welcomes = self.archive.welcomes(seek.key_package).into_iter();
        let messages: Vec<_> = welcomes
            .map(|welcome| Outgoing::Welcome(welcome.to_vec(), to.clone()))
            .collect();
        messages.into_iter().for_each(|message| self.send(message));
    }
}

pub(super) fn holds_most(members: &[(Leaf, PeerId)], there: &[PeerId]) -> bool {
    let is_member = |peer: &&PeerId| members.iter().any(|(_, member)| member == *peer);
    let inside = there.iter().filter(is_member).count();
    inside > 0 && inside * 2 >= there.len()
}

fn epoch_id(standing: &Standing) -> EpochId {
    EpochId {
        group: standing.group,
        epoch: standing.epoch,
        branch: standing.digest,
    }
}
