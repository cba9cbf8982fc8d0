//! Rooms that send each what it can use: one of several layers, the sound of whoever is loudest.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    ids::Layer,
    wire::{MessageId, Packet},
};

const VP8: &str = "video/VP8";

impl Room {
    /// A picture of somebody, in one of its layers, as it goes out.
    fn layer(&mut self, from: usize, layer: Layer) -> Option<Sent> {
        let plain = plain(VP8, from, self.now.0 / STEP);
        let (now, page, number) = (self.now, self.people[from].1, 2);
        let core = self.core(from);
        let frame = EncodedFrame {
            format: core.format(page, 96, VP8),
            layer,
            data: &plain,
        };
        let wire = core.transform(now, StreamId { page, number }, frame)?;
        Some(Sent {
            from,
            number,
            mime: VP8,
            wire: wire.to_vec(),
            plain,
        })
    }

    /// A picture of somebody, in three layers; each of the others gets one of them, if any.
    fn picture(&mut self, from: usize, gets: impl Fn(usize) -> Option<u32>) {
        for layer in 0..3u32 {
            let Some(sent) = self.layer(from, Some(70 + layer)) else {
                continue;
            };
            if self.is_lost() {
                continue;
            }
            for to in (0..self.people.len()).filter(|to| *to != from) {
                if gets(to) == Some(layer) && !self.is_lost() {
                    self.deliver(&sent, to);
                }
            }
        }
    }

    /// Pictures in layers, and nothing else, for some time.
    fn pictures_for(&mut self, span: Duration, gets: impl Fn(usize) -> Option<u32>) {
        let end = self.now + span;
        while self.now < end {
            self.step();
            for from in 0..self.people.len() {
                self.picture(from, &gets);
            }
        }
    }
}

#[test]
fn i3_who_gets_one_layer_of_pictures_and_nothing_else_misses_nobody() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1, 2]);
    room.sends = vec![BTreeSet::new(); 3];
    for _ in 0..60 {
        room.pictures_for(Duration::from_secs(1), |to| Some(to as u32));
        assert_eq!(room.view(0).members.len(), 3);
    }
    assert!(room.stands(&[0, 1, 2]));
}

/// Each gets the sound of all and one layer of their pictures: of four ways of a beacon two.
#[test]
fn r20_who_gets_one_layer_of_each_is_not_called_apart_though_frames_are_lost() {
    for loses in [0, 100] {
        let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
        room.until_it_stands(&[0, 1, 2]);
        // Until each stream of each was opened.
        room.run_for(Duration::from_secs(1));
        room.sends = vec![BTreeSet::from([1]); 3];
        room.loses = loses;
        for _ in 0..60_000 / STEP {
            room.pictures_for(Duration::from_millis(STEP), |to| Some(to as u32));
            for who in 0..3 {
                assert_eq!(room.view(who).problems, [], "{loses}");
            }
        }
        assert!(room.stands(&[0, 1, 2]));
    }
}

/// How long some need to meet of whom each sends sound, which nobody gets, and pictures in three
/// layers, of which each gets one.
fn meet_by_one_layer(room: &mut Room, who: &[usize]) -> Duration {
    let began = room.now;
    while !room.stands(who) {
        room.pictures_for(Duration::from_millis(STEP), |to| Some(to as u32));
        for from in 0..room.people.len() {
            let plain = plain(OPUS, from, room.now.0 / STEP);
            room.transform(from, 1, OPUS, &plain);
        }
        assert!(room.now.since(began) < Duration::from_secs(90), "they meet");
    }
    room.now.since(began)
}

#[test]
fn i3_who_gets_one_layer_of_three_and_no_sound_is_let_in_within_ten_seconds() {
    let mut room = Room::of(3, Layout::PublishAndSubscribe);
    room.sends = vec![BTreeSet::new(); 3];
    room.turn_on(0);
    room.turn_on(1);
    let first = meet_by_one_layer(&mut room, &[0, 1]);
    room.turn_on(2);
    let then = meet_by_one_layer(&mut room, &[0, 1, 2]);
    let most = Duration::from_secs(10);
    assert!(first <= most && then <= most, "{first:?}, {then:?}");
}

#[test]
fn i15_a_member_whose_pictures_come_stays_though_its_beacons_do_not() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1, 2]);
    room.tamper = |frame| trailer::split(&frame).0.to_vec();
    room.run_for(Duration::from_secs(30));
    assert!(room.stands(&[0, 1, 2]));
}

#[test]
fn i15_a_member_that_leaves_is_missed_though_a_server_plays_its_frames_again() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1, 2]);
    room.wire.clear();
    room.run_for(Duration::from_secs(1));
    let sent: Vec<_> = room.wire.drain(..).filter(|sent| sent.from == 2).collect();
    room.sends[2].clear();
    for _ in 0..8 {
        room.run_for(Duration::from_secs(1));
        for sent in &sent {
            (0..2).for_each(|to| room.deliver(sent, to));
        }
    }
    assert_eq!(room.view(0).members.len(), 2);
}

