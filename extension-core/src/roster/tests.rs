//! The rules by themselves: beacons and member lists are given, time is a number.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

mod blame;
mod crowds;
mod passing;
mod rooms;

use super::{turns::update_interval, *};
use crate::wire::{Lack, Seek, Unheard};

const HOME: GroupId = GroupId([5; 16]);
const LOWER: GroupId = GroupId([4; 16]);
const HIGHER: GroupId = GroupId([6; 16]);
const PACKAGE: KeyPackageRef = KeyPackageRef([9; 32]);

fn peer(number: u8) -> PeerId {
    PeerId([number; 16])
}

fn standing(group: GroupId, epoch: u64, leaf: u32) -> Standing {
    Standing {
        group,
        epoch: Epoch(epoch),
        digest: BranchDigest([epoch as u8; 8]),
        leaf: Leaf(leaf),
    }
}

/// Us, at a leaf of our home group in epoch 3, with members at leaves 0 and on.
struct Us {
    members: Vec<(Leaf, PeerId)>,
    standing: Standing,
    packages: BTreeSet<(PeerId, KeyPackageRef)>,
    past: Vec<(Epoch, BranchDigest)>,
}

impl Us {
    fn new(own_leaf: u32, members: u8) -> Self {
        let members = (0..members)
            .map(|number| (Leaf(number.into()), peer(number)))
            .collect();
        Self {
            members,
            standing: standing(HOME, 3, own_leaf),
            packages: (0..20).map(|number| (peer(number), PACKAGE)).collect(),
            past: (0..3)
                .map(|epoch| (Epoch(epoch), standing(HOME, epoch, 0).digest))
                .collect(),
        }
    }

    fn ourselves(&self) -> Ourselves<'_> {
        let own = self.standing.leaf;
        let (_, peer) = self.members[own.0 as usize];
        Ourselves {
            peer,
            standing: self.standing,
            since: Instant(0),
            members: &self.members,
            packages: &self.packages,
            past: &self.past,
            renewed: Instant(1_000_000),
        }
    }
}

fn beacon(sequence: u64, standing: Standing) -> Beacon {
    Beacon {
        sequence,
        standing,
        seeks: None,
        presence: Presence::Here,
        company: Company::Together,
        unheard: Unheard::default(),
    }
}

/// Of somebody who is in a group of one.
fn lonely(sequence: u64, standing: Standing) -> Beacon {
    Beacon {
        company: Company::Alone,
        ..beacon(sequence, standing)
    }
}

fn seeking(sequence: u64, standing: Standing, group: GroupId) -> Beacon {
    let seeks = Some(Seek {
        group,
        key_package: PACKAGE,
    });
    Beacon {
        seeks,
        ..beacon(sequence, standing)
    }
}

fn hear_members(roster: &mut Roster, now: Instant, us: &Us, but: &[u8]) {
    for (leaf, id) in &us.members {
        if !but.contains(&id.0[0]) && *leaf != us.standing.leaf {
            let standing = Standing {
                leaf: *leaf,
                ..us.standing
            };
            roster.handle_beacon(now, *id, beacon(now.0 + 1, standing));
        }
    }
}

fn commit(steps: &[Step]) -> Option<(Vec<PeerId>, Vec<u32>)> {
    steps.iter().find_map(|step| match step {
        Step::Commit { add, remove } => Some((
            add.iter().map(|(peer, _)| *peer).collect(),
            remove.iter().map(|leaf| leaf.0).collect(),
        )),
        _ => None,
    })
}

fn seek(steps: &[Step]) -> Option<GroupId> {
    steps.iter().find_map(|step| match step {
        Step::Seek(group) => Some(*group),
        _ => None,
    })
}

fn has_repair(steps: &[Step]) -> bool {
    steps.iter().any(|step| matches!(step, Step::Repair(..)))
}

#[test]
fn r3_joins_and_leaves_that_wait_go_into_one_commit() {
    let us = Us::new(0, 3);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(1000), &us, &[2]);
    for newcomer in [10, 11] {
        let wish = seeking(1, standing(HIGHER, 0, 0), HOME);
        roster.handle_beacon(Instant(1000), peer(newcomer), wish);
    }
    assert_eq!(commit(&roster.decide(Instant(1000), &us.ourselves())), None);
    let steps = roster.decide(Instant(1050), &us.ourselves());
    assert_eq!(commit(&steps), Some((vec![peer(10), peer(11)], vec![2])));
}

#[test]
fn r4_only_the_lowest_leaf_present_commits_and_others_wait_their_turn() {
    let us = Us::new(2, 4);
    let mut roster = Roster::default();
    let mut now = Instant(1000);
    hear_members(&mut roster, now, &us, &[]);
    roster.handle_beacon(now, peer(10), seeking(1, standing(HIGHER, 0, 0), HOME));
    assert_eq!(commit(&roster.decide(now, &us.ourselves())), None);
    now = Instant(1000 + 50 + 2 * 1500 - 1);
    assert_eq!(commit(&roster.decide(now, &us.ourselves())), None);
    now = Instant(1000 + 50 + 2 * 1500);
    assert_eq!(
        commit(&roster.decide(now, &us.ourselves())),
        Some((vec![peer(10)], vec![]))
    );
}

