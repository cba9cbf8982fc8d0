//! What must hold after every step, and when all has come to rest. The first nine are those that
//! Cloudflare checked for Orange Meets; the others are ours. Two say what can be said here of what
//! was meant there: there is no list of pendings on any wire, so that a key package is used once
//! stands for "pendings are unique"; and whoever was removed is cut off within a second of each
//! sender's own merge, since a Commit that is lost may come later than that.

use std::{collections::BTreeSet, time::Duration};

use sotto_core::{
    ids::{EpochId, KeyPackageRef, Leaf, PeerId},
    media::OLD_KEYS,
    membership::Outgoing,
    roster::{BEACON_INTERVAL, LIVE},
    wire::Standing,
};

use crate::{
    abstract_group::{Commit, made_for},
    world::{Cause, Node, Who, World},
};

/// A property.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Law {
    /// A member's leaf is its own, and leaves are ordered.
    StandsOnItsOwnLeaf,
    /// No participant is in a group twice.
    MembersAreUnique,
    /// A Commit names nobody twice.
    TargetsAreUnique,
    /// Commits move a group one epoch on, never back.
    EpochsAreMonotonic,
    /// A key package is used once on the way to any epoch.
    PendingsAreUnique,
    /// In the end nothing waits to be committed and nobody seeks.
    NoPendingsInTheEnd,
    /// In the end all epochs are equal.
    EqualEpochsInTheEnd,
    /// Whoever joins had a Welcome for its key package.
    AJoinImpliesAWelcome,
    /// Whoever was welcomed was added.
    AWelcomeImpliesAnAdd,
    /// The same epoch and authenticator: the same member list.
    OneEpochOneMemberList,
    /// Nobody holds media keys of an epoch that it wasn't a member of.
    KeysOnlyForMembers,
    /// Nobody holds media keys of an epoch that it left ten seconds ago.
    OldKeysAreGone,
    /// Whom a Commit removes, and doesn't add, is in no later epoch.
    RemovedStayOut,
    /// Nobody seals for somebody who was removed a second ago.
    RemovedAreCutOff,
    /// Nobody seals with an epoch that it never entered.
    SealsOnlyWhatItHolds,
    /// In the end one branch lives on.
    OneBranchLivesOn,
    /// Everyone alive ends in one group, in bounded time.
    AllEndInOneGroup,
    /// Nobody is removed for its silence whom somebody hears that the committer hears.
    WhoIsHeardStays,
    /// What has come to rest stays so, though a channel stays dead.
    RestLasts,
}

impl Law {
    /// All of them.
    pub const ALL: [Self; 19] = [
        Self::StandsOnItsOwnLeaf,
        Self::MembersAreUnique,
        Self::TargetsAreUnique,
        Self::EpochsAreMonotonic,
        Self::PendingsAreUnique,
        Self::NoPendingsInTheEnd,
        Self::EqualEpochsInTheEnd,
        Self::AJoinImpliesAWelcome,
        Self::AWelcomeImpliesAnAdd,
        Self::OneEpochOneMemberList,
        Self::KeysOnlyForMembers,
        Self::OldKeysAreGone,
        Self::RemovedStayOut,
        Self::RemovedAreCutOff,
        Self::SealsOnlyWhatItHolds,
        Self::OneBranchLivesOn,
        Self::AllEndInOneGroup,
        Self::WhoIsHeardStays,
        Self::RestLasts,
    ];
}

/// For how long somebody must have been heard for others to rely on it.
pub const A_WHILE: Duration = Duration::from_secs(8);
/// By when senders must have switched after a commit that removes somebody.
const CUT_OFF: Duration = Duration::from_secs(1);

/// A participant before its step.
pub struct Before {
    standing: Standing,
    members: Vec<(Leaf, PeerId)>,
    awaited: Vec<KeyPackageRef>,
}

impl Before {
    /// Remembers what the laws need of a participant.
    pub fn of(node: &Node) -> Self {
        Self {
            standing: node.membership.standing(),
            members: node.membership.members().to_vec(),
            awaited: node.membership.awaited().map(|(it, _)| it).collect(),
        }
    }

    /// The first of these that is a Commit for the epoch in which it stood.
    fn commit_among<'a>(&self, messages: impl IntoIterator<Item = &'a Outgoing>) -> Option<Commit> {
        let here = (self.standing.group, self.standing.epoch);
        let mut commits = messages.into_iter().filter_map(commit_of);
        commits.find(|commit| commit.ends() == here)
    }
}