#[test]
fn i15_what_a_server_held_back_keeps_nobody_once_the_epoch_is_another() {
    let mut room = Room::of(4, Layout::PublishAndSubscribe);
    (0..3).for_each(|who| room.turn_on(who));
    room.until_it_stands(&[0, 1, 2]);
    room.wire.clear();
    let held: Vec<_> = (0..1_000)
        .filter_map(|step| {
            let plain = plain(OPUS, 2, step);
            let wire = room.transform(2, 1, OPUS, &plain)?;
            let (from, number, mime) = (2, 1, OPUS);
            Some(Sent {
                from,
                number,
                mime,
                plain,
                wire,
            })
        })
        .collect();
    room.sends[2].clear();
    let mut held = held.into_iter();
    let mut hold_back = |room: &mut Room, seconds| {
        for _ in 0..seconds {
            room.run_for(Duration::from_secs(1));
            for sent in held.by_ref().take(5) {
                (0..2).for_each(|to| room.deliver(&sent, to));
            }
        }
    };
    hold_back(&mut room, 10);
    assert_eq!(room.view(0).members.len(), 3, "they are its frames");
    room.turn_on(3);
    hold_back(&mut room, 12);
    let members = room.view(0).members;
    assert_eq!(members.len(), 3, "with who came, and without who is gone");
}

#[test]
fn i3_of_three_the_loudest_is_heard_and_all_stay() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1, 2]);
    let end = room.now + Duration::from_secs(60);
    while room.now < end {
        let loudest = (room.now.0 / 7_000) as usize % 3;
        room.sends = vec![BTreeSet::from([2]); 3];
        room.sends[loudest].insert(1);
        room.step();
        // What the server leaves out was sent, and may have taken a beacon along.
        for quiet in (0..3).filter(|who| *who != loudest) {
            room.transform(quiet, 1, OPUS, &plain(OPUS, quiet, room.now.0 / STEP));
        }
        assert_eq!(room.view(0).members.len(), 3);
    }
}

#[test]
fn i11_who_is_passed_on_only_while_it_speaks_is_told_and_let_in_again() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.sends = vec![BTreeSet::from([1]); 3];
    room.until_it_stands(&[0, 1, 2]);
    room.sends[2].clear();
    for _ in 0..20_000 / STEP {
        room.step();
        room.transform(2, 1, OPUS, &plain(OPUS, 2, room.now.0 / STEP));
    }
    assert!(room.stands(&[0, 1]));
    let view = room.view(2);
    assert_eq!((view.state, view.reason), (State::Joining, "not-heard"));
    room.sends[2].insert(1);
    let took = room.until_it_stands(&[0, 1, 2]);
    assert!(took <= Duration::from_secs(5), "{took:?}");
}

#[test]
fn m12_a_stream_that_a_room_moves_to_another_receiver_is_no_alarm() {
    let mut room = Room::all_on(2, Layout::OneForAll);
    room.until_it_stands(&[0, 1]);
    room.stream(1, 1, 99, End::Receiver(MediaKind::Video));
    for step in 0..100 {
        room.step();
        let frame = plain(VP8, 0, 7_000 + step);
        let sealed = room.transform(0, 2, VP8, &frame).expect("sealed");
        assert_eq!(room.transform(1, 99, VP8, &sealed), None);
    }
    let dropped = room.stream_view(1, 99).reason;
    assert_eq!(dropped, Some(DropReason::Misdirected));
    assert_eq!(room.view(1).state, State::Encrypted);
}

/// How many fragments of one message go out within a second at most, where two meet by pictures of
/// one layer, and of others that are put upon it.
fn fragments_of_a_message(upon: usize) -> usize {
    let mut room = Room::all_on(2, Layout::OneForAll);
    room.sends = vec![BTreeSet::new(); 2];
    let mut fragments: BTreeMap<MessageId, usize> = BTreeMap::new();
    let layers = [vec![Some(70)], vec![None; upon]].concat();
    for _ in 0..45 {
        room.step();
        for (from, layer) in [0, 1]
            .into_iter()
            .flat_map(|from| layers.iter().map(move |it| (from, *it)))
        {
            let Some(sent) = room.layer(from, layer) else {
                continue;
            };
            room.deliver(&sent, 1 - from);
            let mut scratch = Vec::new();
            let carried = Codec::Vp8.carried(&sent.wire, &mut scratch);
            if let Some(carried) = carried {
                assert!(layer.is_some(), "it may be left out");
                let packet = Packet::parse_any(carried.packet).expect("our own");
                *fragments.entry(packet.message).or_default() += 1;
            }
        }
    }
    fragments.into_values().max().unwrap_or_default()
}

#[test]
fn i3_a_layer_that_is_put_upon_another_is_none_that_somebody_gets_alone() {
    let alone = fragments_of_a_message(0);
    assert!(alone >= 6, "{alone}");
    assert_eq!(fragments_of_a_message(2), alone);
}