#[test]
fn r4_a_dead_committers_rank_passes_on() {
    let us = Us::new(1, 2);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    assert_eq!(commit(&roster.decide(Instant(4999), &us.ourselves())), None);
    roster.decide(Instant(5000), &us.ourselves());
    let steps = roster.decide(Instant(5050), &us.ourselves());
    assert_eq!(commit(&steps), Some((vec![], vec![0])));
}

#[test]
fn r4_the_designated_committer_is_the_lowest_leaf_that_is_present_and_has_not_given_up() {
    let us = Us::new(2, 4);
    let mut roster = Roster::default();
    let designated = |roster: &Roster, now| roster.designated(Instant(now), &us.ourselves());
    assert_eq!(designated(&roster, 0), Leaf(2), "nobody else was heard");
    hear_members(&mut roster, Instant(0), &us, &[]);
    assert_eq!(designated(&roster, 0), Leaf(0));
    roster.handle_beacon(Instant(10), peer(0), seeking(9, us.standing, HOME));
    assert_eq!(designated(&roster, 10), Leaf(1), "who seeks adds nobody");
    assert_eq!(designated(&roster, 5_000), Leaf(2), "who is silent neither");
}

#[test]
fn r2_a_member_whose_channel_closed_is_given_less_time() {
    let us = Us::new(0, 2);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    roster.handle_link_lost(Instant(0), peer(1));
    for now in [1400, 1499] {
        assert_eq!(commit(&roster.decide(Instant(now), &us.ourselves())), None);
    }
    roster.decide(Instant(1500), &us.ourselves());
    assert!(commit(&roster.decide(Instant(1550), &us.ourselves())).is_some());
}

#[test]
fn r2_who_leaves_with_a_word_is_removed_without_waiting() {
    let us = Us::new(0, 2);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    let goodbye = Beacon {
        presence: Presence::Leaving,
        ..beacon(9, standing(HOME, 3, 1))
    };
    roster.handle_beacon(Instant(10), peer(1), goodbye);
    roster.decide(Instant(10), &us.ourselves());
    assert_eq!(
        commit(&roster.decide(Instant(60), &us.ourselves())),
        Some((vec![], vec![1]))
    );
}

#[test]
fn r5_a_newcomer_does_not_remove_members_that_it_has_not_heard_yet() {
    let us = Us::new(2, 3);
    let mut roster = Roster::default();
    roster.handle_joined(Instant(0), &us.ourselves(), &[]);
    for now in (0..5000).step_by(100) {
        assert_eq!(
            commit(&roster.decide(Instant(now), &us.ourselves())),
            None,
            "{now} ms"
        );
    }
    roster.decide(Instant(5000), &us.ourselves());
    assert!(commit(&roster.decide(Instant(5050), &us.ourselves())).is_some());
}

#[test]
fn a_member_that_seeks_again_is_removed_and_added_in_one_commit() {
    let us = Us::new(0, 3);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    roster.handle_beacon(Instant(0), peer(1), seeking(9, standing(HOME, 2, 1), HOME));
    roster.decide(Instant(0), &us.ourselves());
    let steps = roster.decide(Instant(50), &us.ourselves());
    assert_eq!(commit(&steps), Some((vec![peer(1)], vec![1])));
}

#[test]
fn a_key_package_that_was_used_is_not_used_again() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    roster.handle_beacon(
        Instant(0),
        peer(10),
        seeking(1, standing(HIGHER, 0, 0), HOME),
    );
    roster.handle_added(Instant(0), peer(10), PACKAGE, peer(0));
    roster.decide(Instant(0), &us.ourselves());
    assert_eq!(commit(&roster.decide(Instant(100), &us.ourselves())), None);
}

#[test]
fn r11_nobody_is_added_again_within_two_seconds() {
    let mut us = Us::new(0, 2);
    let mut roster = Roster::default();
    roster.handle_added(Instant(0), peer(1), KeyPackageRef([8; 32]), peer(0));
    let again = seeking(1, standing(HOME, 2, 1), HOME);
    roster.handle_beacon(Instant(10), peer(1), again);
    us.packages.insert((peer(1), PACKAGE));
    for now in (10..2000).step_by(10) {
        let steps = roster.decide(Instant(now), &us.ourselves());
        assert_eq!(commit(&steps), None, "{now} ms");
    }
    roster.decide(Instant(2000), &us.ourselves());
    let steps = roster.decide(Instant(2050), &us.ourselves());
    assert_eq!(commit(&steps), Some((vec![peer(1)], vec![1])));
}

#[test]
fn a_wish_without_a_key_package_makes_nobody_overdue() {
    let mut us = Us::new(1, 2);
    us.packages.clear();
    let mut roster = Roster::default();
    for now in (0..20_000).step_by(1000) {
        hear_members(&mut roster, Instant(now), &us, &[]);
        let wish = seeking(now + 1, standing(HIGHER, 0, 0), HOME);
        roster.handle_beacon(Instant(now), peer(10), wish);
        assert_eq!(commit(&roster.decide(Instant(now), &us.ourselves())), None);
    }
    us.packages.insert((peer(10), PACKAGE));
    assert_eq!(
        commit(&roster.decide(Instant(19_500), &us.ourselves())),
        None
    );
}

