#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    carrier::cut,
    ids::{PageId, PeerId},
    wire::{HEADER, trailer::TRAILER},
};

const BEACON: [u8; 170] = [1; 170];
const ANY: usize = usize::MAX;

fn stream(number: u32) -> StreamId {
    let page = PageId(1);
    StreamId { page, number }
}

fn carrier() -> InbandCarrier {
    let mut carrier = InbandCarrier::default();
    carrier.open(Instant(0), 7);
    carrier
}

impl InbandCarrier {
    /// Queues bytes that begin with the type of a message (PROTOCOL.md section 3).
    fn say(&mut self, now: Instant, message: &[u8]) {
        let kind = match message[0] {
            1 => Kind::Beacon,
            2 => Kind::KeyPackage,
            3 => Kind::Welcome,
            4 => Kind::Commit,
            // Each of somebody else, by its length.
            5 => Kind::PassedOn(PeerId([message.len() as u8; 16])),
            7 => Kind::Name,
            other => panic!("no type of a message: {other}"),
        };
        self.send(now, kind, message);
    }
}

fn message(kind: u8, length: usize) -> Vec<u8> {
    (0..length)
        .map(|n| if n == 0 { kind } else { (n % 251) as u8 })
        .collect()
}

/// What a frame of a stream takes along.
fn goes(carrier: &mut InbandCarrier, now: u64, number: u32, space: usize) -> Option<Vec<u8>> {
    let (now, stream) = (Instant(now), stream(number));
    carrier.handle_frame(now);
    let packet = carrier.poll_packet(now, (stream, 0), space);
    packet.map(<[u8]>::to_vec)
}

/// What goes out with frames of some streams, one each 10 ms, and on which of them.
fn sent(
    carrier: &mut InbandCarrier,
    numbers: &[u32],
    span: std::ops::Range<u64>,
) -> Vec<(u32, Vec<u8>)> {
    let mut sent = Vec::new();
    for now in span.step_by(10) {
        for number in numbers {
            let packet = goes(carrier, now, *number, ANY);
            sent.extend(packet.map(|packet| (*number, packet)));
        }
    }
    sent
}

fn kinds(carrier: &mut InbandCarrier, span: std::ops::Range<u64>) -> Vec<usize> {
    let ids: Vec<_> = [1, 2, 3, 4]
        .map(|kind| MessageId::of(&message(kind, 2_000)))
        .into();
    let packets = sent(carrier, &[1], span).into_iter();
    let ids = packets.map(|(_, packet)| {
        let packet = Packet::parse_any(&packet).expect("our own");
        ids.iter().position(|id| *id == packet.message)
    });
    ids.map(|place| place.expect("of ours") + 1).collect()
}

/// What somebody makes of some packets.
fn heard<'a>(packets: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<Vec<u8>> {
    let mut carrier = carrier();
    let messages = packets
        .into_iter()
        .filter_map(|packet| carrier.handle_packet(Instant(0), stream(1), packet).ok()?);
    messages.collect()
}

#[test]
fn i3_a_message_goes_in_fragments_and_some_for_repair() {
    let mut carrier = carrier();
    let welcome = message(3, 6_000);
    carrier.say(Instant(0), &welcome);
    let packets = sent(&mut carrier, &[1], 0..1_490);
    let packets: Vec<_> = packets.into_iter().map(|(_, packet)| packet).collect();
    assert_eq!(packets.len(), 9 + 5);
    for lost in [0..5, 4..9, 9..14] {
        let came = packets.iter().enumerate();
        let came = came.filter(|(place, _)| !lost.contains(place));
        let came = heard(came.map(|(_, packet)| packet));
        assert_eq!(came, std::slice::from_ref(&welcome), "without {lost:?}");
    }
}

#[test]
fn i3_what_is_said_again_goes_on_with_other_fragments() {
    let mut carrier = carrier();
    let commit = message(4, 2_800);
    let mut packets = Vec::new();
    for now in [0, 1_400, 2_800] {
        carrier.say(Instant(now), &commit);
        packets.extend(sent(&mut carrier, &[1], now..now + 1_400));
    }
    assert_eq!(packets.len(), 8 + 2 + 4);
    packets.sort();
    packets.dedup();
    assert_eq!(packets.len(), 14, "no fragment went twice");
}

