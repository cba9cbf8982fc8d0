use sotto_core::ids::{BranchDigest, Epoch};

use super::*;

fn claim(who: u8, epoch: u64) -> Claim {
    let members = vec![(Leaf(1), PeerId([1; 16])), (Leaf(2), PeerId([2; 16]))];
    Claim {
        peer: PeerId([who; 16]),
        epoch: EpochId {
            group: GroupId([7; 16]),
            epoch: Epoch(epoch),
            branch: BranchDigest([epoch as u8; 8]),
        },
        leaf: Leaf(u32::from(who)),
        members,
        safety: SafetyNumber::of(&[epoch as u8; 32]),
    }
}

/// A checker that saw the first of two enter epoch 5.
fn checker() -> Checker {
    let mut checker = Checker::default();
    assert_eq!(checker.observe(1, claim(1, 5), &[]), Ok(()));
    checker
}

#[test]
fn two_who_agree_are_fine_and_may_go_on() {
    let mut checker = checker();
    assert_eq!(checker.observe(2, claim(2, 5), &[]), Ok(()));
    assert_eq!(checker.observe(2, claim(2, 6), &[]), Ok(()));
    assert!(checker.entered(2, claim(2, 5).epoch) && !checker.entered(1, claim(1, 6).epoch));
}

#[test]
fn who_goes_two_epochs_in_one_step_was_in_the_one_between() {
    let mut checker = checker();
    checker.note_passed(1, claim(1, 6).epoch);
    assert_eq!(checker.observe(1, claim(1, 7), &[]), Ok(()));
    assert!(checker.entered(1, claim(1, 6).epoch));
    assert!(!checker.entered(2, claim(2, 6).epoch) && !checker.entered(1, claim(1, 8).epoch));
}

#[test]
fn another_member_list_in_the_same_state_is_caught() {
    let mut lie = claim(2, 5);
    lie.members.push((Leaf(3), PeerId([3; 16])));
    assert_eq!(checker().observe(2, lie, &[]), Err(Violation::Members(2)));
}

#[test]
fn another_number_in_the_same_state_is_caught() {
    let mut lie = claim(2, 5);
    lie.safety = SafetyNumber::of(&[99; 32]);
    assert_eq!(checker().observe(2, lie, &[]), Err(Violation::Safety(2)));
}

#[test]
fn a_leaf_that_is_somebody_elses_is_caught() {
    let mut lie = claim(2, 5);
    lie.leaf = Leaf(1);
    assert_eq!(checker().observe(2, lie, &[]), Err(Violation::OwnLeaf(2)));
}

#[test]
fn a_member_who_is_there_twice_is_caught() {
    let mut lie = claim(2, 5);
    lie.members.push((Leaf(3), PeerId([2; 16])));
    assert_eq!(checker().observe(2, lie, &[]), Err(Violation::Twice(2)));
}

#[test]
fn going_back_is_caught_but_for_a_welcome_that_was_asked_for() {
    let back = claim(1, 4);
    let group = back.epoch.group;
    let caught = checker().observe(1, back.clone(), &[]);
    assert_eq!(caught, Err(Violation::WentBack(1)));
    assert_eq!(checker().observe(1, back, &[group]), Ok(()));
}

#[test]
fn a_group_that_nobody_sought_is_caught() {
    let mut elsewhere = claim(1, 9);
    elsewhere.epoch.group = GroupId([8; 16]);
    let caught = checker().observe(1, elsewhere, &[]);
    assert_eq!(caught, Err(Violation::Unsought(1)));
}
