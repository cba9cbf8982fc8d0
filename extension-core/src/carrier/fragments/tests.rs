#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

fn message() -> Vec<u8> {
    (0..FRAGMENT * 2 + 100).map(|n| (n % 251) as u8).collect()
}

/// A message of its own, as long as [`message`].
fn other(number: u8) -> Vec<u8> {
    let mut other = message();
    other[..2].copy_from_slice(&[number, 251]);
    other
}

fn feed(reassembly: &mut Reassembly, packets: &[Vec<u8>]) -> Vec<Option<Vec<u8>>> {
    feed_at(Instant(0), reassembly, packets)
}

fn feed_at(now: Instant, reassembly: &mut Reassembly, packets: &[Vec<u8>]) -> Vec<Option<Vec<u8>>> {
    let packets = packets
        .iter()
        .map(|bytes| Packet::parse(bytes).expect("our own packet"));
    packets
        .map(|packet| reassembly.handle(now, None, packet).expect("within bounds"))
        .collect()
}

#[test]
fn a_message_survives_reordering_and_duplication() {
    let mut packets = cut(&message());
    packets.reverse();
    packets.insert(1, packets[0].clone());
    let results = feed(&mut Reassembly::default(), &packets);
    assert_eq!(results.iter().flatten().count(), 1);
    assert_eq!(results.last(), Some(&Some(message())));
}

#[test]
fn what_was_sent_twice_adds_up() {
    let packets = cut(&message());
    let mut reassembly = Reassembly::default();
    assert_eq!(feed(&mut reassembly, &packets[..1]), [None]);
    assert_eq!(
        feed(&mut reassembly, &packets[1..]),
        [None, Some(message())]
    );
}

#[test]
fn a_fragment_of_a_finished_message_begins_nothing() {
    let packets = cut(&message());
    let mut reassembly = Reassembly::default();
    feed(&mut reassembly, &packets);
    assert_eq!(feed(&mut reassembly, &packets[..1]), [None]);
    assert!(reassembly.partial.is_empty());
    let mut again = |now| {
        let again = Packet::parse(&packets[0]).expect("our own packet");
        reassembly
            .handle(Instant(now), None, again)
            .expect("in bounds");
        reassembly.partial.len()
    };
    assert_eq!([again(249), again(250)], [0, 1]);
}

#[test]
fn w11_of_the_messages_that_were_whole_the_last_sixteen_are_remembered() {
    let mut reassembly = Reassembly::default();
    let messages: Vec<_> = (0..17).map(|number| cut(&other(number))).collect();
    for packets in &messages {
        feed(&mut reassembly, packets);
    }
    feed(&mut reassembly, &messages[1][..1]);
    assert!(reassembly.partial.is_empty());
    feed(&mut reassembly, &messages[0][..1]);
    assert_eq!(reassembly.partial.len(), 1);
}

#[test]
fn w10_a_message_that_is_not_what_its_id_says_is_refused() {
    let mut packets = cut(&message());
    *packets[1].last_mut().expect("bytes") ^= 1;
    let mut reassembly = Reassembly::default();
    let outcomes: Vec<_> = packets
        .iter()
        .map(|bytes| reassembly.handle(Instant(0), None, Packet::parse(bytes).expect("a packet")))
        .collect();
    assert_eq!(outcomes, [Ok(None), Ok(None), Err(WireError::Malformed)]);
}

#[test]
fn an_empty_message_is_one_packet() {
    let results = feed(&mut Reassembly::default(), &cut(&[]));
    assert_eq!(results, [Some(vec![])]);
}

#[test]
fn what_never_completes_is_forgotten() {
    let mut reassembly = Reassembly::default();
    for number in 0..1000u16 {
        let other = [message(), number.to_be_bytes().to_vec()].concat();
        feed(&mut reassembly, &cut(&other)[..1]);
    }
    assert_eq!(reassembly.partial.len(), MAX_PARTIAL);
    let packets = cut(&message());
    let late = Packet::parse(&packets[0]).expect("our own packet");
    reassembly
        .handle(Instant(60_000), None, late)
        .expect("within bounds");
    assert_eq!(reassembly.partial.len(), 1);
}

#[test]
fn w6_of_more_than_eight_that_wait_the_oldest_is_forgotten() {
    let mut reassembly = Reassembly::default();
    let messages: Vec<_> = (0..9).map(|number| cut(&other(number))).collect();
    for (now, packets) in (0..).zip(&messages) {
        feed_at(Instant(now), &mut reassembly, &packets[..1]);
    }
    for (number, packets) in messages.iter().enumerate().rev() {
        let rest = feed_at(Instant(9), &mut reassembly, &packets[1..]);
        assert_eq!(rest[1].is_some(), number > 0, "message {number}");
    }
}

#[test]
fn w6_what_is_not_complete_after_ten_seconds_is_forgotten() {
    let packets = cut(&message());
    let completes = |now| {
        let mut reassembly = Reassembly::default();
        feed(&mut reassembly, &packets[..1]);
        let rest = feed_at(Instant(now), &mut reassembly, &packets[1..]);
        rest[1].is_some()
    };
    assert_eq!([completes(9_999), completes(10_000)], [true, false]);
}

#[test]
fn w4_a_message_over_the_bounds_is_refused_at_its_first_packet() {
    let fat = [0; FRAGMENT + 1];
    let mut reassembly = Reassembly::default();
    let mut first = |count, fragment| {
        let packet = Packet {
            message: MessageId::of(fragment),
            index: 0,
            count,
            fragment,
        };
        let outcome = reassembly.handle(Instant(0), None, packet);
        (outcome, reassembly.partial.len())
    };
    let refused = (Err(WireError::TooLarge), 0);
    assert_eq!(first(u16::MAX, &fat[..10]), refused);
    assert_eq!(first(257, &fat[..10]), refused);
    assert_eq!(first(2, &fat), refused);
    assert_eq!(first(1, &fat), refused);
    assert_eq!(first(256, &fat[1..]), (Ok(None), 1));
}

#[test]
fn w5_fragments_that_disagree_on_how_many_there_are_are_of_two_messages() {
    let packets = cut(&message());
    let mut reassembly = Reassembly::default();
    assert_eq!(feed(&mut reassembly, &packets[..1]), [None]);
    let liar = Packet {
        message: MessageId::of(&message()),
        index: 1,
        count: 5,
        fragment: b"b",
    };
    let apart = reassembly.handle(Instant(0), None, liar);
    assert_eq!(apart, Ok(None));
    let rest = feed(&mut reassembly, &packets[1..]);
    assert_eq!(rest, [None, Some(message())]);
}