#[test]
fn i3_what_is_said_again_and_again_goes_whole_with_each_layer_of_each_stream() {
    let (mut carrier, commit) = (carrier(), message(4, 2_800));
    let lanes = [(1, 0), (2, 7), (2, 8), (2, 9)].map(|(number, layer)| (stream(number), layer));
    let mut went = [[0; 4]; 4];
    for now in (0..5_600).step_by(20) {
        if now % 1_400 == 20 {
            carrier.say(Instant(now), &commit);
        }
        for (place, lane) in lanes.into_iter().enumerate() {
            let packet = carrier.poll_packet(Instant(now), lane, ANY);
            went[now as usize / 1_400][place] += usize::from(packet.is_some());
        }
    }
    assert_eq!(
        went.map(|lanes| lanes.iter().sum::<usize>()),
        [8, 2, 16, 16]
    );
    assert_eq!(went[2..], [[4; 4]; 2]);
}

#[test]
fn i3_two_who_send_one_message_repair_it_with_other_fragments() {
    let [one, other] = [7, 90].map(|salt| {
        let mut carrier = InbandCarrier::default();
        carrier.open(Instant(0), salt);
        carrier.say(Instant(0), &message(3, 6_000));
        let packets = sent(&mut carrier, &[1], 0..1_490);
        packets.into_iter().skip(9).collect::<Vec<_>>()
    });
    assert!(!one.is_empty() && one.iter().all(|packet| !other.contains(packet)));
}

#[test]
fn i3_fragments_go_over_all_streams_in_turn() {
    for (kind, length) in [(4, 5_000), (1, 170)] {
        let mut carrier = carrier();
        let mut went = Vec::new();
        for second in 0..6 {
            let length = length + second as usize;
            carrier.say(Instant(second * 1_000), &message(kind, length));
            let span = second * 1_000..second * 1_000 + 1_000;
            went.extend(sent(&mut carrier, &[1, 2], span));
        }
        assert!(went.len() >= 6);
        assert!(went.windows(2).all(|two| two[0].0 != two[1].0));
    }
}

/// On which layers of one stream, and of a stream of sound, messages go out.
fn on_lanes(kind: u8, length: usize) -> Vec<u32> {
    let mut carrier = carrier();
    let mut went = Vec::new();
    for now in (0..12_000).step_by(10) {
        if now % 1_000 == 0 {
            carrier.say(Instant(now), &message(kind, length + now as usize / 1_000));
        }
        let layers = [(1, 7), (1, 8), (1, 9)]
            .into_iter()
            .filter(|_| now % 40 == 0);
        for (number, layer) in [(2, 0)].into_iter().chain(layers) {
            let lane = (stream(number), layer);
            let packet = carrier.poll_packet(Instant(now), lane, ANY);
            went.extend(packet.map(|_| layer));
        }
    }
    went
}

#[test]
fn m1_a_message_takes_as_many_times_longer_as_there_are_layers() {
    let mut carrier = carrier();
    assert_eq!(carrier.rate(), Some(6_000));
    for layer in [1, 2, 3] {
        carrier.handle_frame(Instant(0));
        carrier.poll_packet(Instant(0), (stream(1), layer), ANY);
    }
    assert_eq!(carrier.rate(), Some(2_000));
}

#[test]
fn i3_beacons_go_over_all_layers_in_turn() {
    let went = on_lanes(1, 170);
    assert!(went.len() >= 12);
    for four in went.windows(4) {
        let four: std::collections::BTreeSet<_> = four.iter().collect();
        assert_eq!(four.len(), 4, "{went:?}");
    }
}

#[test]
fn i3_what_is_repaired_goes_with_every_stream_as_often_and_with_every_layer() {
    let went = on_lanes(4, 2_800);
    assert!(
        went.windows(2).all(|two| (two[0] == 0) != (two[1] == 0)),
        "{went:?}"
    );
    let layers: Vec<_> = went.iter().filter(|layer| **layer != 0).collect();
    for three in layers.windows(3) {
        let three: std::collections::BTreeSet<_> = three.iter().collect();
        assert_eq!(three.len(), 3, "{went:?}");
    }
}