#[test]
fn r7_a_member_beyond_repair_does_not_keep_the_others_from_it() {
    let mut us = Us::new(0, 3);
    us.past.retain(|(epoch, _)| *epoch == Epoch(2));
    let mut roster = Roster::default();
    roster.handle_beacon(Instant(0), peer(1), beacon(1, standing(HOME, 0, 1)));
    roster.handle_beacon(Instant(0), peer(2), beacon(1, standing(HOME, 2, 2)));
    let steps = roster.decide(Instant(400), &us.ourselves());
    let lagging = BTreeSet::from([peer(2)]);
    assert!(steps.contains(&Step::Repair(Epoch(2), lagging)));
}

/// Somebody stands where it says at each second; when we seek anything, in seconds.
fn seeks_of(us: &Us, seconds: u64, stands: impl Fn(u64) -> Standing) -> Vec<u64> {
    let mut roster = Roster::default();
    let mut seeks = |second: u64| {
        let now = Instant(second * 1000);
        roster.handle_beacon(now, peer(10), beacon(second + 1, stands(second)));
        seek(&roster.decide(now, &us.ourselves())).is_some()
    };
    (0..seconds).filter(|second| seeks(*second)).collect()
}

fn spans(spans: &[(u64, u64)]) -> Vec<u64> {
    spans.iter().flat_map(|(from, to)| *from..*to).collect()
}

#[test]
fn r17_who_is_sought_in_vain_is_left_out_for_longer_each_time() {
    let seeks = seeks_of(&Us::new(0, 1), 170, |_| standing(LOWER, 9, 0));
    let growing = [(0, 8), (13, 21), (31, 39), (59, 67)];
    let at_most_40_s = [(107, 115), (155, 163)];
    assert_eq!(seeks, spans(&[&growing[..], &at_most_40_s].concat()));
}

#[test]
fn r17_who_stands_elsewhere_each_time_gains_nothing() {
    let hops = |second| GroupId([second as u8 + 100; 16]);
    let seeks = seeks_of(&Us::new(0, 1), 40, |at| standing(hops(at), u64::MAX, 0));
    assert_eq!(seeks, spans(&[(0, 8), (13, 21), (31, 39)]));
}

#[test]
fn r17_who_pauses_in_between_gains_nothing() {
    let now_and_then = |second| [LOWER, HOME][second as usize / 4 % 2];
    let seeks = seeks_of(&Us::new(0, 1), 28, |at| standing(now_and_then(at), 3, 0));
    assert_eq!(seeks, spans(&[(0, 4), (8, 12), (17, 20), (24, 28)]));
}

#[test]
fn r17_only_those_are_left_out_who_made_a_group_look_better() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    for second in 0..9 {
        let now = Instant(second * 1000);
        let honest = beacon(second + 1, standing(LOWER, 3, 0));
        roster.handle_beacon(now, peer(10), honest);
        roster.handle_beacon(now, peer(11), beacon(second + 1, standing(LOWER, 9, 0)));
        roster.decide(now, &us.ourselves());
    }
    assert!(roster.shunned.is_shunned(Instant(8000), peer(11)));
    assert!(!roster.shunned.is_shunned(Instant(8000), peer(10)));
}

#[test]
fn r17_whose_group_we_joined_is_forgiven() {
    let us = Us::new(0, 2);
    let mut roster = Roster::default();
    roster.shunned.seek_for(BTreeSet::from([peer(1)]));
    roster.shunned.count(Instant(9000), WASTE);
    assert!(roster.shunned.is_shunned(Instant(9000), peer(1)));
    roster.handle_joined(Instant(9000), &us.ourselves(), &[]);
    assert!(!roster.shunned.is_shunned(Instant(9000), peer(1)));
}

#[test]
fn whoever_seeks_still_removes_who_is_gone() {
    let us = Us::new(0, 2);
    let mut roster = Roster::default();
    for other in [10, 11, 12] {
        roster.handle_beacon(Instant(9000), peer(other), beacon(1, standing(LOWER, 3, 0)));
    }
    roster.decide(Instant(9000), &us.ourselves());
    let steps = roster.decide(Instant(9050), &us.ourselves());
    assert_eq!(
        (seek(&steps), commit(&steps)),
        (Some(LOWER), Some((vec![], vec![1])))
    );
}

#[test]
fn r8_of_equal_groups_the_one_that_has_come_furthest_stays() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    roster.handle_beacon(Instant(0), peer(10), lonely(1, standing(LOWER, 0, 0)));
    assert_eq!(seek(&roster.decide(Instant(0), &us.ourselves())), None);
    roster.handle_beacon(Instant(1), peer(10), lonely(2, standing(LOWER, 4, 0)));
    assert_eq!(
        seek(&roster.decide(Instant(1), &us.ourselves())),
        Some(LOWER)
    );
}

#[test]
fn r8_the_larger_group_stays_and_of_equals_the_lower_id() {
    let alone = Us::new(0, 1);
    for (other, outcome) in [(LOWER, Some(LOWER)), (HIGHER, None)] {
        let mut roster = Roster::default();
        roster.handle_beacon(Instant(0), peer(10), lonely(1, standing(other, 3, 0)));
        assert_eq!(
            seek(&roster.decide(Instant(0), &alone.ourselves())),
            outcome
        );
        roster.handle_beacon(Instant(0), peer(11), lonely(1, standing(other, 0, 1)));
        assert_eq!(
            seek(&roster.decide(Instant(0), &alone.ourselves())),
            Some(other)
        );
    }
}

