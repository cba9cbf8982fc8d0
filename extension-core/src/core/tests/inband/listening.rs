//! Who has nothing to send can't speak, and is told.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::{strangers::Stranger, *};
use crate::{
    carrier::cut,
    wire::{Beacon, Message, SignedBeacon},
};

#[test]
fn i11_who_has_nothing_to_send_is_told_and_let_in_once_it_has() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.sends[2].clear();
    room.run_for(Duration::from_secs(5));
    assert!(room.stands(&[0, 1]), "the others don't miss it");
    let view = room.view(2);
    assert_eq!((view.state, view.reason), (State::Alone, "no-way-up"));
    room.sends[2].insert(1);
    room.until_it_stands(&[0, 1, 2]);
}

#[test]
fn i11_a_member_that_stops_sending_is_missed_and_told() {
    let mut room = Room::all_on(2, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1]);
    room.sends[1].clear();
    room.run_for(Duration::from_secs(10));
    assert_eq!(room.view(0).members.len(), 1);
    // R5: whoever we joined has time to be heard in our group.
    room.run_for(Duration::from_secs(6));
    let view = room.view(1);
    assert_eq!((view.state, view.reason), (State::Alone, "no-way-up"));
}

#[test]
fn i11_who_has_only_sound_that_is_not_silent_is_told_of_the_codec() {
    let mut room = Room::all_on(1, Layout::OneForAll);
    room.sends[0].clear();
    for _ in 0..200 {
        room.step();
        assert_eq!(room.transform(0, 1, "audio/PCMU", &[0x55; 160]), None);
    }
    let view = room.view(0);
    assert_eq!((view.state, view.reason), (State::Trouble, "trouble"));
    let codes = view.problems.iter().map(|problem| problem.code);
    assert!(codes.eq(["codec-not-silent"]));
}

/// What somebody says who is alone in the room.
fn own_beacon(pair: &mut Pair) -> Message {
    let call = pair.cores[0].tabs[&TAB].call.as_ref().expect("a call");
    let membership = call.membership();
    let standing = membership.standing();
    let beacon = Beacon {
        sequence: u64::MAX,
        standing,
        ..Stranger::new(1).beacon(None)
    };
    Message::Beacon(SignedBeacon::sign(membership.groups().identity(), beacon))
}

#[test]
fn i11_who_is_answered_over_a_channel_of_a_room_can_speak() {
    let mut pair = Pair::new();
    let link = pair.connection(0);
    pair.cores[0].far_end(pair.now, link, JANUS);
    pair.cores[0].turn_on(pair.now, TAB);
    pair.run_for(Duration::from_secs(3));
    assert_eq!(pair.view(0).reason, "no-way-up");
    let say = |pair: &mut Pair, message: &Message| {
        let packet = &cut(&message.to_bytes())[0];
        pair.cores[0].control(pair.now, link, packet);
    };
    let garbage = Message::KeyPackage(vec![7; 300].into());
    let ours = own_beacon(&mut pair);
    for message in [garbage, ours] {
        say(&mut pair, &message);
        assert_eq!(pair.view(0).reason, "no-way-up");
    }
    let message = Message::Beacon(Stranger::new(9).signed());
    say(&mut pair, &message);
    assert_eq!(pair.view(0).reason, "joining");
    pair.run_for(Duration::from_secs(5));
    assert_eq!(pair.view(0).reason, "no-way-up", "for R2's time");
}

#[test]
fn i11_in_a_mesh_nobody_is_told_so() {
    let mut pair = Pair::new();
    pair.cores[0].turn_on(pair.now, TAB);
    pair.run_for(Duration::from_secs(5));
    assert_eq!(pair.view(0).reason, "alone");
}