#[test]
fn i3_where_each_stream_has_layers_each_of_them_brings_a_message_whole() {
    let (mut carrier, commit) = (carrier(), message(4, 2_800));
    let mut went = vec![Vec::new(); 3];
    for now in (0..1_490).step_by(20) {
        for (layer, went) in (0..).zip(&mut went) {
            let packet = carrier.poll_packet(Instant(now), (stream(1), layer), ANY);
            went.extend(packet.map(<[u8]>::to_vec));
        }
        if now == 0 {
            carrier.say(Instant(now), &commit);
        }
    }
    for went in &went {
        assert_eq!(heard(went), std::slice::from_ref(&commit));
    }
}

#[test]
fn i3_a_stream_without_frames_is_not_waited_for() {
    let mut carrier = carrier();
    assert_eq!(goes(&mut carrier, 0, 2, ANY), None);
    carrier.say(Instant(0), &message(4, 5_000));
    assert!(sent(&mut carrier, &[1], 0..290).len() <= 1);
    assert!(sent(&mut carrier, &[1], 300..1_000).len() > 1);
}

#[test]
fn i3_a_stream_whose_frames_have_no_space_is_not_waited_for() {
    let mut carrier = carrier();
    let commit = message(4, 5_000);
    carrier.say(Instant(0), &commit);
    let mut packets = Vec::new();
    for now in (0..1_490).step_by(10) {
        packets.extend(goes(&mut carrier, now, 1, ANY));
        assert_eq!(goes(&mut carrier, now, 2, 100), None);
    }
    assert_eq!(heard(&packets), [commit]);
}

#[test]
fn i3_what_is_said_again_anyway_makes_room_for_a_commit() {
    let mut carrier = carrier();
    let commit = message(4, 1_000);
    carrier.say(Instant(0), &message(4, 100));
    sent(&mut carrier, &[1], 0..100);
    carrier.say(Instant(100), &commit);
    carrier.say(Instant(100), &BEACON);
    let ids = |carrier: &InbandCarrier| {
        let room = carrier.room.as_ref().expect("a room");
        let ids = room.waiting.iter().map(|one| one.id);
        ids.collect::<Vec<_>>()
    };
    let gone = MessageId::of(&message(4, 100));
    for number in 0..30 {
        assert_eq!(ids(&carrier).contains(&gone), number < 14);
        carrier.say(Instant(100), &message(5, 200 + number));
    }
    let left = ids(&carrier);
    assert_eq!(left.len(), MAX_WAITING);
    assert_eq!(left[..2], [&commit[..], &BEACON].map(MessageId::of));
}

#[test]
fn i3_a_commit_goes_before_a_welcome_and_repair_for_the_first_time_with_it() {
    let mut carrier = carrier();
    for kind in [3, 2, 4, 1] {
        carrier.say(Instant(0), &message(kind, 2_000));
    }
    // A beacon of this length doesn't exist; it has no repair.
    let expected = [&[1; 3][..], &[2; 6], &[4; 6], &[3; 6]].concat();
    assert_eq!(kinds(&mut carrier, 0..1_490), expected);
}

#[test]
fn i3_a_newer_beacon_takes_the_place_of_one_that_waits() {
    let mut carrier = carrier();
    carrier.say(Instant(0), &message(1, 150));
    carrier.say(Instant(0), &message(1, 160));
    let packets = sent(&mut carrier, &[1], 0..1_000);
    assert_eq!(packets, [(1, cut(&message(1, 160))[0].clone())]);
}

#[test]
fn i3_a_beacon_goes_before_those_that_are_passed_on() {
    let mut carrier = carrier();
    for number in 0..8 {
        carrier.say(Instant(0), &message(5, 200 + number));
    }
    let mut beacons = 0;
    for second in 0..10 {
        let beacon = message(1, 200 + second as usize);
        carrier.say(Instant(second * 1_000), &beacon);
        let sent = sent(&mut carrier, &[1], second * 1_000..second * 1_000 + 1_000);
        let id = MessageId::of(&beacon);
        let is_it = |packet: &[u8]| Packet::parse(packet).is_ok_and(|one| one.message == id);
        beacons += sent.iter().filter(|(_, packet)| is_it(packet)).count();
    }
    assert_eq!(beacons, 10);
}

#[test]
fn i3_with_one_frame_a_second_beacons_and_a_commit_go_in_turn() {
    let mut carrier = carrier();
    let mut went = Vec::new();
    for second in 0..12 {
        let (now, commit) = (second * 1_000, message(4, 2_800));
        carrier.say(Instant(now), &commit);
        let beacon = message(1, 170 + second as usize);
        carrier.say(Instant(now), &beacon);
        let packet = goes(&mut carrier, now, 1, ANY).expect("one of them");
        let packet = Packet::parse_any(&packet).expect("our own");
        went.push(packet.message == MessageId::of(&beacon));
    }
    assert_eq!(went, [true, false].repeat(6));
}