#[test]
fn r8_who_seeks_another_group_commits_nothing() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    roster.handle_beacon(Instant(0), peer(10), beacon(1, standing(LOWER, 3, 0)));
    roster.handle_beacon(
        Instant(0),
        peer(11),
        seeking(1, standing(HIGHER, 0, 0), HOME),
    );
    roster.decide(Instant(0), &us.ourselves());
    let steps = roster.decide(Instant(1000), &us.ourselves());
    assert_eq!((seek(&steps), commit(&steps)), (Some(LOWER), None));
}

#[test]
fn r6_the_weaker_branch_gives_up_after_a_grace() {
    let us = Us::new(0, 3);
    // An epoch that we know too, with another digest; and one that may yet be sent to us.
    for (epoch, grace) in [(3, 500), (4, 3000)] {
        let mut roster = Roster::default();
        let fork = |leaf| Standing {
            digest: BranchDigest([0xff; 8]),
            ..standing(HOME, epoch, leaf)
        };
        for member in [1, 2] {
            roster.handle_beacon(Instant(100), peer(member), beacon(1, fork(member.into())));
        }
        let early = roster.decide(Instant(99 + grace), &us.ourselves());
        assert_eq!(seek(&early), None);
        let late = roster.decide(Instant(100 + grace), &us.ourselves());
        assert_eq!(seek(&late), Some(HOME));
    }
}

#[test]
fn r9_another_sends_the_welcome_again_once_its_sender_is_gone_or_in_vain() {
    let us = Us::new(1, 2);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    roster.handle_added(Instant(0), peer(10), PACKAGE, peer(0));
    for now in [0, 1500] {
        let wish = seeking(now + 1, standing(HIGHER, 0, 0), HOME);
        roster.handle_beacon(Instant(now), peer(10), wish);
    }
    let rewelcomes = |mut roster: Roster, now| {
        let steps = roster.decide(Instant(now), &us.ourselves());
        steps.contains(&Step::Rewelcome(peer(10)))
    };
    assert!(!rewelcomes(roster.clone(), 1999));
    assert!(rewelcomes(roster.clone(), 2000));
    roster.handle_link_lost(Instant(0), peer(0));
    assert!(rewelcomes(roster, 1500));
}

#[test]
fn r7_who_was_removed_is_sent_the_commit_that_did_it() {
    let us = Us::new(0, 2);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    roster.handle_beacon(Instant(0), peer(10), beacon(1, standing(HOME, 1, 7)));
    let steps = roster.decide(Instant(300), &us.ourselves());
    let removed = BTreeSet::from([peer(10)]);
    assert!(steps.contains(&Step::Repair(Epoch(1), removed)));
}

#[test]
fn r7_another_branch_is_not_sent_what_it_cannot_use() {
    let us = Us::new(0, 2);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    let fork = Standing {
        digest: BranchDigest([0xff; 8]),
        ..standing(HOME, 1, 7)
    };
    roster.handle_beacon(Instant(0), peer(10), beacon(1, fork));
    assert!(!has_repair(&roster.decide(Instant(1000), &us.ourselves())));
}

/// In an idle group of three, when each would renew its leaf, in ms, having seen these renew
/// theirs in turn.
fn update_times(renewed: [u8; 3]) -> Vec<u64> {
    let due = |own_leaf| {
        let mut us = Us::new(own_leaf, 3);
        us.standing.digest = BranchDigest([0; 8]);
        let ours = |us: &Us| us.ourselves().renewed.0;
        let since = ours(&us);
        let mut roster = Roster::default();
        for (epoch, member) in (0..).zip(renewed) {
            roster.handle_renewed(peer(member), Epoch(epoch));
        }
        let due = |now: &u64| {
            hear_members(&mut roster, Instant(*now), &us, &[]);
            roster
                .decide(Instant(*now), &us.ourselves())
                .contains(&Step::Update)
        };
        (since..since + 100_000)
            .step_by(50)
            .find(due)
            .expect("its turn")
            - since
    };
    (0..3).map(due).collect()
}

#[test]
fn r18_whoever_has_the_oldest_leaf_renews_it_first() {
    assert_eq!(update_times([0, 1, 2]), [48_000, 49_650, 51_300]);
    assert_eq!(update_times([1, 2, 0]), [51_000, 48_150, 49_800]);
}

/// Everyone's roster in a group that renews in turn while people come and go; for how many turns
/// anybody waited at most.
fn longest_wait(turns: u64, members: u8, comes_and_goes: impl Fn(u64) -> bool) -> u64 {
    let mut people: BTreeMap<u8, (Roster, u64)> = BTreeMap::new();
    let mut next = members;
    for number in 0..members {
        people.insert(number, (Roster::default(), 0));
    }
    let mut longest = 0;
    for epoch in 1..turns {
        if comes_and_goes(epoch) {
            let last = *people.keys().next_back().expect("somebody");
            people.remove(&last);
            let mut newcomer = Roster::default();
            newcomer.handle_renewed(peer(next), Epoch(epoch));
            for (roster, _) in people.values_mut() {
                roster.handle_renewed(peer(next), Epoch(epoch));
            }
            people.insert(next, (newcomer, epoch));
            next += 1;
        }
        let list: Vec<(Leaf, PeerId)> = (0..)
            .map(Leaf)
            .zip(people.keys().map(|it| peer(*it)))
            .collect();
        let turn = |number: &u8, roster: &Roster| {
            let leaf = list.iter().find(|(_, it)| *it == peer(*number));
            let mut us = Us::new(0, 1);
            us.members.clone_from(&list);
            us.standing.leaf = leaf.expect("a member").0;
            let mut roster = roster.clone();
            hear_members(&mut roster, Instant(0), &us, &[]);
            roster.turns(Instant(0), &us.ourselves()).turn
        };
        let first = people
            .iter()
            .min_by_key(|(id, (roster, _))| turn(id, roster));
        let first = *first.expect("somebody").0;
        for (roster, _) in people.values_mut() {
            roster.handle_renewed(peer(first), Epoch(epoch));
        }
        let since = &mut people.get_mut(&first).expect("a member").1;
        longest = longest.max(epoch - *since);
        *since = epoch;
    }
    longest
}

