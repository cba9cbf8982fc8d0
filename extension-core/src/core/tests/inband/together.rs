//! Rooms in which eight turn it on within a second.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const RUNS: u64 = 9;

/// Who goes away in the midst, and when.
#[derive(Clone, Copy)]
struct Leaver {
    who: usize,
    at: u64,
}

/// Each comes at a time of its own within a second. How long it takes until they share one number.
fn meet(loses: u64, dice: u64, leaver: Option<Leaver>) -> (Duration, Room) {
    let mut room = Room::of(8, Layout::PublishAndSubscribe);
    (room.loses, room.dice) = (loses, Dice(dice));
    let mut comes = [0; 8].map(|_| room.dice.roll() % 1_000);
    comes.sort_unstable();
    let mut people: Vec<usize> = (0..8).collect();
    let mut on = 0;
    for at in (0..90_000).step_by(STEP as usize) {
        while comes.get(on).is_some_and(|comes| *comes <= at) {
            room.turn_on(on);
            on += 1;
        }
        if let Some(Leaver { who, .. }) = leaver.filter(|leaver| leaver.at == at) {
            room.turn_off(who);
            room.sends[who].clear();
            people.retain(|one| *one != who);
        }
        let nobody_leaves = leaver.is_none_or(|leaver| leaver.at <= at);
        if on == 8 && nobody_leaves && room.stands(&people) {
            assert_eq!(room.wrong, 0);
            return (Duration::from_millis(at), room);
        }
        room.step();
    }
    panic!("they meet");
}

/// How long it takes over several runs, in order.
fn meetings(loses: u64, leaver: Option<Leaver>) -> Vec<Duration> {
    let mut took: Vec<_> = (1..=RUNS).map(|dice| meet(loses, dice, leaver).0).collect();
    took.sort();
    took
}

fn all_within(took: &[Duration], median: u64, most: u64) {
    assert!(
        took[took.len() / 2] <= Duration::from_secs(median),
        "{took:?}"
    );
    assert!(
        took[took.len() - 1] <= Duration::from_secs(most),
        "{took:?}"
    );
}

#[test]
fn r21_eight_who_begin_at_once_share_one_number_within_ten_seconds() {
    all_within(&meetings(0, None), 7, 10);
    all_within(&meetings(50, None), 8, 20);
}

#[test]
fn r21_one_of_eight_may_leave_in_the_midst() {
    for loses in [0, 50] {
        for at in [1_500, 3_000] {
            all_within(&meetings(loses, Some(Leaver { who: 3, at })), 11, 20);
        }
    }
}

#[test]
fn r21_the_one_of_eight_who_adds_the_others_may_leave_before_its_second_welcome() {
    let (who, at) = (0, 1_500);
    all_within(&meetings(0, Some(Leaver { who, at })), 15, 45);
    all_within(&meetings(50, Some(Leaver { who, at })), 30, 60);
}

/// What a message is, by the fragment that has its beginning.
fn kind(sent: &Sent) -> Option<u8> {
    let codec = Codec::of_mime(sent.mime).expect("a codec");
    let mut scratch = Vec::new();
    let carried = codec.carried(&sent.wire, &mut scratch)?;
    let packet = crate::wire::Packet::parse_any(carried.packet).ok()?;
    (packet.index == 0).then(|| packet.fragment[0])
}

#[test]
fn r12_who_was_alone_adds_others_by_welcomes_alone() {
    let mut room = Room::all_on(8, Layout::PublishAndSubscribe);
    room.until_it_stands(&(0..8).collect::<Vec<_>>());
    let commits = room
        .wire
        .iter()
        .filter(|sent| kind(sent) == Some(4))
        .count();
    assert_eq!(commits, 0, "all were added by one who was alone");
}

#[test]
fn i4_eight_who_begin_at_once_spend_what_they_may() {
    let (took, room) = meet(0, 1, None);
    let mut sent = [0; 8];
    for one in &room.wire {
        sent[one.from] += carried(one).map_or(0, |(bytes, _)| bytes);
    }
    let most = 4_000 + 8 * took.as_millis() as usize;
    assert!(sent.iter().all(|bytes| *bytes <= most), "{sent:?}");
}
