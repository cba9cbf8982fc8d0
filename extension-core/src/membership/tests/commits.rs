//! What becomes of others' Commits: R14 and R16, with real MLS.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::ids::Epoch;

const NOW: Instant = Instant(100);
const OTHERS: [u8; 2] = [10, 11];

/// We, and two strangers whom we added, each with its side of the group.
fn three() -> (Membership<Mls>, [(Stranger, Group); 2]) {
    let mut us = alone();
    let here = us.standing().group;
    for (lonely, seed) in [0xfe, 0xff].into_iter().zip(OTHERS) {
        let mut stranger = Stranger::new(seed);
        let mut wish = stranger.wish(here, Presence::Here);
        wish.standing.group = GroupId([lonely; 16]);
        us.handle_beacon(Instant(0), stranger.peer(), wish);
        stranger.announces(&mut us, Instant(0));
    }
    for now in 0..=60 {
        us.handle_timeout(Instant(now));
    }
    let mut sent = std::iter::from_fn(|| us.poll_output());
    let welcome = sent.find_map(|output| match output {
        Output::Send(Outgoing::Welcome(bytes, _)) => Some(bytes),
        _ => None,
    });
    let welcome = welcome.expect("both are added at once");
    let others = OTHERS.map(|seed| {
        // The same as before: what it makes follows from its seed.
        let side = Stranger::new(seed).candidate.join(&welcome, |_, _| true);
        (Stranger::new(seed), side.expect("a Welcome for it"))
    });
    (us, others)
}

fn commit((stranger, side): &mut (Stranger, Group), remove: &[Leaf]) -> Vec<u8> {
    let committed = side.commit(&stranger.identity, &[], remove);
    committed.expect("a commit").commit
}

#[test]
fn r14_of_two_commits_for_one_epoch_the_first_is_merged_and_the_other_dropped() {
    for first in [0, 1] {
        let (mut us, mut others) = three();
        let commits = [0, 1].map(|who| commit(&mut others[who], &[]));
        assert_eq!(us.handle_commit(NOW, &commits[first]), Ok(()));
        let merged = us.standing();
        let (_, side) = &others[first];
        assert_eq!((merged.epoch, side.epoch()), (Epoch(2), Epoch(2)));
        let authenticator = side.epoch_authenticator();
        assert_eq!(us.group().epoch_authenticator(), authenticator);
        assert_eq!(us.handle_commit(NOW, &commits[1 - first]), Ok(()));
        assert_eq!(us.standing(), merged, "the other is for a past epoch");
    }
}

#[test]
fn r14_a_commit_of_another_group_or_of_a_later_epoch_is_dropped() {
    let (mut us, mut others) = three();
    let before = us.standing();
    let (stranger, _) = &others[0];
    let elsewhere = Group::found(&stranger.identity, GroupId([9; 16]), rng(9));
    let mut there = (Stranger::new(10), elsewhere.expect("a group"));
    commit(&mut there, &[]);
    assert_eq!(us.handle_commit(NOW, &commit(&mut there, &[])), Ok(()));
    assert_eq!(us.standing(), before);
    let lost = commit(&mut others[0], &[]);
    let early = commit(&mut others[0], &[]);
    assert_eq!(us.handle_commit(NOW, &early), Ok(()));
    assert_eq!(us.standing(), before);
    for (at, commit) in [(2, &lost), (3, &early)] {
        assert_eq!(us.handle_commit(NOW, commit), Ok(()));
        assert_eq!(us.standing().epoch, Epoch(at), "in order they are taken");
    }
}

#[test]
fn r16_who_is_removed_founds_a_group_of_its_own_and_is_led_back() {
    let (mut us, mut others) = three();
    let (old, ours) = (us.standing().group, us.standing().leaf);
    let commit = commit(&mut others[0], &[ours]);
    assert_eq!(us.handle_commit(NOW, &commit), Ok(()));
    let founded = us.standing();
    assert_ne!(founded.group, old);
    assert_eq!((founded.epoch, us.members().len()), (Epoch(0), 1));
    assert_eq!(us.handle_commit(NOW, &commit), Ok(()), "played again");
    assert_eq!(us.standing(), founded);
    let (stranger, side) = &mut others[0];
    let there = Standing {
        group: old,
        epoch: side.epoch(),
        ..founded
    };
    let word = Beacon {
        sequence: 9,
        standing: there,
        company: crate::wire::Company::Together,
        ..stranger.word(Presence::Here)
    };
    us.handle_beacon(NOW, stranger.peer(), word);
    us.handle_timeout(NOW + DECISION_SPACING);
    assert_eq!(us.seeks(), Some(old));
}

/// M1: how much longer we may seal with the epoch before the one that we are in now.
fn bound(us: &mut Membership<Mls>, now: Instant) -> Duration {
    let entered = std::iter::from_fn(|| us.poll_output()).filter_map(|output| match output {
        Output::Entered { switch_by, .. } => Some(switch_by),
        _ => None,
    });
    let last = entered.last().expect("it entered an epoch");
    last.since(now)
}

#[test]
fn m1_in_a_room_the_bound_is_longer_and_is_one_all_the_same() {
    let ms = Duration::from_millis;
    let (mut us, mut others) = three();
    us.handle_commit(NOW, &commit(&mut others[0], &[]))
        .expect("a Commit");
    assert_eq!(bound(&mut us, NOW), ms(500));
    for (rate, of_ours) in [
        (None, 1_500..=1_500),
        (Some(6_000), 2_000..=4_000),
        (Some(1), 5_000..=5_000),
    ] {
        let (mut us, mut others) = three();
        let width = Width {
            rate,
            ..Width::WIDE
        };
        us.handle_medium(Medium::Room { busy: false }, width);
        us.handle_commit(NOW, &commit(&mut others[0], &[]))
            .expect("a Commit");
        assert_eq!(bound(&mut us, NOW), ms(1_500), "of another's Commit");
        us.switch_by = None;
        assert!(us.update(NOW));
        let ours = bound(&mut us, NOW).as_millis() as u64;
        assert!(of_ours.contains(&ours), "of ours, at {rate:?}: {ours} ms");
    }
}