#[test]
fn r18_nobody_waits_for_longer_than_there_are_members_whoever_comes_and_goes() {
    assert!(longest_wait(60, 6, |_| false) <= 6);
    assert!(longest_wait(60, 6, |epoch| epoch % 3 == 0) <= 6);
}

#[test]
fn r18_who_came_by_one_welcome_takes_turns_by_leaf() {
    let turn = |own_leaf: u32| {
        let us = Us::new(own_leaf, 20);
        let mut roster = Roster::default();
        for (leaf, id) in &us.members[12..] {
            let lone = standing(LOWER, 0, leaf.0);
            roster.handle_beacon(Instant(0), *id, seeking(0, lone, HOME));
        }
        roster.handle_joined(Instant(0), &us.ourselves(), &[PACKAGE]);
        hear_members(&mut roster, Instant(0), &us, &[]);
        roster.turns(Instant(0), &us.ourselves()).turn
    };
    assert_eq!([12, 13, 19].map(turn), [12, 13, 19]);
}

#[test]
fn r18_the_more_members_the_more_often_somebody_renews() {
    let millis = |members| update_interval(members).as_millis();
    assert_eq!(
        [2, 10, 40, 1000].map(millis),
        [48_000, 48_000, 12_000, 4800]
    );
}

#[test]
fn r18_up_to_a_hundred_all_have_renewed_within_ten_minutes() {
    for members in 1..=100 {
        let with_jitter = update_interval(members) * 5 / 4;
        assert!(
            with_jitter * members as u32 <= Duration::from_secs(600),
            "{members}"
        );
    }
}

#[test]
fn r19_who_slept_takes_nobody_for_dead() {
    let us = Us::new(0, 3);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[]);
    roster.handle_sleep(Duration::from_secs(15));
    roster.decide(Instant(15_000), &us.ourselves());
    let steps = roster.decide(Instant(15_060), &us.ourselves());
    assert_eq!(commit(&steps), None);
}

#[test]
fn r1_in_a_crowd_everyone_speaks_more_seldom() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    for number in 0..250u32 {
        let mut id = [7; 16];
        id[..4].copy_from_slice(&number.to_be_bytes());
        roster.handle_beacon(Instant(0), PeerId(id), beacon(1, standing(HOME, 3, 1)));
    }
    assert_eq!(roster.beacon_interval(), Duration::from_secs(1));
    roster.decide(Instant(0), &us.ourselves());
    assert_eq!(roster.beacon_interval(), Duration::from_secs(3));
    assert_eq!(roster.live(Instant(14_999)).count(), 250);
    assert_eq!(roster.live(Instant(15_000)).count(), 0);
}

#[test]
fn r6_the_stronger_branch_stays() {
    let us = Us::new(0, 3);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(100), &us, &[2]);
    let fork = Standing {
        digest: BranchDigest([0xff; 8]),
        ..standing(HOME, 3, 2)
    };
    roster.handle_beacon(Instant(100), peer(2), beacon(1, fork));
    assert_eq!(seek(&roster.decide(Instant(4000), &us.ourselves())), None);
}

#[test]
fn r6_a_commit_of_ours_that_is_still_on_its_way_is_no_fork() {
    let us = Us::new(0, 3);
    let mut roster = Roster::default();
    let now = Instant(60_000);
    for member in [1, 2] {
        roster.handle_beacon(
            now,
            peer(member),
            beacon(1, standing(HOME, 2, member.into())),
        );
    }
    let ours = Ourselves {
        since: now,
        ..us.ourselves()
    };
    assert_eq!(seek(&roster.decide(now, &ours)), None);
    assert_eq!(seek(&roster.decide(Instant(62_999), &ours)), None);
}

#[test]
fn r7_a_member_that_lags_is_sent_the_commit_by_the_lowest_leaf_that_can() {
    let lagging = |us: &Us| {
        let mut roster = Roster::default();
        hear_members(&mut roster, Instant(0), us, &[2]);
        roster.handle_beacon(Instant(0), peer(2), beacon(1, standing(HOME, 2, 2)));
        roster
    };
    let (first, second) = (Us::new(0, 3), Us::new(1, 3));
    let mut roster = lagging(&first);
    assert!(!has_repair(
        &roster.decide(Instant(299), &first.ourselves())
    ));
    assert!(has_repair(&roster.decide(Instant(300), &first.ourselves())));
    assert!(!has_repair(
        &roster.decide(Instant(301), &first.ourselves())
    ));
    assert!(has_repair(&roster.decide(Instant(600), &first.ourselves())));
    assert!(!has_repair(
        &lagging(&second).decide(Instant(600), &second.ourselves())
    ));
}

