//! PROTOCOL.md's table of what a hostile participant achieves, each row with a peer that does
//! nothing else and stays.

use std::time::Duration;

use sim::{Lie, World};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn assert_fine(world: &World, lie: &str) {
    let (frames, violations) = world.outcome();
    assert_eq!(violations, [], "{lie}");
    assert!(frames > 0, "{lie}: media goes on");
}

#[test]
fn who_stands_where_nobody_is_keeps_people_apart_for_a_while_at_most() {
    for lie in [Lie::Stronger, Lie::Branch, Lie::Borrower, Lie::Tempter] {
        for seed in 0..3 {
            let mut world = World::beside(seed, 3, &[lie]);
            world.live(seconds(20));
            assert!(world.honest_are_together(), "{lie:?}, seed {seed}");
            let before = world.furthest();
            world.live(seconds(20));
            assert!(world.honest_are_together(), "{lie:?}, seed {seed}");
            assert_eq!(
                world.furthest(),
                before,
                "{lie:?}, seed {seed}: nothing moves"
            );
            assert_fine(&world, &format!("{lie:?}, seed {seed}"));
        }
    }
}

#[test]
fn who_lags_for_ever_is_sent_a_commit_now_and_then_and_nobody_else_is() {
    let mut world = World::beside(1, 3, &[Lie::Lag]);
    world.live(seconds(10));
    world.welcome_one_more();
    world.live(seconds(5));
    let (to_it, to_others) = world.commits_within(seconds(6));
    assert!((1..=20).contains(&to_it), "{to_it} in 6 s");
    assert_eq!(to_others, 0);
    assert!(world.honest_are_together());
    assert_fine(&world, "Lag");
}

#[test]
fn a_crowd_that_is_no_member_keeps_people_out_until_it_is_gone() {
    let mut world = World::beside(1, 2, &[Lie::Intruder; 3]);
    world.live(seconds(20));
    world.dismiss();
    world.live(seconds(20));
    assert!(world.honest_are_together());
    assert_fine(&world, "Intruder");
}

#[test]
fn who_seeks_again_and_again_makes_an_epoch_every_two_seconds_at_most() {
    let mut world = World::beside(1, 3, &[Lie::Restless]);
    world.live(seconds(5));
    let before = world.furthest().0;
    world.live(seconds(20));
    let epochs = world.furthest().0 - before;
    assert!((1..=10).contains(&epochs), "{epochs} epochs in 20 s");
    assert_fine(&world, "Restless");
}

#[test]
fn whom_a_member_removes_comes_back() {
    for lie in [Lie::Remover, Lie::Withholder] {
        let mut world = World::beside(2, 3, &[lie]);
        world.live(seconds(23));
        for round in 0..3 {
            assert!(world.honest_are_together(), "{lie:?}, round {round}");
            world.live(seconds(12));
        }
        assert_fine(&world, &format!("{lie:?}"));
    }
}

#[test]
fn a_ghost_is_in_everybodys_list_until_it_is_missed() {
    let mut world = World::beside(3, 3, &[Lie::GhostMaker]);
    world.live(seconds(11));
    assert_eq!(world.strangers(), 1);
    world.live(seconds(2));
    assert!(world.honest_are_together());
    assert_eq!(world.strangers(), 2);
    world.live(seconds(9));
    assert!(world.honest_are_together());
    assert_eq!(world.strangers(), 1);
    assert_fine(&world, "GhostMaker");
}
