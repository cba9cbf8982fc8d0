//! The laws bite: for each, a group or a machine that is broken on purpose, and is caught.

use std::time::Duration;

use sotto_explore::{
    abstract_group::Flaw,
    laws::Law,
    report::Report,
    scenarios::{Kind, Move, NOTHING, Scenario, Start},
    world::Sabotage,
};

/// Somebody joins, somebody leaves, one message may be lost and one participant die.
const BUSY: Scenario = Scenario {
    name: "busy",
    start: Start::Settled(3),
    faults: 1,
    kinds: &[Kind::Lose, Kind::Crash],
    moves: &[Move::Come(3), Move::Leave(0)],
    ..NOTHING
};

/// The first law to be broken ends an exploration; each is explored until its own is.
fn assert_caught(law: Law, scenario: Scenario) {
    let report = Report::until(scenario, law);
    let broken: Vec<_> = report.broken.iter().map(|(name, _)| *name).collect();
    assert!(
        broken.contains(&law.name()),
        "caught only {broken:?} in {} states",
        report.states
    );
}

fn flawed(flaw: Flaw) -> Scenario {
    let flaw = Some(flaw);
    Scenario { flaw, ..BUSY }
}

fn sabotaged(sabotage: Sabotage) -> Scenario {
    let sabotage = Some(sabotage);
    Scenario { sabotage, ..BUSY }
}

#[test]
fn a_joiner_on_anothers_leaf() {
    assert_caught(Law::StandsOnItsOwnLeaf, flawed(Flaw::WrongLeaf));
}

#[test]
fn a_member_that_is_there_twice() {
    assert_caught(Law::MembersAreUnique, flawed(Flaw::RemovesNobody));
}

#[test]
fn somebody_who_is_removed_and_still_there() {
    assert_caught(Law::RemovedStayOut, flawed(Flaw::RemovesNobody));
}

#[test]
fn a_commit_that_names_somebody_twice() {
    assert_caught(Law::TargetsAreUnique, flawed(Flaw::AddsTwice));
}

#[test]
fn an_epoch_that_is_skipped() {
    assert_caught(Law::EpochsAreMonotonic, flawed(Flaw::SkipsAnEpoch));
}

#[test]
fn a_key_package_that_is_used_twice() {
    let four = Scenario {
        start: Start::Together(4),
        faults: 2,
        kinds: &[Kind::Crash],
        moves: &[],
        ..flawed(Flaw::ForgetsHowTheyCame)
    };
    assert_caught(Law::PendingsAreUnique, four);
}

#[test]
fn a_join_without_a_welcome() {
    let four = Scenario {
        start: Start::Together(4),
        sabotage: Some(Sabotage::WelcomesForAll),
        ..flawed(Flaw::AnyWelcome)
    };
    assert_caught(Law::AJoinImpliesAWelcome, four);
}

#[test]
fn a_welcome_without_an_add() {
    assert_caught(
        Law::AWelcomeImpliesAnAdd,
        flawed(Flaw::WelcomesWithoutAdding),
    );
}

#[test]
fn two_member_lists_for_one_epoch() {
    assert_caught(Law::OneEpochOneMemberList, flawed(Flaw::BlindDigest));
}

#[test]
fn keys_for_somebody_who_was_removed() {
    let asleep = Scenario {
        window: Duration::from_secs(2),
        kinds: &[Kind::Sleep],
        moves: &[],
        ..flawed(Flaw::RemovedFollow)
    };
    assert_caught(Law::KeysOnlyForMembers, asleep);
}

#[test]
fn keys_of_an_epoch_of_others() {
    assert_caught(Law::KeysOnlyForMembers, sabotaged(Sabotage::EarlySwitch));
}

#[test]
fn keys_that_are_kept_for_longer_than_ten_seconds() {
    assert_caught(Law::OldKeysAreGone, sabotaged(Sabotage::KeepsKeys));
}

#[test]
fn sealing_for_somebody_who_was_removed() {
    assert_caught(Law::RemovedAreCutOff, sabotaged(Sabotage::NoSwitch));
}

#[test]
fn sealing_with_an_epoch_of_others() {
    assert_caught(Law::SealsOnlyWhatItHolds, sabotaged(Sabotage::EarlySwitch));
}

#[test]
fn a_wish_that_nobody_fulfils() {
    assert_caught(Law::NoPendingsInTheEnd, sabotaged(Sabotage::NoKeyPackages));
}

#[test]
fn a_commit_that_is_lost_for_good() {
    let lost = Scenario {
        kinds: &[Kind::Lose],
        ..sabotaged(Sabotage::NoHealing)
    };
    assert_caught(Law::EqualEpochsInTheEnd, lost);
}

/// A channel of four who are one group dies for good.
fn dead_channel(sabotage: Sabotage) -> Scenario {
    Scenario {
        start: Start::Settled(4),
        kinds: &[Kind::Cut],
        moves: &[],
        window: Duration::from_millis(1500),
        ..sabotaged(sabotage)
    }
}

#[test]
fn a_member_removed_that_others_hear() {
    assert_caught(Law::WhoIsHeardStays, dead_channel(Sabotage::NoPassingOn));
}

#[test]
fn a_group_that_does_not_rest() {
    assert_caught(Law::RestLasts, dead_channel(Sabotage::PassingOnTires));
}

#[test]
fn branches_that_never_meet() {
    let split = Scenario {
        start: Start::Settled(4),
        kinds: &[Kind::Split],
        moves: &[],
        ..sabotaged(Sabotage::NoSurrender)
    };
    assert_caught(Law::OneBranchLivesOn, split.clone());
    assert_caught(Law::AllEndInOneGroup, split);
}