#[test]
fn i3_what_waits_is_bounded_in_number_and_time() {
    let mut carrier = carrier();
    for number in 0..100 {
        carrier.say(Instant(0), &message(4, 1_000 + number));
    }
    let waiting = carrier.room.as_ref().map(|room| room.waiting.len());
    assert_eq!(waiting, Some(MAX_WAITING));
    assert!(carrier.waits());
    carrier.expire(Instant(7_999));
    assert!(carrier.waits());
    carrier.expire(Instant(8_000));
    assert!(!carrier.waits());
    carrier.say(Instant(9_000), &BEACON);
    carrier.expire(Instant(12_999));
    assert!(carrier.waits());
    carrier.expire(Instant(13_000));
    assert!(!carrier.waits());
}

#[test]
fn i3_a_change_that_all_went_is_forgotten_after_a_second_and_a_half() {
    let mut carrier = carrier();
    carrier.say(Instant(0), &message(4, 1_400));
    assert_eq!(carrier.is_busy(), Some(true));
    assert_eq!(sent(&mut carrier, &[1], 0..1_000).len(), 4);
    assert_eq!(carrier.is_busy(), Some(false));
    carrier.expire(Instant(1_499));
    assert_eq!(
        carrier.room.as_ref().map(|room| room.waiting.len()),
        Some(1)
    );
    carrier.expire(Instant(1_500));
    assert_eq!(
        carrier.room.as_ref().map(|room| room.waiting.len()),
        Some(0)
    );
}

#[test]
fn i4_a_change_costs_64_kbit_a_second_and_idling_2() {
    let mut busy = carrier();
    let mut bytes = 0;
    for now in (0..20_000).step_by(10) {
        busy.say(Instant(now), &message(3, 9_000 + now as usize / 1_000));
        let packet = goes(&mut busy, now, 1, ANY);
        bytes += packet.map_or(0, |packet| packet.len() + TRAILER);
    }
    let most = 20 * 8_000 + 4_000;
    assert!((bytes as u64) <= most, "{bytes}");
    assert!((bytes as u64) > most * 9 / 10, "{bytes}");

    let mut idle = carrier();
    let mut bytes = 0;
    for now in (0..60_000u64).step_by(10) {
        let beacon = [&BEACON[..], &now.to_be_bytes()].concat();
        idle.say(Instant(now), &beacon);
        let packet = goes(&mut idle, now, 1, ANY);
        bytes += packet.map_or(0, |packet| packet.len() + TRAILER);
    }
    let most = 60 * 250 + 1_000;
    assert!((bytes as u64) <= most, "{bytes}");
    assert!((bytes as u64) > most * 8 / 10, "{bytes}");
}

#[test]
fn i3_with_one_frame_a_second_what_is_passed_on_keeps_no_commit_back() {
    let mut carrier = carrier();
    let mut went = Vec::new();
    for second in 0..12 {
        let (now, commit) = (second * 1_000, message(4, 2_800));
        carrier.say(Instant(now), &commit);
        for (kind, length) in [(1, 170), (5, 190)] {
            carrier.say(Instant(now), &message(kind, length + second as usize));
        }
        let packet = goes(&mut carrier, now, 1, ANY).expect("one of them");
        let packet = Packet::parse_any(&packet).expect("our own");
        went.push(packet.message == MessageId::of(&commit));
    }
    assert_eq!(went, [false, true].repeat(6));
}

#[test]
fn i4_a_flood_of_what_is_passed_on_costs_a_change_nothing() {
    let mut carrier = carrier();
    let commit = message(4, 20_000);
    carrier.say(Instant(0), &commit);
    let mut pieces = 0;
    for now in (0..3_000u64).step_by(10) {
        carrier.say(Instant(now), &message(5, 190 + now as usize / 10 % 400));
        let packet = goes(&mut carrier, now, 1, ANY);
        let packet = packet.as_deref().and_then(|it| Packet::parse_any(it).ok());
        pieces += usize::from(packet.is_some_and(|it| it.message == MessageId::of(&commit)));
    }
    assert!(pieces >= 29, "{pieces} of 29 and what is for repair");
}

