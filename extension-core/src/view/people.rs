//! Who is in the call: the group's members, and those who haven't shown Sotto.

use std::collections::{BTreeMap, BTreeSet};

use super::MemberView;
use crate::{
    call::Call,
    evidence::DropReason,
    ids::ConnectionId,
    name::Name,
    tab::{ConnectionState, Direction, MediaKind, Stream, Tab},
    time::Instant,
};

pub(super) fn members(tab: &Tab, now: Instant) -> Vec<MemberView> {
    let Some(call) = &tab.call else {
        return Vec::new();
    };
    let committer = call.committer(now);
    let looks = Looks::of(call);
    call.members()
        .iter()
        .map(|(leaf, peer)| MemberView {
            id: *peer,
            leaf: *leaf,
            you: *peer == call.peer(),
            committer: *leaf == committer,
            name: call.name_of(*peer).cloned(),
            alike: *peer != call.peer() && looks.has_two(call.name_of(*peer)),
        })
        .collect()
}

/// N4: how many members' names look so.
#[derive(Default)]
struct Looks<'a>(BTreeMap<&'a str, usize>);

impl<'a> Looks<'a> {
    fn of(call: &'a Call) -> Self {
        let mut looks = Self::default();
        let members = call.members().iter();
        for name in members.filter_map(|(_, peer)| call.name_of(*peer)) {
            *looks.0.entry(name.look()).or_default() += 1;
        }
        looks
    }

    fn has_two(&self, name: Option<&Name>) -> bool {
        name.and_then(|name| self.0.get(name.look()))
            .is_some_and(|count| *count > 1)
    }
}

/// Participants who haven't shown Sotto. Without a call there is no telling.
pub(super) fn others(tab: &Tab, now: Instant) -> usize {
    let Some(call) = &tab.call else { return 0 };
    let shown = tab.streams.shown().map(|(_, stream)| stream);
    let with_media: BTreeSet<_> = shown.map(|stream| stream.connection).collect();
    let connected = tab.connections.iter();
    connected
        .filter(|(_, state)| **state == ConnectionState::Connected)
        .filter(|(id, _)| with_media.contains(id))
        .map(|(id, _)| outsiders_on(tab, call, *id, now))
        .sum()
}

/// A connection of the mesh reaches one participant; one to a room brings those whose frames come
/// unsealed, with one sound and one picture each.
fn outsiders_on(tab: &Tab, call: &Call, link: ConnectionId, now: Instant) -> usize {
    if !call.is_shared(link) {
        return usize::from(call.peer_on(now, link).is_none());
    }
    let unsealed = |media| {
        let streams = tab.streams.iter().map(|(_, stream)| stream);
        streams
            .filter(|stream| stream.connection == link && stream.media == media)
            .filter(|stream| is_of_outsider(call, stream, now))
            .count()
    };
    unsealed(MediaKind::Audio).max(unsealed(MediaKind::Video))
}

/// In a room nothing else tells whose a stream is but what its frames are sealed with.
pub(super) fn is_of_outsider(call: &Call, stream: &Stream, now: Instant) -> bool {
    if stream.direction == Direction::Send {
        return false;
    }
    if call.is_shared(stream.connection) {
        return stream.evidence.dropping(now) == Some(DropReason::NotSealed);
    }
    call.peer_on(now, stream.connection).is_none()
}