type Entered = [(EpochId, Vec<(Leaf, PeerId)>)];

/// Holds one participant's step to the laws.
pub fn check_step(
    world: &mut World,
    who: Who,
    node: &Node,
    before: &Before,
    cause: &Cause,
    entered: &Entered,
    sent: &[Outgoing],
) {
    check_members(world, who, node);
    check_targets(world, sent);
    check_removals(world, who, before, sent);
    check_epochs(world, before, cause, entered);
    check_removed(world, before, cause, entered, sent);
    check_keys(world, who, node);
    check_joins(world, node, before, cause, entered);
    let used = node.membership.group().used();
    let distinct: BTreeSet<_> = used.iter().collect();
    require(world, distinct.len() == used.len(), Law::PendingsAreUnique);
}

fn require(world: &mut World, holds: bool, law: Law) {
    if !holds {
        world.broken.insert(law);
    }
}

fn check_members(world: &mut World, who: Who, node: &Node) {
    let members = node.membership.members();
    let own = (node.membership.standing().leaf, World::peer(who));
    let ordered = members.is_sorted_by(|one, next| one.0 < next.0);
    let stands = ordered && members.contains(&own);
    require(world, stands, Law::StandsOnItsOwnLeaf);
    let distinct: BTreeSet<_> = members.iter().map(|(_, peer)| peer).collect();
    let unique = distinct.len() == members.len();
    require(world, unique, Law::MembersAreUnique);
}

fn check_targets(world: &mut World, sent: &[Outgoing]) {
    for message in sent {
        if let Outgoing::Commit(bytes) = message {
            let names_once = Commit::parse(bytes).is_some_and(|commit| !commit.repeats_itself());
            require(world, names_once, Law::TargetsAreUnique);
        }
    }
}

fn commit_of(message: &Outgoing) -> Option<Commit> {
    match message {
        Outgoing::Commit(bytes) | Outgoing::Repair(bytes, _) => Commit::parse(bytes),
        _ => None,
    }
}

/// By the Commit that led into the first epoch entered; if we made one for ours, then by that. One
/// epoch has one member list, and another follows from it by the next Commit.
fn check_removed(
    world: &mut World,
    before: &Before,
    cause: &Cause,
    entered: &Entered,
    sent: &[Outgoing],
) {
    let heard = match cause {
        Cause::Heard(message) => Some(message),
        Cause::Time => None,
    };
    let commit = before.commit_among(sent.iter().chain(heard));
    let next = entered.first();
    let next = next.filter(|(epoch, _)| epoch.group == before.standing.group);
    let Some((commit, (_, members))) = commit.zip(next) else {
        return;
    };
    let removed = |(leaf, _): &&(Leaf, PeerId)| commit.remove.contains(leaf);
    let is_added = |peer| commit.add.iter().any(|joiner| joiner.peer == peer);
    let is_member = |peer| members.iter().any(|(_, member)| *member == peer);
    let mut removed = before.members.iter().filter(removed).map(|(_, peer)| *peer);
    let stays_out = removed.all(|peer| is_added(peer) || !is_member(peer));
    require(world, stays_out, Law::RemovedStayOut);
}

/// By the first Commit of a step; what follows it is about another member list.
fn check_removals(world: &mut World, who: Who, before: &Before, sent: &[Outgoing]) {
    let Some(commit) = before.commit_among(sent) else {
        return;
    };
    let removed = before.members.iter();
    let removed = removed.filter(|(leaf, _)| commit.remove.contains(leaf));
    let removed: Vec<PeerId> = removed.map(|(_, peer)| *peer).collect();
    let people: Vec<Who> = world.present().map(|(other, _)| other).collect();
    for victim in people {
        if removed.contains(&World::peer(victim)) {
            let wronged = is_silent_only_here(world, who, victim, &before.standing);
            require(world, !wronged, Law::WhoIsHeardStays);
        }
    }
}

