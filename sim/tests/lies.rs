//! PROTOCOL.md's table of what a hostile participant achieves, each row with a peer that does
//! nothing else and stays.

use std::time::Duration;

use sim::{Lie, MessageType, World};

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}

fn assert_fine(world: &World, lie: &str) {
    let (frames, violations) = world.outcome();
    assert_eq!(violations, [], "{lie}");
    assert!(frames > 0, "{lie}: media goes on");
}

/// All is well within 20 s of the liar's end.
fn assert_healed(world: &mut World, lie: &str) {
    world.dismiss();
    world.live(seconds(20));
    assert!(world.honest_are_together(), "{lie}");
    assert_fine(world, lie);
}

/// All of the honest's frames are heard in these seconds.
fn assert_all_heard(world: &mut World, span: u64, lie: &str) {
    let media = world.media_within(seconds(span));
    assert!(
        media.sent > 500 && media.heard == media.sent,
        "{lie}: {media:?}"
    );
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
    let (to_it, to_others) = world.messages_within(seconds(6), MessageType::Commit);
    assert!((1..=20).contains(&to_it), "{to_it} in 6 s");
    assert_eq!(to_others, 0);
    assert!(world.honest_are_together());
    assert_fine(&world, "Lag");
}

#[test]
fn a_crowd_that_is_no_member_keeps_people_out_until_it_is_gone() {
    let mut world = World::beside(1, 2, &[Lie::Intruder; 3]);
    world.live(seconds(20));
    assert_healed(&mut world, "Intruder");
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

/// In how many of these seconds the honest are not together.
fn apart_within(world: &mut World, count: u64) -> u64 {
    let mut apart = 0;
    for _ in 0..count {
        world.live(seconds(1));
        apart += u64::from(!world.honest_are_together());
    }
    apart
}

#[test]
fn who_stands_elsewhere_before_each_keeps_two_groups_apart_in_which_media_goes_on() {
    let mut world = World::beside(1, 4, &[Lie::TwoFaced]);
    world.deafen(&[0, 1], &[2, 3]);
    world.live(seconds(10));
    world.reunite();
    assert_eq!(apart_within(&mut world, 5), 5);
    assert_all_heard(&mut world, 15, "TwoFaced");
    assert_healed(&mut world, "TwoFaced");
}

#[test]
fn who_comes_and_goes_on_many_channels_makes_no_more_epochs_than_keys_are_held_of() {
    let mut world = World::beside(1, 3, &[Lie::Fickle; 24]);
    world.live(seconds(5));
    for _ in 0..3 {
        let before = world.furthest().0;
        assert_all_heard(&mut world, 10, "Fickle");
        let epochs = world.furthest().0 - before;
        assert!((4..16).contains(&epochs), "{epochs} epochs in 10 s");
    }
    assert_healed(&mut world, "Fickle");
}

#[test]
fn who_does_not_hear_somebody_is_sent_each_beacon_by_two_however_often_it_says_so() {
    let mut world = World::beside(1, 3, &[Lie::Deaf]);
    world.live(seconds(5));
    let (to_it, to_others) = world.messages_within(seconds(6), MessageType::PassedOn);
    assert!((6..=20).contains(&to_it), "{to_it} in 6 s");
    assert_eq!(to_others, 0);
    assert!(world.honest_are_together());
    assert_fine(&world, "Deaf");
}

/// 0 and 1 don't hear each other, and 2 hears both.
#[test]
fn of_two_who_pass_a_beacon_on_one_may_lie_and_if_both_do_people_go_and_come_back() {
    for liars in [1, 2] {
        let mut world = World::beside(1, 3, &vec![Lie::Mute; liars]);
        world.live(seconds(10));
        assert_eq!(world.strangers(), liars);
        assert!(world.honest_are_together());
        world.deafen(&[0], &[1]);
        let apart = apart_within(&mut world, 40);
        let expected = if liars == 1 { 0..=0 } else { 1..=20 };
        assert!(expected.contains(&apart), "{liars} liars: {apart} s of 40");
        assert_healed(&mut world, "Mute");
    }
}

/// R3: nor does anybody have to wait for its end to come or to go.
#[test]
fn who_commits_as_fast_as_it_can_stops_no_media_and_leaves_nothing_broken() {
    for (lie, least) in [(Lie::Hasty, 8), (Lie::Frantic, 70)] {
        let mut world = World::beside(1, 3, &[lie]);
        world.live(seconds(10));
        let before = world.furthest().0;
        assert_all_heard(&mut world, 10, &format!("{lie:?}"));
        let epochs = world.furthest().0 - before;
        assert!(epochs > least, "{lie:?}: {epochs} epochs in 10 s");
        world.welcome_one_more();
        world.see_off(1);
        world.live(seconds(10));
        assert!(
            world.honest_are_together(),
            "{lie:?}: who came and who went"
        );
        assert_healed(&mut world, &format!("{lie:?}"));
        assert_eq!(world.strangers(), 0, "{lie:?}");
    }
}
