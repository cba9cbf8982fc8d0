#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{carrier::cut, ids::PageId};

const PAGE: PageId = PageId(1);
const LINK: ConnectionId = ConnectionId {
    page: PAGE,
    number: 1,
};
const BEACON: [u8; 170] = [1; 170];

fn stream(number: u32) -> StreamId {
    StreamId { page: PAGE, number }
}

fn carrier() -> InbandCarrier {
    let mut carrier = InbandCarrier::default();
    carrier.open(Instant(0), LINK);
    carrier
}

fn message(kind: u8, length: usize) -> Vec<u8> {
    (0..length)
        .map(|n| if n == 0 { kind } else { (n % 251) as u8 })
        .collect()
}

/// What goes out with frames of a stream, one each 10 ms, over a time in milliseconds.
fn sent(carrier: &mut InbandCarrier, numbers: &[u32], span: std::ops::Range<u64>) -> Vec<Vec<u8>> {
    let mut sent = Vec::new();
    for now in span.step_by(10) {
        for number in numbers {
            let packet = carrier.poll_packet(Instant(now), LINK, stream(*number), usize::MAX);
            sent.extend(packet.map(<[u8]>::to_vec));
        }
    }
    sent
}

#[test]
fn i3_a_message_comes_across_in_fragments_and_each_goes_twice() {
    let mut carrier = carrier();
    let welcome = message(3, 6_000);
    carrier.send(Instant(0), &welcome);
    let packets = sent(&mut carrier, &[1], 0..3_000);
    assert_eq!(packets.len(), 2 * 6_000usize.div_ceil(FRAME_FRAGMENT));
    let once = packets.len() / 2;
    assert_eq!(packets[..once], packets[once..], "all once, then all again");
    let mut other = self::carrier();
    let came: Vec<_> = packets[..once]
        .iter()
        .filter_map(|packet| other.handle_packet(Instant(0), LINK, packet).ok()?)
        .collect();
    assert_eq!(came, [welcome]);
}

#[test]
fn i3_copies_go_on_different_streams() {
    let mut carrier = carrier();
    carrier.send(Instant(0), &message(4, 5_000));
    let mut by_packet = BTreeMap::<Vec<u8>, Vec<u32>>::new();
    for now in (0..3_000).step_by(10) {
        for number in [1, 2] {
            let packet = carrier.poll_packet(Instant(now), LINK, stream(number), usize::MAX);
            if let Some(packet) = packet {
                by_packet.entry(packet.to_vec()).or_default().push(number);
            }
        }
    }
    assert_eq!(by_packet.len(), 8);
    for streams in by_packet.values() {
        assert_eq!(streams.len(), 2);
        assert_ne!(streams[0], streams[1]);
    }
}

#[test]
fn i3_beacons_go_over_each_stream_in_turn() {
    let mut carrier = carrier();
    let mut went = Vec::new();
    for second in 0..6u64 {
        carrier.send(Instant(second * 1_000), &message(1, 170 + second as usize));
        for now in (second * 1_000..second * 1_000 + 1_000).step_by(10) {
            for number in [1, 2] {
                if carrier
                    .poll_packet(Instant(now), LINK, stream(number), usize::MAX)
                    .is_some()
                {
                    went.push(number);
                }
            }
        }
    }
    assert_eq!(went.len(), 6);
    assert!(went.windows(2).all(|two| two[0] != two[1]), "{went:?}");
}

#[test]
fn i3_a_newer_beacon_takes_the_place_of_one_that_waits() {
    let mut carrier = carrier();
    carrier.send(Instant(0), &message(1, 150));
    carrier.send(Instant(0), &message(1, 160));
    let packets = sent(&mut carrier, &[1], 0..1_000);
    assert_eq!(packets, cut(&message(1, 160)));
}

