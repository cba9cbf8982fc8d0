//! Rooms in which few frames go, or few of them to each.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// Everyone sends a picture and nothing else.
fn pictures_alone(room: &mut Room) {
    room.sends.fill(BTreeSet::from([2]));
}

#[test]
fn i3_who_sends_one_frame_a_second_is_let_in_and_stays() {
    let mut room = Room::of(3, Layout::PublishAndSubscribe);
    room.sends[2].clear();
    room.turn_on(0);
    room.turn_on(1);
    room.until_it_stands(&[0, 1]);
    room.turn_on(2);
    let mut stood = None;
    let began = room.now;
    for step in 0..60_000 / STEP {
        room.step();
        if step % 50 == 0 {
            room.send(2, 2, "video/VP8", plain("video/VP8", 2, step));
        }
        let is_there = room.view(0).members.len() == 3;
        stood = stood.or(is_there.then_some(room.now));
        assert_eq!(stood.is_some(), is_there, "who was let in stays");
    }
    let took = stood.map(|at| at.since(began));
    assert!(took <= Some(Duration::from_secs(15)), "{took:?}");
    assert!(took.is_some() && room.stands(&[0, 1, 2]));
}

/// So many, who met, and are sent the pictures of some of the others from then on.
fn paged(count: u8, gets: fn(usize, usize) -> bool) -> Room {
    let mut room = Room::all_on(count, Layout::PublishAndSubscribe);
    let everyone: Vec<_> = (0..usize::from(count)).collect();
    room.until_it_stands(&everyone);
    pictures_alone(&mut room);
    room.gets = gets;
    room
}

#[test]
fn r20_eight_of_whom_each_is_sent_three_others_pictures_miss_nobody() {
    let mut room = paged(8, |from, to| [1, 4, 7].contains(&((from + 8 - to) % 8)));
    let everyone: Vec<_> = (0..8).collect();
    for second in 0..60 {
        room.run_for(Duration::from_secs(1));
        let members: Vec<_> = (0..8).map(|who| room.view(who).members.len()).collect();
        assert_eq!(members, [8; 8], "after {second} s");
    }
    let took = room.until_it_stands(&everyone);
    assert!(took <= Duration::from_secs(10), "{took:?}");
}

#[test]
fn i11_where_a_server_forwards_the_pictures_of_three_the_others_are_told_that_they_are_not_heard() {
    let mut room = paged(8, |from, _| from < 3);
    room.run_for(Duration::from_secs(40));
    assert!(room.stands(&[0, 1, 2]));
    for who in 3..8 {
        let view = room.view(who);
        assert_eq!((view.state, view.reason), (State::Joining, "not-heard"));
    }
}