/// Whether somebody is in the group as before, isn't heard by one member, and is by another that
/// this one hears, all for long enough to be known.
fn is_silent_only_here(world: &World, at: Who, who: Who, standing: &Standing) -> bool {
    let Some(node) = &world.nodes[who] else {
        return false;
    };
    let membership = &node.membership;
    let stays = membership.standing().group == standing.group && membership.seeks().is_none();
    let silent = world
        .hearing
        .get(&(at, who))
        .is_none_or(|it| world.now.since(it.last) >= LIVE);
    let between = world.present().any(|(other, node)| {
        let together = same_branch(&node.membership.standing(), standing);
        together && hears_well(world, other, who) && hears_well(world, at, other)
    });
    stays && silent && between
}

fn hears_well(world: &World, at: Who, who: Who) -> bool {
    let heard = world.hearing.get(&(at, who));
    heard.is_some_and(|it| {
        world.now.since(it.since) >= A_WHILE && world.now.since(it.last) <= BEACON_INTERVAL * 2
    })
}

fn check_epochs(world: &mut World, before: &Before, cause: &Cause, entered: &Entered) {
    let mut last = before.standing;
    for (epoch, members) in entered {
        let elsewhere = epoch.group != last.group || is_welcome(cause);
        let next = epoch.epoch.0 == last.epoch.0 + 1;
        let first = epoch.epoch.0 == 0 && members.len() == 1;
        require(world, elsewhere || next || first, Law::EpochsAreMonotonic);
        last.group = epoch.group;
        last.epoch = epoch.epoch;
        // Whoever is first in an epoch made it, and knows who is in it; who comes after it has gone
        // on must be told the same.
        let peers: BTreeSet<PeerId> = members.iter().map(|(_, peer)| *peer).collect();
        let alike = *world.epochs.entry(*epoch).or_insert_with(|| peers.clone()) == peers;
        require(world, alike, Law::OneEpochOneMemberList);
    }
}

/// By what is really held, and by what the world knows of who was where.
fn check_keys(world: &mut World, who: Who, node: &Node) {
    let held = node.keys.held();
    let was_member = held.iter().all(|held| {
        let members = world.epochs.get(&held.id);
        members.is_some_and(|members| members.contains(&World::peer(who)))
    });
    let recent = held.iter().all(|held| {
        let left = world.left.get(&(who, held.id));
        left.is_none_or(|at| world.now.since(*at) < OLD_KEYS)
    });
    require(world, was_member, Law::KeysOnlyForMembers);
    require(world, recent, Law::OldKeysAreGone);
}

fn is_welcome(cause: &Cause) -> bool {
    matches!(cause, Cause::Heard(Outgoing::Welcome(..)))
}

/// A group with others in it is entered by a Welcome for one's own key package, or by commits.
fn check_joins(world: &mut World, node: &Node, before: &Before, cause: &Cause, entered: &Entered) {
    let Some((first, members)) = entered.first() else {
        return;
    };
    let welcomed = match cause {
        Cause::Heard(Outgoing::Welcome(bytes, _)) => {
            let mut made_for = made_for(bytes).into_iter();
            made_for.find(|reference| before.awaited.contains(reference))
        }
        _ => None,
    };
    let elsewhere = first.group != before.standing.group;
    let branched = is_welcome(cause) && first.epoch.0 != before.standing.epoch.0 + 1;
    let joined = (elsewhere || branched) && members.len() > 1;
    require(
        world,
        !joined || welcomed.is_some(),
        Law::AJoinImpliesAWelcome,
    );
    let added =
        welcomed.is_none_or(|reference| node.membership.group().used().contains(&reference));
    require(world, !joined || added, Law::AWelcomeImpliesAnAdd);
}

/// Holds all participants together to the laws, after one of them moved.
pub fn check_world(world: &mut World, who: Who) {
    let Some(node) = &world.nodes[who] else {
        return;
    };
    let (standing, members) = (node.membership.standing(), node.membership.members());
    let agree = world.present().all(|(_, other)| {
        !same_branch(&standing, &other.membership.standing())
            || members == other.membership.members()
    });
    let sending = node.keys.sending();
    let holds = sending.is_none_or(|epoch| node.entered.contains(&epoch));
    let cut_off = is_cut_off(world, node);
    require(world, agree, Law::OneEpochOneMemberList);
    require(world, holds, Law::SealsOnlyWhatItHolds);
    require(world, cut_off, Law::RemovedAreCutOff);
}

