//! Rooms whose hops lose frames.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const RUNS: u64 = 11;

/// How long a third needs to come to two who are together, over several runs, in order.
fn joins(loses: u64, sends: &[u32]) -> Vec<Duration> {
    let mut took: Vec<_> = (1..=RUNS)
        .map(|dice| {
            let mut room = Room::of(3, Layout::PublishAndSubscribe);
            (room.loses, room.dice) = (loses, Dice(dice));
            room.sends = vec![sends.iter().copied().collect(); 3];
            room.turn_on(0);
            room.turn_on(1);
            room.until_it_stands(&[0, 1]);
            room.run_for(Duration::from_millis(5_000 + dice * 370));
            room.turn_on(2);
            let took = room.until_it_stands(&[0, 1, 2]);
            assert_eq!(room.wrong, 0);
            took
        })
        .collect();
    took.sort();
    took
}

fn median(took: &[Duration]) -> Duration {
    took[took.len() / 2]
}

#[test]
fn i3_with_five_percent_lost_on_each_hop_a_join_takes_three_seconds_at_most_at_the_median() {
    for sends in [&[1, 2][..], &[1]] {
        let took = joins(50, sends);
        assert!(median(&took) <= Duration::from_secs(3), "{took:?}");
    }
}

/// How long each of eight who come one by one needs, over several runs, in order.
fn joins_of_eight(loses: u64) -> Vec<Vec<Duration>> {
    let mut took = vec![Vec::new(); 8];
    for dice in 1..=RUNS {
        let mut room = Room::of(8, Layout::PublishAndSubscribe);
        (room.loses, room.dice) = (loses, Dice(dice));
        for (who, took) in took.iter_mut().enumerate() {
            room.turn_on(who);
            let all: Vec<_> = (0..=who).collect();
            if who > 0 {
                took.push(room.until_it_stands(&all));
            }
            room.run_for(Duration::from_millis(5_000 + dice * 370));
        }
    }
    took.iter_mut().for_each(|took| took.sort());
    took
}

#[test]
fn i3_with_five_percent_lost_on_each_hop_the_eighth_join_takes_three_seconds_at_the_median_too() {
    let took = joins_of_eight(50);
    let medians: Vec<_> = took[1..].iter().map(|took| median(took)).collect();
    let most = medians.iter().max();
    assert!(most <= Some(&Duration::from_secs(3)), "{medians:?}");
}

#[test]
fn i3_with_five_percent_lost_on_each_hop_eight_come_one_by_one_and_stay() {
    let everyone: Vec<_> = (0..8).collect();
    let mut room = Room::of(8, Layout::PublishAndSubscribe);
    room.loses = 50;
    for who in 0..8 {
        room.turn_on(who);
        room.run_for(Duration::from_secs(3));
    }
    room.until_it_stands(&everyone);
    for _ in 0..60 {
        room.run_for(Duration::from_secs(1));
        assert_eq!(room.view(0).members.len(), 8);
    }
    room.until_it_stands(&everyone);
}

#[test]
fn i3_with_a_fifth_lost_on_each_hop_everyone_comes_in_all_the_same() {
    let took = joins(200, &[1, 2]);
    assert!(median(&took) <= Duration::from_secs(5), "{took:?}");
}

#[test]
fn i3_with_a_fifth_lost_on_each_hop_nobody_is_taken_for_gone() {
    let mut room = Room::all_on(3, Layout::PublishAndSubscribe);
    room.until_it_stands(&[0, 1, 2]);
    room.loses = 200;
    for _ in 0..60 {
        room.run_for(Duration::from_secs(1));
        assert_eq!(room.view(0).members.len(), 3);
    }
}