#[test]
fn r9_a_welcome_that_was_lost_is_sent_again() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    roster.handle_beacon(
        Instant(0),
        peer(10),
        seeking(1, standing(HIGHER, 0, 0), HOME),
    );
    roster.handle_added(Instant(0), peer(10), PACKAGE, peer(0));
    assert!(
        !roster
            .decide(Instant(999), &us.ourselves())
            .contains(&Step::Rewelcome(peer(10)))
    );
    assert!(
        roster
            .decide(Instant(1000), &us.ourselves())
            .contains(&Step::Rewelcome(peer(10)))
    );
    assert!(
        !roster
            .decide(Instant(1001), &us.ourselves())
            .contains(&Step::Rewelcome(peer(10)))
    );
}

#[test]
fn an_old_beacon_played_again_says_nothing() {
    let mut roster = Roster::default();
    let old = beacon(5, standing(HOME, 1, 1));
    assert_eq!(
        roster.handle_beacon(Instant(0), peer(1), old.clone()),
        News::Newcomer
    );
    assert_eq!(
        roster.handle_beacon(Instant(1), peer(1), old.clone()),
        News::Stale
    );
    let new = beacon(6, standing(HOME, 2, 1));
    assert_eq!(
        roster.handle_beacon(Instant(2), peer(1), new),
        News::Changed
    );
    assert_eq!(
        roster.handle_beacon(Instant(3), peer(1), old.clone()),
        News::Stale
    );
    assert_eq!(
        roster.handle_beacon(Instant(9000), peer(1), old.clone()),
        News::Stale
    );
    assert_eq!(roster.live(Instant(9000)).count(), 0);
}

#[test]
fn strangers_are_bounded_and_the_dead_make_room() {
    let mut roster = Roster::default();
    let id = |number: u32| {
        let mut bytes = [0; 16];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        PeerId(bytes)
    };
    for number in 0..2000 {
        roster.handle_beacon(Instant(0), id(number), beacon(1, standing(HOME, 1, 1)));
    }
    assert_eq!(roster.live(Instant(1)).count(), MAX_PEERS);
    let late = roster.handle_beacon(Instant(6000), id(5000), beacon(1, standing(HOME, 1, 1)));
    assert_eq!(late, News::Newcomer);
}

#[test]
fn a_wait_never_lies_in_the_past() {
    let us = Us::new(1, 4);
    let mut roster = Roster::default();
    hear_members(&mut roster, Instant(0), &us, &[3]);
    for now in (0..20_000).step_by(37) {
        let steps = roster.decide(Instant(now), &us.ourselves());
        let Some(Step::Wait(until)) = steps.last() else {
            panic!("the last step is the wait")
        };
        assert!(until.is_none_or(|until| until > Instant(now)));
    }
}

/// When we would commit somebody's join, in ms, if nobody else does.
fn commits_at(roster: &mut Roster, us: &Us, mut each: impl FnMut(&mut Roster, u64)) -> u64 {
    let due = |now: &u64| {
        each(roster, *now);
        commit(&roster.decide(Instant(*now), &us.ourselves())).is_some()
    };
    (0..60_000).step_by(50).find(due).expect("in the end")
}

#[test]
fn r4_whoever_can_add_nobody_keeps_nobody_waiting() {
    let us = Us::new(3, 7);
    let mut roster = Roster::default();
    let fork = |leaf| Standing {
        digest: BranchDigest([0xff; 8]),
        ..standing(HOME, 3, leaf)
    };
    let at = commits_at(&mut roster, &us, |roster, now| {
        hear_members(roster, Instant(now), &us, &[0, 1, 2]);
        for lost in 0..3u8 {
            let wish = seeking(now + 1, fork(lost.into()), HOME);
            roster.handle_beacon(Instant(now), peer(lost), wish);
        }
    });
    assert_eq!(at, 50);
}

#[test]
fn r4_a_wish_has_waited_since_it_was_first_heard_whatever_its_key_package() {
    let mut us = Us::new(3, 4);
    us.packages = (0..4)
        .map(|turn| (peer(10), KeyPackageRef([turn; 32])))
        .collect();
    let mut roster = Roster::default();
    let at = commits_at(&mut roster, &us, |roster, now| {
        hear_members(roster, Instant(now), &us, &[]);
        let wish = Seek {
            group: HOME,
            key_package: KeyPackageRef([(now / 4000) as u8; 32]),
        };
        let seeks = Some(wish);
        let beacon = Beacon {
            seeks,
            ..beacon(now + 1, standing(HIGHER, 0, 0))
        };
        roster.handle_beacon(Instant(now), peer(10), beacon);
    });
    assert_eq!(at, 50 + 3 * 1500);
}

#[test]
fn anothers_key_package_adds_nobody_and_makes_nobody_overdue() {
    let mut us = Us::new(0, 1);
    us.packages = BTreeSet::from([(peer(11), PACKAGE)]);
    let mut roster = Roster::default();
    let wish = seeking(1, standing(HIGHER, 0, 0), HOME);
    roster.handle_beacon(Instant(0), peer(10), wish);
    roster.decide(Instant(0), &us.ourselves());
    let steps = roster.decide(Instant(1000), &us.ourselves());
    assert_eq!((commit(&steps), roster.pending()), (None, 0));
}

