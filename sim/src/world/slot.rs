//! One participant of a world: its call or its malice, and what befell it.

use sotto_core::{
    call::Call,
    ids::{ConnectionId, EpochId, GroupId, PageId},
    membership::Membership,
    time::Instant,
    wire::Standing,
};

use crate::{checker::Claim, hostile::Hostile};

/// What a participant is made of.
pub enum Body {
    /// The call that ships.
    Call(Box<Call>),
    /// Something that speaks the wire, and follows no rule.
    Hostile(Box<dyn Hostile>),
    /// It said goodbye, and took all with it.
    Left,
}

/// Whether a participant takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Here,
    /// It says nothing any more. What still reaches it, it may read.
    Lurking,
    Gone,
}

pub struct Slot {
    pub body: Body,
    pub state: State,
    /// Honest participants are to end in one group.
    pub honest: bool,
    pub asleep_until: Instant,
    pub timer: Option<Instant>,
    /// Since when it has stood where it stands.
    pub since: Instant,
}

impl Slot {
    pub fn new(now: Instant, body: Body, honest: bool) -> Self {
        Self {
            body,
            state: State::Here,
            honest,
            asleep_until: now,
            timer: None,
            since: now,
        }
    }

    pub fn is_here(&self) -> bool {
        self.state == State::Here
    }

    /// Here, and to be found in the one group at the end.
    pub fn counts(&self) -> bool {
        self.is_here() && self.honest
    }

    pub fn call(&self) -> Option<&Call> {
        match &self.body {
            Body::Call(call) => Some(call),
            Body::Hostile(_) | Body::Left => None,
        }
    }

    pub fn call_mut(&mut self) -> Option<&mut Call> {
        match &mut self.body {
            Body::Call(call) => Some(call),
            Body::Hostile(_) | Body::Left => None,
        }
    }

    /// The state it is in, and the group it seeks.
    pub fn place(&self) -> Option<(Standing, Option<GroupId>)> {
        let membership = self.call()?.membership();
        Some((membership.standing(), membership.seeks()))
    }

    /// The groups that a Welcome may lead it to.
    pub fn awaited(&self) -> Vec<GroupId> {
        let membership = self.call().map(Call::membership);
        let awaited = membership.into_iter().flat_map(Membership::awaited);
        awaited.map(|(_, group)| group).collect()
    }

    pub fn epoch(&self) -> Option<EpochId> {
        self.place().map(|(standing, _)| epoch_of(&standing))
    }

    pub fn claim(&self) -> Option<Claim> {
        let call = self.call()?;
        let standing = call.membership().standing();
        Some(Claim {
            peer: call.peer(),
            epoch: epoch_of(&standing),
            leaf: standing.leaf,
            members: call.members().to_vec(),
            safety: call.safety_number(),
        })
    }
}

pub fn epoch_of(standing: &Standing) -> EpochId {
    EpochId {
        group: standing.group,
        epoch: standing.epoch,
        branch: standing.digest,
    }
}

/// The channel by which `at` hears `from`.
pub fn link(at: usize, from: usize) -> ConnectionId {
    ConnectionId {
        page: PageId(at as u32),
        number: from as u32,
    }
}