#[test]
fn i4_what_is_passed_on_costs_8_kbit_a_second_and_nothing_of_what_beacons_may() {
    let mut carrier = carrier();
    let (mut beacons, mut passed) = (0, 0);
    for now in (0..60_000u64).step_by(10) {
        if now % 1_000 == 0 {
            carrier.say(Instant(now), &message(1, 230 + now as usize / 1_000));
        }
        carrier.say(Instant(now), &message(5, 800 + now as usize));
        let Some(packet) = goes(&mut carrier, now, 1, ANY) else {
            continue;
        };
        match Packet::parse_any(&packet).map(|one| one.count) {
            Ok(1) => beacons += 1,
            _ => passed += packet.len() + TRAILER,
        }
    }
    assert!(beacons >= 50, "{beacons}");
    assert!((50_000..=62_000).contains(&passed), "{passed}");
}

#[test]
fn i3_of_a_beacon_that_was_begun_the_rest_goes_though_there_is_a_newer_one() {
    let mut carrier = carrier();
    let mut packets = Vec::new();
    for second in 0..30 {
        let beacon = message(1, 1_600 + second as usize);
        carrier.say(Instant(second * 1_000), &beacon);
        let went = sent(&mut carrier, &[1], second * 1_000..second * 1_000 + 1_000);
        packets.extend(went.into_iter().map(|(_, packet)| packet));
    }
    let whole = heard(&packets).len();
    assert!((9..=11).contains(&whole), "{whole}");
}

#[test]
fn i5_a_packet_waits_for_a_frame_with_space() {
    let mut carrier = carrier();
    carrier.say(Instant(0), &message(2, 2_700));
    let long = FRAME_FRAGMENT + HEADER + TRAILER;
    assert_eq!(goes(&mut carrier, 0, 1, long - 1), None);
    let packet = goes(&mut carrier, 0, 1, long);
    assert_eq!(packet.map(|packet| packet.len()), Some(long - TRAILER));
    carrier.say(Instant(0), &BEACON);
    assert!(goes(&mut carrier, 0, 1, long - 1).is_some());
}

#[test]
fn i5_a_message_of_more_than_128_fragments_is_left_to_others() {
    let mut carrier = carrier();
    carrier.say(Instant(0), &message(3, 128 * 700 + 1));
    assert!(!carrier.waits());
    carrier.say(Instant(0), &message(3, 128 * 700));
    assert!(carrier.waits());
}

#[test]
fn i5_no_packet_is_longer_than_was_said() {
    let mut carrier = carrier();
    carrier.say(Instant(0), &message(2, 2_700));
    for now in (0..1_490).step_by(10) {
        let room = carrier.room.as_ref().expect("a room");
        let said = room.waiting[0].length(room.salt);
        if let Some(packet) = goes(&mut carrier, now, 1, ANY) {
            assert_eq!(packet.len() + TRAILER, said);
        }
    }
}

#[test]
fn i6_what_comes_is_bounded_in_memory_and_forgotten_in_time() {
    let mut carrier = carrier();
    for number in 0..40u8 {
        let from = stream(u32::from(number) / 8);
        let (now, id) = (u64::from(number) * 200, MessageId([number; 8]));
        for index in 1..MAX_FRAGMENTS as u16 {
            let packet = Packet {
                message: id,
                index,
                count: MAX_FRAGMENTS as u16,
                fragment: &[7; FRAME_FRAGMENT],
            };
            let came = carrier.handle_packet(Instant(now), from, &packet.to_bytes());
            assert_eq!(came, Ok(None));
        }
    }
    let held = |carrier: &InbandCarrier| {
        let room = carrier.room.as_ref();
        room.map(|room| room.reassembly.held())
    };
    let most = 4 * 1024 * 1024;
    assert!(held(&carrier).is_some_and(|held| (1..most).contains(&held)));
    carrier.expire(Instant(39 * 200 + 10_000));
    assert_eq!(held(&carrier), Some(0));
}

/// Fragments for repair of a message of so many pieces that is none.
fn vain(number: u8, count: u16) -> impl Iterator<Item = Vec<u8>> {
    (count..2 * count).map(move |index| {
        let packet = Packet {
            message: MessageId([number; 8]),
            index,
            count,
            fragment: &[7; FRAME_FRAGMENT + REPAIR_PREFIX],
        };
        packet.to_bytes()
    })
}

