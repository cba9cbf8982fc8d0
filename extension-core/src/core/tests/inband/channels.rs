//! Channels of connections to a server, which opens them and may lead nowhere.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::wire::{Message, Packet};

/// How many packets somebody sent over a channel that nobody answers: beacons, one a second at most.
fn beacons(room: &Room, who: usize, span: Duration) -> usize {
    let packets = room.over_channels.iter().filter(|(from, _)| *from == who);
    let messages = packets.map(|(_, packet)| {
        let packet = Packet::parse(packet).expect("our own");
        Message::parse(packet.fragment)
    });
    let messages: Vec<_> = messages.collect();
    assert!(
        messages
            .iter()
            .all(|it| matches!(it, Ok(Message::Beacon(_))))
    );
    let most = span.as_secs() as usize + 2;
    assert!(messages.len() <= most, "{} in {span:?}", messages.len());
    messages.len()
}

#[test]
fn i4_over_a_channel_that_nobody_answers_a_beacon_goes_each_second_and_nothing_else() {
    let mut room = Room::of(3, Layout::OneForAll);
    for who in 0..3 {
        let (link, now) = (room.link(who, 1), room.now);
        room.core(who).channel(now, link, ChannelState::Open);
    }
    room.turn_on(0);
    room.turn_on(1);
    let joins = room.until_it_stands(&[0, 1]);
    assert!((0..2).all(|who| beacons(&room, who, joins) > 0));
    room.over_channels.clear();
    let idle = Duration::from_secs(20);
    room.run_for(idle);
    assert!((0..2).all(|who| beacons(&room, who, idle) > 10));
    room.over_channels.clear();
    room.turn_on(2);
    let joins = room.until_it_stands(&[0, 1, 2]);
    assert!((0..3).any(|who| beacons(&room, who, joins) > 0));
}
