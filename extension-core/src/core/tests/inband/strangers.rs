//! People in the room who are there to disturb, and have nothing but streams of their own.

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    carrier::FRAME_FRAGMENT,
    group::{Candidate, Group, Groups, Mls},
    ids::{Epoch, GroupId},
    wire::{Beacon, Company, Message, MessageId, Packet, Presence, Seek, SignedBeacon, Unheard},
};

/// Somebody alone in a group, who seeks another.
pub struct Stranger {
    mls: Mls,
    group: Group,
    candidate: Candidate,
    sequence: u64,
}

impl Stranger {
    pub fn new(number: u8) -> Self {
        let mut mls = Mls::new(ChaCha20Rng::from_seed([number; 32]));
        Self {
            group: mls.found().expect("a group"),
            candidate: mls.candidate().expect("a key package"),
            mls,
            sequence: 0,
        }
    }

    pub fn beacon(&mut self, seeks: Option<GroupId>) -> Beacon {
        self.sequence += 1;
        let (key_package, _) = self.mls.announcement(&self.candidate);
        Beacon {
            sequence: self.sequence,
            standing: self.mls.standing(&self.group),
            seeks: seeks.map(|group| Seek { group, key_package }),
            presence: Presence::Here,
            company: Company::Alone,
            unheard: Unheard::default(),
        }
    }

    /// That it is here, and seeks nothing.
    pub fn signed(&mut self) -> SignedBeacon {
        let beacon = self.beacon(None);
        SignedBeacon::sign(self.mls.identity(), beacon)
    }

    /// That it is in a group that is stronger than any.
    fn boast(&mut self, group: u8) -> Message {
        let mut beacon = self.beacon(None);
        beacon.standing.group = GroupId([group; 16]);
        beacon.standing.epoch = Epoch(u64::MAX);
        beacon.company = Company::Together;
        Message::Beacon(SignedBeacon::sign(self.mls.identity(), beacon))
    }

    /// Its wish to be in a group, and its key package.
    fn wish(&mut self, group: GroupId) -> [Message; 2] {
        let beacon = self.beacon(Some(group));
        let (_, announced) = self.mls.announcement(&self.candidate);
        let signed = SignedBeacon::sign(self.mls.identity(), beacon);
        [
            Message::Beacon(signed),
            Message::KeyPackage(announced.to_vec().into()),
        ]
    }
}

fn packets(message: &Message) -> Vec<Vec<u8>> {
    let bytes = message.to_bytes();
    let pieces: Vec<_> = bytes.chunks(FRAME_FRAGMENT).collect();
    let all = (0..).zip(&pieces).map(|(index, fragment)| Packet {
        message: MessageId::of(&bytes),
        index,
        count: pieces.len() as u16,
        fragment,
    });
    all.map(Packet::to_bytes).collect()
}

impl Room {
    fn call(&mut self, who: usize) -> &mut Call {
        let tab = self.core(who).tabs.get_mut(&TAB).expect("a tab");
        tab.call.as_mut().expect("a call")
    }

    /// Somebody gets a message in frames of a stream.
    fn tell(&mut self, who: usize, number: u32, message: &Message) {
        let (now, page) = (self.now, self.people[who].1);
        let stream = StreamId { page, number };
        for packet in packets(message) {
            let _ = self.call(who).handle_carried(now, stream, &packet);
        }
    }
}

#[test]
fn i14_of_many_who_wish_to_join_a_room_eight_do_by_one_commit() {
    let mut room = Room::all_on(2, Layout::OneForAll);
    room.until_it_stands(&[0, 1]);
    let group = room.call(0).membership().standing().group;
    let mut strangers: Vec<_> = (100..134).map(Stranger::new).collect();
    for (number, stranger) in (100..).zip(&mut strangers) {
        for message in stranger.wish(group) {
            (0..2).for_each(|who| room.tell(who, number, &message));
        }
    }
    let mut grew = Vec::new();
    for _ in 0..200 {
        let before = room.call(0).members().len();
        room.step();
        let now = room.call(0).members().len();
        grew.extend((now > before).then(|| now - before));
    }
    assert_eq!(grew.first(), Some(&8));
    assert!(grew.iter().all(|count| *count <= 8), "{grew:?}");
}

#[test]
fn i7_who_boasts_with_many_names_on_two_streams_keeps_three_who_are_together_busy_with_nothing() {
    let mut room = Room::all_on(3, Layout::OneForAll);
    room.until_it_stands(&[0, 1, 2]);
    let mut strangers: Vec<_> = (100..124).map(Stranger::new).collect();
    for second in 0..30u8 {
        for (number, stranger) in (0..).zip(&mut strangers) {
            let lie = stranger.boast(second / 8);
            (0..3).for_each(|who| room.tell(who, 100 + number % 2, &lie));
        }
        room.run_for(Duration::from_secs(1));
        for who in 0..3 {
            assert_eq!(
                room.call(who).membership().seeks(),
                None,
                "after {second} s"
            );
        }
    }
    assert!(room.stands(&[0, 1, 2]));
}

#[test]
fn i7_silent_strangers_on_a_stream_keep_no_newcomer_out() {
    let mut room = Room::of(3, Layout::OneForAll);
    room.turn_on(0);
    room.turn_on(1);
    room.until_it_stands(&[0, 1]);
    let mut strangers: Vec<_> = (0..=255).map(Stranger::new).collect();
    for round in 0..12 {
        for stranger in strangers.iter_mut().skip(round % 4 * 64).take(64) {
            let message = Message::Beacon(stranger.signed());
            (0..2).for_each(|who| room.tell(who, 100, &message));
        }
        room.run_for(Duration::from_millis(250));
    }
    let (now, call) = (room.now, room.call(0));
    assert!(call.live_peers(now).count() <= 1 + 5);
    room.turn_on(2);
    let took = room.until_it_stands(&[0, 1, 2]);
    assert!(took <= Duration::from_secs(5), "{took:?}");
}