#[test]
fn i6_what_is_repaired_in_vain_is_bounded_in_the_room() {
    let mut carrier = carrier();
    let mut errors = |now, numbers: std::ops::Range<u8>| {
        let packets = numbers.flat_map(|number| vain(number, 32));
        let outcomes =
            packets.map(|packet| carrier.handle_packet(Instant(now), stream(1), &packet));
        let errors: Vec<_> = outcomes.filter_map(Result::err).collect();
        let of = |error| errors.iter().filter(|one| **one == error).count();
        (of(WireError::Malformed), of(WireError::TooLarge))
    };
    assert_eq!(errors(0, 0..10), (4, 6));
    assert_eq!(errors(1_000, 10..14), (1, 3));
    let welcome = message(3, 6_000);
    let mut sender = InbandCarrier::default();
    sender.open(Instant(0), 7);
    sender.say(Instant(0), &welcome);
    let packets = sent(&mut sender, &[1], 0..1_490);
    let mut came = packets[5..].iter();
    let whole = came.find_map(|(_, packet)| {
        carrier
            .handle_packet(Instant(1_300), stream(1), packet)
            .ok()?
    });
    assert_eq!(whole, Some(welcome), "what is not in vain costs nothing");
}

#[test]
fn i6_what_many_streams_spoil_together_is_bounded_in_the_room() {
    let mut carrier = carrier();
    let commit = message(4, 2_800);
    let mut honest = spoilt(&commit, 1, 0).into_iter();
    let mut comes = |now, number, packet: &[u8]| {
        let came = carrier.handle_packet(Instant(now), stream(number), packet);
        came.ok().flatten()
    };
    // Half of it each, so that any two have all that it takes.
    for liar in 10..26 {
        let packets = vain(0, 128).skip(64 * (liar as usize % 2));
        packets.take(64).for_each(|packet| {
            comes(0, liar, &packet);
        });
    }
    let again: Vec<_> = vain(0, 128).take(1).collect();
    let mut whole = None;
    for now in (100..10_000).step_by(100) {
        for liar in 10..26 {
            comes(now, liar, &again[0]);
        }
        if now >= 5_000 && whole.is_none() {
            let (number, packet) = honest.next().expect("more of it");
            whole = comes(now, number, &packet);
        }
    }
    assert_eq!(whole, Some(commit));
    let room = carrier.room.as_ref().expect("a room");
    let tried = room.reassembly.spent() / (128 * 128);
    assert!((5..=11).contains(&tried), "{tried} times in ten seconds");
}

/// Fragments of a message that two streams of its sender bring in turn, and behind the first few as
/// many as are forged by other streams.
fn spoilt(message: &[u8], behind: usize, liars: u32) -> Vec<(u32, Vec<u8>)> {
    let mut sender = carrier();
    sender.say(Instant(0), message);
    let sent = sent(&mut sender, &[1, 2], 0..1_490);
    let forge = |(number, sent): (u32, &Vec<u8>)| {
        let mut forged = sent.clone();
        *forged.last_mut().expect("bytes") ^= number as u8;
        (number, forged)
    };
    let pieces = || sent.iter().map(|(_, packet)| packet).take(3);
    let forged = (10..10 + liars).flat_map(|number| pieces().map(move |one| (number, one)));
    let (first, rest) = sent.split_at(behind);
    let forged: Vec<_> = forged.map(forge).collect();
    [first, &forged, rest].concat()
}

#[test]
fn i6_who_forges_fragments_of_a_message_keeps_it_from_nobody() {
    for (behind, liars) in [(2, 1), (2, 2), (2, 3), (2, 15), (1, 15)] {
        // Neither stream alone brings enough of it.
        let commit = message(4, 6_000);
        let mut carrier = carrier();
        let came = spoilt(&commit, behind, liars).into_iter();
        let came = came.filter_map(|(number, packet)| {
            let came = carrier.handle_packet(Instant(0), stream(number), &packet);
            came.ok().flatten()
        });
        assert_eq!(
            came.collect::<Vec<_>>(),
            [commit],
            "{liars} liars behind {behind}"
        );
    }
}