/// Whoever seals does so for nobody who was removed more than a second ago.
fn is_cut_off(world: &World, node: &Node) -> bool {
    let alone = node.membership.members().len() < 2;
    let sealed_for = node
        .keys
        .sending()
        .and_then(|epoch| world.epochs.get(&epoch));
    let long_gone = |peer: &PeerId| {
        let removed = node.removed.get(peer);
        removed.is_some_and(|at| world.now.since(*at) >= CUT_OFF)
    };
    alone || sealed_for.is_none_or(|peers| !peers.iter().any(long_gone))
}

fn same_branch(one: &Standing, other: &Standing) -> bool {
    (one.group, one.epoch, one.digest) == (other.group, other.epoch, other.digest)
}

/// Whether everyone who is here is in one group, all agree on it, and nothing waits.
pub fn is_at_rest(world: &World) -> bool {
    world.apart.is_none() && has_one_branch(world) && is_complete(world) && !has_pendings(world)
}

fn has_one_branch(world: &World) -> bool {
    let mut standings = world.present().map(|(_, node)| node.membership.standing());
    let first = standings.next();
    first.is_none_or(|first| standings.all(|other| same_branch(&first, &other)))
}

fn is_complete(world: &World) -> bool {
    let here: BTreeSet<PeerId> = world.present().map(|(who, _)| World::peer(who)).collect();
    world.present().all(|(_, node)| {
        let members = node.membership.members().iter();
        members.map(|(_, peer)| *peer).collect::<BTreeSet<_>>() == here
    })
}

fn has_pendings(world: &World) -> bool {
    world
        .present()
        .any(|(_, node)| node.membership.pending() > 0 || node.membership.seeks().is_some())
}

/// Whether what is said by anybody reaches everybody, if by way of others: two people can't meet
/// through a dead channel.
pub fn can_all_meet(world: &World) -> bool {
    let here = |who: Who| world.nodes[who].is_some();
    let between = world
        .dead
        .is_some_and(|dead| here(dead.from) && here(dead.to));
    !between || world.present().count() > 2
}

/// Whoever was in the group at rest is in every epoch that came afterwards.
pub fn check_lasting(world: &mut World, known: &BTreeSet<EpochId>) {
    let here: BTreeSet<PeerId> = world.present().map(|(who, _)| World::peer(who)).collect();
    let new = world
        .epochs
        .iter()
        .filter(|(epoch, _)| !known.contains(epoch));
    let lasts = new.clone().all(|(_, peers)| *peers == here);
    require(world, lasts, Law::RestLasts);
}

/// What must hold once nothing has gone wrong for long.
pub fn check_rest(world: &mut World) {
    let equal = {
        let mut epochs = world.present().map(|(_, node)| {
            let standing = node.membership.standing();
            (standing.group, standing.epoch)
        });
        let first = epochs.next();
        epochs.all(|other| Some(other) == first)
    };
    let (pendings, one_branch) = (has_pendings(world), has_one_branch(world));
    require(world, !pendings, Law::NoPendingsInTheEnd);
    require(world, equal, Law::EqualEpochsInTheEnd);
    require(world, one_branch, Law::OneBranchLivesOn);
    let rested = world.rested.is_some();
    require(world, rested, Law::AllEndInOneGroup);
}

impl Law {
    /// Its name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::StandsOnItsOwnLeaf => "a member stands on its own leaf",
            Self::MembersAreUnique => "members are unique",
            Self::TargetsAreUnique => "a commit names nobody twice",
            Self::EpochsAreMonotonic => "epochs are monotonic",
            Self::PendingsAreUnique => "a key package is used once",
            Self::NoPendingsInTheEnd => "in the end nothing is pending",
            Self::EqualEpochsInTheEnd => "in the end epochs are equal",
            Self::AJoinImpliesAWelcome => "a join implies a Welcome",
            Self::AWelcomeImpliesAnAdd => "a Welcome implies an Add",
            Self::OneEpochOneMemberList => "one epoch, one member list",
            Self::KeysOnlyForMembers => "media keys only for members",
            Self::OldKeysAreGone => "old media keys are gone after 10 s",
            Self::RemovedStayOut => "who is removed stays out until it is added",
            Self::RemovedAreCutOff => "who is removed is cut off within 1 s",
            Self::SealsOnlyWhatItHolds => "nobody seals with an epoch it never entered",
            Self::OneBranchLivesOn => "one branch lives on",
            Self::AllEndInOneGroup => "all end in one group",
            Self::WhoIsHeardStays => "who is heard by somebody stays",
            Self::RestLasts => "what is at rest stays so",
        }
    }
}