#[test]
fn who_has_said_goodbye_does_not_come_back() {
    let mut roster = Roster::default();
    let here = |sequence| beacon(sequence, standing(HOME, 3, 1));
    let goodbye = Beacon {
        presence: Presence::Leaving,
        ..here(2)
    };
    roster.handle_beacon(Instant(0), peer(1), here(1));
    roster.handle_beacon(Instant(0), peer(1), goodbye);
    assert_eq!(
        roster.handle_beacon(Instant(1), peer(1), here(3)),
        News::Stale
    );
    assert_eq!(roster.live(Instant(1)).count(), 0);
}

#[test]
fn r7_each_epoch_is_repaired_at_its_own_pace_and_for_those_who_lack_it() {
    let us = Us::new(0, 3);
    let mut roster = Roster::default();
    let mut repaired = BTreeMap::new();
    for now in (0..3000).step_by(50) {
        for (lagging, epoch) in [(1, 0), (2, 2)] {
            let lags = beacon(now + 1, standing(HOME, epoch, u32::from(lagging)));
            roster.handle_beacon(Instant(now), peer(lagging), lags);
        }
        for step in roster.decide(Instant(now), &us.ourselves()) {
            if let Step::Repair(epoch, who) = step {
                assert_eq!(who.len(), 1);
                *repaired.entry(epoch).or_insert(0) += 1;
            }
        }
    }
    assert_eq!(repaired, BTreeMap::from([(Epoch(0), 9), (Epoch(2), 9)]));
}

#[test]
fn r9_all_who_wait_are_served_at_once() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    for newcomer in 10..15 {
        let wish = seeking(1, standing(HIGHER, 0, 0), HOME);
        roster.handle_beacon(Instant(0), peer(newcomer), wish);
        roster.handle_added(Instant(0), peer(newcomer), PACKAGE, peer(0));
    }
    let steps = roster.decide(Instant(1000), &us.ourselves());
    let served = steps
        .iter()
        .filter(|step| matches!(step, Step::Rewelcome(_)));
    assert_eq!(served.count(), 5);
}

/// Us, who hear all members but these of a group of four, of whom each hears all but those.
fn hears_but(us: &Us, unheard: &[(u8, &[u8])], silent: &[u8]) -> Roster {
    let mut roster = Roster::default();
    let now = Instant(10_000);
    for (leaf, id) in us
        .members
        .iter()
        .filter(|(leaf, _)| *leaf != us.standing.leaf)
    {
        let lacks = unheard.iter().find(|(who, _)| peer(*who) == *id);
        let lacks = lacks.map_or(&[][..], |(_, lacks)| lacks).iter();
        let lacks = lacks.map(|who| Lack {
            peer: peer(*who),
            sequence: 5,
        });
        let place = Standing {
            leaf: *leaf,
            ..us.standing
        };
        let said = Beacon {
            unheard: Unheard::of(lacks),
            ..beacon(7, place)
        };
        if !silent.contains(&id.0[0]) {
            roster.handle_beacon(now, *id, said);
        }
    }
    roster
}

#[test]
fn r20_who_is_not_heard_for_two_seconds_is_asked_for() {
    let us = Us::new(0, 3);
    let mut roster = hears_but(&us, &[], &[]);
    let asked = |roster: &Roster, now| {
        let unheard = roster.unheard(Instant(now), &us.ourselves());
        unheard
            .lacks()
            .iter()
            .map(|it| (it.peer, it.sequence))
            .collect::<Vec<_>>()
    };
    assert_eq!(asked(&roster, 11_999), []);
    roster.handle_beacon(Instant(11_999), peer(2), beacon(8, standing(HOME, 3, 2)));
    assert_eq!(asked(&roster, 12_000), [(peer(1), 7)]);
    roster.handle_passed_on(Instant(12_000), peer(1), beacon(9, standing(HOME, 3, 1)));
    assert_eq!(asked(&roster, 12_001), [(peer(1), 9)]);
    assert!(roster.is_live(Instant(16_999), peer(1)));
    roster.handle_beacon(Instant(12_002), peer(1), beacon(9, standing(HOME, 3, 1)));
    assert_eq!(asked(&roster, 12_002), []);
    roster.handle_link_lost(Instant(12_003), peer(1));
    assert_eq!(asked(&roster, 12_003), [(peer(1), 9)]);
}

#[test]
fn r20_two_pass_on_what_somebody_does_not_hear_if_they_hear_both() {
    let passes = |own_leaf| {
        let us = Us::new(own_leaf, 5);
        let mut roster = hears_but(&us, &[(4, &[1, 0])], &[]);
        roster.passes(Instant(10_000), &us.ourselves(), peer(4))
    };
    assert_eq!(passes(0), []);
    assert_eq!(passes(2), [(peer(0), peer(4)), (peer(1), peer(4))]);
    assert_eq!(passes(3), [(peer(0), peer(4)), (peer(1), peer(4))]);
}

#[test]
fn r20_a_new_beacon_is_passed_on_at_once_and_an_old_one_never() {
    let us = Us::new(2, 4);
    let mut roster = hears_but(&us, &[(3, &[0])], &[]);
    let now = Instant(10_001);
    let has_it = Beacon {
        unheard: Unheard::of([Lack {
            peer: peer(0),
            sequence: 7,
        }]),
        ..beacon(8, standing(HOME, 3, 3))
    };
    let mut told = roster.clone();
    told.handle_beacon(now, peer(3), has_it);
    assert_eq!(told.passes(now, &us.ourselves(), peer(0)), []);
    let passes = roster.passes(now, &us.ourselves(), peer(0));
    assert_eq!(passes, [(peer(0), peer(3))]);
}

