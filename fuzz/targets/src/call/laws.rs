//! What must be true of a call at any time, whatever was done to it.

use std::collections::BTreeSet;

use sotto_core::{call::Call, ids::PeerId};

use super::World;

/// Panics where a law is broken.
pub fn hold(world: &World) {
    let calls: Vec<&Call> = world.calls().collect();
    for (index, one) in calls.iter().enumerate() {
        members_are_in_order(one);
        for other in &calls[index + 1..] {
            who_stands_alike_agrees(one, other);
        }
    }
}

fn members_are_in_order(call: &Call) {
    let members = call.members();
    let own = (call.membership().standing().leaf, call.peer());
    assert!(members.contains(&own), "not in its own group");
    assert!(members.is_sorted(), "leaves out of order");
    let peers: BTreeSet<PeerId> = members.iter().map(|(_, peer)| *peer).collect();
    assert_eq!(peers.len(), members.len(), "somebody is there twice");
}

/// The safety number is equal exactly when the group's state is (PROTOCOL.md section 6), and that
/// is what beacons say of it.
fn who_stands_alike_agrees(one: &Call, other: &Call) {
    let [ours, theirs] = [one, other].map(|call| call.membership().standing());
    let alike =
        (ours.group, ours.epoch, ours.digest) == (theirs.group, theirs.epoch, theirs.digest);
    assert_eq!(alike, one.safety_number() == other.safety_number());
    if alike {
        assert_eq!(one.members(), other.members());
        assert_ne!(ours.leaf, theirs.leaf);
    }
}