#[test]
fn i4_a_change_costs_64_kbit_a_second_and_idling_2() {
    let mut busy = carrier();
    let mut bytes = 0;
    for now in (0..20_000).step_by(10) {
        busy.send(Instant(now), &message(3, 9_000 + now as usize / 1_000));
        let packet = busy.poll_packet(Instant(now), LINK, stream(1), usize::MAX);
        bytes += packet.map_or(0, |packet| packet.len() + TRAILER);
    }
    let most = 20 * BYTES_PER_SECOND + BYTES_BURST;
    assert!((bytes as u64) <= most, "{bytes}");
    assert!((bytes as u64) > most * 9 / 10, "{bytes}");

    let mut idle = carrier();
    let mut bytes = 0;
    for now in (0..60_000u64).step_by(10) {
        let beacon = [&BEACON[..], &now.to_be_bytes()].concat();
        idle.send(Instant(now), &beacon);
        let packet = idle.poll_packet(Instant(now), LINK, stream(1), usize::MAX);
        bytes += packet.map_or(0, |packet| packet.len() + TRAILER);
    }
    let most = 60 * IDLE_PER_SECOND + IDLE_BURST;
    assert!((bytes as u64) <= most, "{bytes}");
    assert!((bytes as u64) > most * 8 / 10, "{bytes}");
}

#[test]
fn i5_a_packet_waits_for_a_frame_with_room() {
    let mut carrier = carrier();
    carrier.send(Instant(0), &message(2, 2_700));
    let long = FRAME_FRAGMENT + 17 + TRAILER;
    let mut goes = |room| {
        let packet = carrier.poll_packet(Instant(0), LINK, stream(1), room);
        packet.map(<[u8]>::len)
    };
    let short = Some(17 + 600);
    assert_eq!(
        [long - 1, long - 1, long - 1].map(&mut goes),
        [short, short, None],
        "the last fragment is shorter, and goes twice"
    );
    assert_eq!(goes(long), Some(long - TRAILER));
}

#[test]
fn i3_what_waits_is_bounded_in_number_and_time() {
    let mut carrier = carrier();
    for number in 0..100 {
        carrier.send(Instant(0), &message(4, 1_000 + number));
    }
    assert_eq!(carrier.links[&LINK].waiting.len(), MAX_WAITING);
    assert!(carrier.waits(LINK));
    carrier.expire(Instant(4_000));
    assert!(!carrier.waits(LINK));
}

#[test]
fn i6_what_comes_is_bounded_in_memory_and_forgotten_in_time() {
    let mut carrier = InbandCarrier::default();
    for number in 0..8 {
        let link = ConnectionId { page: PAGE, number };
        carrier.open(Instant(0), link);
        for other in 0..32u8 {
            let mut message = vec![7; FRAME_FRAGMENT * 100];
            message[1] = other;
            for packet in &cut_into(&message, FRAME_FRAGMENT)[1..] {
                let _ = carrier.handle_packet(Instant(0), link, packet);
            }
        }
    }
    let held = |carrier: &InbandCarrier| {
        let links = carrier.links.values();
        links.map(|link| link.reassembly.held()).sum::<usize>()
    };
    assert!(held(&carrier) > 0 && held(&carrier) <= MAX_HELD);
    carrier.expire(Instant(10_000));
    assert_eq!(held(&carrier), 0);
}

#[test]
fn i6_a_fragment_that_is_larger_than_they_are_is_refused() {
    let packets = cut(&message(3, FRAME_FRAGMENT + 1));
    let refused = carrier().handle_packet(Instant(0), LINK, &packets[0]);
    assert_eq!(refused, Err(WireError::TooLarge));
}

#[test]
fn a_connection_that_carries_nothing_gives_and_takes_nothing() {
    let mut carrier = carrier();
    carrier.close(LINK);
    carrier.send(Instant(0), &BEACON);
    assert_eq!(sent(&mut carrier, &[1], 0..100), Vec::<Vec<u8>>::new());
    let packet = &cut(&BEACON)[0];
    let refused = carrier.handle_packet(Instant(0), LINK, packet);
    assert_eq!(refused, Err(WireError::NotOurs));
}