#[test]
fn i6_who_says_another_count_keeps_a_message_from_nobody() {
    let commit = message(4, 2_800);
    let mut carrier = carrier();
    let packet = Packet {
        message: MessageId::of(&commit),
        index: 0,
        count: 9,
        fragment: &[7; FRAME_FRAGMENT],
    };
    let forged = carrier.handle_packet(Instant(0), stream(10), &packet.to_bytes());
    assert_eq!(forged, Ok(None));
    let mut came = spoilt(&commit, 2, 0).into_iter();
    let whole = came.find_map(|(number, packet)| {
        let came = carrier.handle_packet(Instant(0), stream(number), &packet);
        came.ok().flatten()
    });
    assert_eq!(whole, Some(commit));
}

#[test]
fn i6_who_begins_many_messages_takes_nobody_elses_place() {
    let commit = message(4, 2_800);
    let mut carrier = carrier();
    let came = spoilt(&commit, 2, 0);
    let (last, first) = came[..4].split_last().expect("four");
    for (number, packet) in first {
        let came = carrier.handle_packet(Instant(0), stream(*number), packet);
        assert_eq!(came, Ok(None));
    }
    for packet in (0..100).flat_map(|number| vain(number, 2).take(1)) {
        let begun = carrier.handle_packet(Instant(1), stream(10), &packet);
        assert_eq!(begun, Ok(None));
    }
    for packet in (0..20).flat_map(|number| vain(number, 2)) {
        let _ = carrier.handle_packet(Instant(1), stream(10), &packet);
    }
    let whole = carrier.handle_packet(Instant(2), stream(last.0), &last.1);
    assert_eq!(whole, Ok(Some(commit)));
}

#[test]
fn i6_packets_are_bounded_in_the_room() {
    let mut carrier = carrier();
    let packet = &cut(&BEACON)[0];
    let mut looked_at = |now| {
        let all = (0..2_000).map(|_| carrier.handle_packet(Instant(now), stream(1), packet));
        all.filter(Result::is_ok).count()
    };
    assert_eq!([looked_at(0), looked_at(1_000)], [1_200, 600]);
}

#[test]
fn i6_a_packet_outside_these_bounds_is_refused() {
    let packet = |index, count, length| {
        let fragment = &[7; FRAME_FRAGMENT + REPAIR_PREFIX + 1][..length];
        let message = MessageId([1; 8]);
        let packet = Packet {
            message,
            index,
            count,
            fragment,
        };
        carrier().handle_packet(Instant(0), stream(1), &packet.to_bytes())
    };
    assert_eq!(packet(255, 128, 702), Ok(None));
    for (index, count, length, error) in [
        (0, 2, 703, WireError::TooLarge),
        (0, 129, 700, WireError::TooLarge),
        (256, 2, 700, WireError::Malformed),
        (1, 1, 700, WireError::Malformed),
        (0, 0, 700, WireError::Malformed),
    ] {
        assert_eq!(packet(index, count, length), Err(error));
    }
}

#[test]
fn i12_fragments_of_several_messages_come_in_any_order() {
    let messages = [message(3, 5_000), message(4, 2_100)];
    let mut packets = Vec::new();
    for one in &messages {
        let mut carrier = carrier();
        carrier.say(Instant(0), one);
        packets.extend(sent(&mut carrier, &[1], 0..1_490));
    }
    packets.sort();
    packets.reverse();
    let mut came = heard(packets.iter().map(|(_, packet)| packet));
    came.sort();
    assert_eq!(came, messages);
}

#[test]
fn i11_who_has_no_frames_cannot_speak() {
    let mut carrier = carrier();
    assert!(!carrier.has_no_way_up(Instant(1_999)));
    assert!(carrier.has_no_way_up(Instant(2_000)));
    carrier.handle_frame(Instant(2_500));
    assert!(!carrier.has_no_way_up(Instant(4_499)));
    assert!(carrier.has_no_way_up(Instant(4_500)));
}

#[test]
fn where_there_is_no_room_nothing_goes_and_nothing_comes() {
    let mut carrier = carrier();
    carrier.close();
    carrier.say(Instant(0), &BEACON);
    assert_eq!(sent(&mut carrier, &[1], 0..100), []);
    let packet = &cut(&BEACON)[0];
    let refused = carrier.handle_packet(Instant(0), stream(1), packet);
    assert_eq!(refused, Err(WireError::NotOurs));
    assert!(!carrier.has_no_way_up(Instant(9_000)));
}
