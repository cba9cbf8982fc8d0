//! A room that lies: what it does to packets and to frames, and what comes of it.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

fn stripped(frame: Vec<u8>) -> Vec<u8> {
    trailer::split(&frame).0.to_vec()
}

fn forged(frame: Vec<u8>) -> Vec<u8> {
    let mut frame = stripped(frame);
    trailer::append(b"SOTO and no packet", &mut frame);
    frame
}

fn flipped(mut frame: Vec<u8>) -> Vec<u8> {
    if trailer::split(&frame).1.is_some() {
        let place = frame.len() - 20;
        frame[place] ^= 1;
    }
    frame
}

#[test]
fn i9_what_a_room_does_to_packets_costs_packets_and_no_frame() {
    for tamper in [stripped as Tamper, forged, flipped] {
        let mut room = Room::all_on(2, Layout::PublishAndSubscribe);
        room.until_it_stands(&[0, 1]);
        room.tamper = tamper;
        room.opened.clear();
        room.wire.clear();
        room.run_for(Duration::from_secs(2));
        assert_eq!(room.opened.len(), room.wire.len());
        assert_eq!((room.wrong, room.view(0).stats.failed), (0, 0));
    }
}

/// What somebody's transforms sent of a stream last.
fn last(room: &Room, from: usize, number: u32) -> Sent {
    let mut sent = room.wire.iter();
    let last = sent.rfind(|sent| sent.from == from && sent.number == number);
    last.cloned().expect("something was sent")
}

#[test]
fn i10_a_room_that_swaps_two_peoples_streams_is_seen_by_whose_they_are() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1, 2]);
    let frame = last(&room, 1, 2);
    let place = receiver(2, 2);
    assert_eq!(room.transform(0, place, frame.mime, &frame.wire), None);
    // Where nothing of hers is opened for three seconds, the room may move her stream there; it is
    // shown as hers.
    room.sends[1].clear();
    room.run_for(Duration::from_millis(3_100));
    let plain = plain(frame.mime, 1, 7);
    let sealed = room.transform(1, 2, frame.mime, &plain).expect("sealed");
    assert_eq!(room.transform(0, place, frame.mime, &sealed), Some(plain));
    let page = room.people[0].1;
    let tab = &room.people[0].0.tabs[&TAB];
    let number = place;
    let shown = tab.streams.get(StreamId { page, number });
    let ben = room.people[1].0.tabs[&TAB].call.as_ref().map(Call::peer);
    assert_eq!(shown.and_then(|stream| stream.member), ben);
}

#[test]
fn i10_a_frame_played_again_is_refused_wherever_it_comes() {
    let mut room = Room::all_on(2, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1]);
    let frame = last(&room, 1, 1);
    for number in [receiver(1, 1), receiver(1, 2)] {
        assert_eq!(room.transform(0, number, frame.mime, &frame.wire), None);
    }
    assert_eq!(room.view(0).stats.failed, 0);
}

/// A room that gives packets to nobody keeps people apart and opens nothing.
#[test]
fn i9_a_room_that_takes_all_packets_away_keeps_people_apart_and_sees_nothing() {
    let mut room = Room::of(2, Layout::OneForAll);
    room.tamper = stripped;
    room.turn_on(0);
    room.turn_on(1);
    room.run_for(Duration::from_secs(10));
    for who in [0, 1] {
        assert_eq!(room.view(who).state, State::Alone);
    }
    assert!(room.opened.is_empty());
    for sent in &room.wire {
        assert!(!shows(sent));
    }
}