#[test]
fn r20_nothing_is_passed_on_twice_to_who_says_that_it_lacks_all() {
    let us = Us::new(2, 4);
    let mut roster = hears_but(&us, &[(3, &[0])], &[]);
    let now = Instant(10_001);
    let mut asks = |sequence| {
        let lacks = Lack {
            peer: peer(0),
            sequence: 0,
        };
        let asker = Beacon {
            unheard: Unheard::of([lacks]),
            ..beacon(sequence, standing(HOME, 3, 3))
        };
        roster.handle_beacon(now, peer(3), asker);
        if sequence == 20 {
            roster.handle_beacon(now, peer(0), beacon(8, standing(HOME, 3, 0)));
        }
        roster.passes(now, &us.ourselves(), peer(3)).len()
    };
    let passed: Vec<usize> = (8..30).map(&mut asks).collect();
    let once_each = (8..30).map(|sequence| usize::from([8, 20].contains(&sequence)));
    assert_eq!(passed, once_each.collect::<Vec<_>>());
}

#[test]
fn r7_who_does_not_hear_the_lowest_leaf_is_repaired_by_the_next() {
    let repairs = |own_leaf, unheard: &[u8]| {
        let us = Us::new(own_leaf, 4);
        let mut roster = hears_but(&us, &[], &[3]);
        let lacks = unheard.iter().map(|who| Lack {
            peer: peer(*who),
            sequence: 7,
        });
        let lags = Beacon {
            unheard: Unheard::of(lacks),
            ..beacon(1, standing(HOME, 2, 3))
        };
        roster.handle_beacon(Instant(10_000), peer(3), lags);
        has_repair(&roster.decide(Instant(10_300), &us.ourselves()))
    };
    assert_eq!(
        [0, 1, 2].map(|leaf| repairs(leaf, &[])),
        [true, false, false]
    );
    assert_eq!(
        [0, 1, 2].map(|leaf| repairs(leaf, &[0])),
        [false, true, false]
    );
}

#[test]
fn r8_of_equals_whoever_is_alone_goes() {
    let us = Us::new(0, 1);
    let mut roster = Roster::default();
    roster.handle_beacon(Instant(0), peer(10), beacon(1, standing(HIGHER, 1, 0)));
    assert_eq!(
        seek(&roster.decide(Instant(0), &us.ourselves())),
        Some(HIGHER)
    );
}

#[test]
fn r3_a_member_that_makes_epoch_after_epoch_keeps_nobody_waiting() {
    let commits_in = |own_leaf| {
        let mut us = Us::new(own_leaf, 3);
        let mut roster = Roster::default();
        let mut epochs = (0..60).map(|n| Instant(n * 300));
        epochs.find(|now| {
            us.standing.epoch = Epoch(us.standing.epoch.0 + 1);
            roster.handle_epoch(*now, &us.members);
            hear_members(&mut roster, *now, &us, &[]);
            if *now >= Instant(1_200) {
                let wish = seeking(now.0, standing(HIGHER, 0, 0), HOME);
                roster.handle_beacon(*now, peer(10), wish);
            }
            let mut commits_at = |at| commit(&roster.decide(at, &us.ourselves())).is_some();
            commits_at(*now) || commits_at(*now + BATCH)
        })
    };
    assert_eq!(commits_in(0), Some(Instant(2_400)));
    assert_eq!(commits_in(1), None);
}

#[test]
fn r3_in_a_group_that_moves_fast_joins_wait_for_each_other() {
    let us = Us::new(0, 2);
    let mut roster = Roster::default();
    for epoch in 0..4 {
        roster.handle_epoch(Instant(epoch * 100), &us.members);
    }
    hear_members(&mut roster, Instant(300), &us, &[]);
    roster.handle_beacon(
        Instant(300),
        peer(10),
        seeking(1, standing(HIGHER, 0, 0), HOME),
    );
    roster.decide(Instant(300), &us.ourselves());
    assert_eq!(commit(&roster.decide(Instant(1299), &us.ourselves())), None);
    assert!(commit(&roster.decide(Instant(1300), &us.ourselves())).is_some());
}

#[test]
fn r3_no_ten_seconds_see_more_epochs_than_media_keys_are_held_of() {
    let mut roster = Roster::default();
    let mut us = Us::new(0, 1);
    let mut epochs: Vec<u64> = Vec::new();
    for now in (0..60_000).step_by(10) {
        let newcomer = (10 + epochs.len() % 10) as u8;
        let place = standing(GroupId([100 + newcomer; 16]), 0, 0);
        let wish = Beacon {
            company: Company::Alone,
            ..seeking(now + 1, place, HOME)
        };
        roster.handle_beacon(Instant(now), peer(newcomer), wish);
        if let Some((added, _)) = commit(&roster.decide(Instant(now), &us.ourselves())) {
            for newcomer in added {
                roster.handle_added(Instant(now), newcomer, PACKAGE, peer(0));
            }
            roster.handle_epoch(Instant(now), &us.members);
            us.standing.epoch.0 += 1;
            epochs.push(now);
        }
    }
    let soon = |from: &u64| {
        let within = *from..*from + 10_000;
        epochs.iter().filter(|at| within.contains(*at)).count()
    };
    let most = epochs.iter().map(soon).max().unwrap_or(0);
    assert!((10..crate::media::MAX_EPOCHS).contains(&most), "{most}");
}
