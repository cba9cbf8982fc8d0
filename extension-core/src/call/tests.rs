//! Whole calls in virtual time: real MLS, a network of ours, no clock.

mod beacons;
mod epochs;
mod media;
mod mesh;
mod names;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use std::{collections::BTreeSet, time::Duration};

use mesh::{Mesh, Network};

use super::*;
use crate::{
    carrier::{FRAGMENT, cut},
    framing::Codec,
    group::Joiner,
    identity::Identity,
    ids::{BranchDigest, GroupId, StreamId},
    media::{Context, OpenError, SealError},
    wire::{Beacon, Company, MAX_MESSAGE, Packet, Presence, Standing, Unheard},
};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn two_who_meet_end_in_one_group_with_one_number() {
    let mut mesh = Mesh::new(2);
    assert_ne!(mesh.call(0).safety_number(), mesh.call(1).safety_number());
    mesh.run_for(SECOND);
    mesh.assert_one_group(&[0, 1]);
}

#[test]
fn a_join_takes_a_few_round_trips_and_not_a_timeout() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(Duration::from_millis(150));
    mesh.assert_one_group(&[0, 1]);
}

#[test]
fn eight_who_start_at_once_end_in_one_group() {
    let mut mesh = Mesh::new(8);
    mesh.run_for(SECOND * 3);
    mesh.assert_one_group(&[0, 1, 2, 3, 4, 5, 6, 7]);
}

#[test]
fn a_third_joins_and_all_numbers_follow() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let before = mesh.call(0).safety_number();
    let third = mesh.add();
    mesh.run_for(SECOND);
    mesh.assert_one_group(&[0, 1, third]);
    assert_ne!(mesh.call(0).safety_number(), before);
}

#[test]
fn who_says_goodbye_is_removed_at_once() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    mesh.leave(0);
    mesh.run_for(Duration::from_millis(300));
    mesh.assert_one_group(&[1, 2]);
}

#[test]
fn who_vanishes_with_its_channels_is_removed_soon() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    mesh.crash(1);
    mesh.run_for(Duration::from_millis(2500));
    mesh.assert_one_group(&[0, 2]);
}

#[test]
fn who_falls_silent_is_removed_and_comes_back_by_itself() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    mesh.network.cut(2);
    mesh.run_for(SECOND * 8);
    mesh.assert_one_group(&[0, 1]);
    mesh.network.heal();
    mesh.run_for(SECOND * 8);
    mesh.assert_one_group(&[0, 1, 2]);
}

#[test]
fn a_silent_committer_is_stood_in_for() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    let committer = mesh.committer();
    mesh.network.cut(committer);
    let fourth = mesh.add();
    mesh.network.cut(committer);
    mesh.run_for(SECOND * 10);
    let rest: Vec<usize> = (0..=fourth).filter(|who| *who != committer).collect();
    mesh.assert_one_group(&rest);
}

#[test]
fn calls_survive_loss_duplication_and_reordering() {
    for seed in 0..8 {
        let mut mesh = Mesh::with_network(4, Network::bad(seed));
        mesh.run_for(SECOND * 30);
        mesh.network.make_good();
        mesh.run_for(SECOND * 15);
        mesh.assert_one_group(&[0, 1, 2, 3]);
    }
}

#[test]
fn two_groups_that_meet_become_one() {
    let mut mesh = Mesh::new(4);
    mesh.network.split(&[0, 1]);
    mesh.run_for(SECOND * 8);
    mesh.assert_one_group(&[0, 1]);
    mesh.assert_one_group(&[2, 3]);
    mesh.network.heal();
    mesh.run_for(SECOND * 10);
    mesh.assert_one_group(&[0, 1, 2, 3]);
}

#[test]
fn media_flows_between_members_and_to_nobody_else() {
    let mut mesh = Mesh::new(2);
    let early = mesh.seal(0, b"too early");
    assert_eq!(early, Err(SealError::NoKey));
    mesh.run_for(SECOND);
    let sealed = mesh.seal(0, b"secret sound").expect("a group of two");
    assert!(!sealed.windows(6).any(|window| window == b"secret"));
    assert_eq!(mesh.open(1, 0, &sealed), Ok(b"secret sound".to_vec()));
    let mut outsider = Call::new(Instant(0), [99; 32]).expect("a call");
    let mut buffer = Vec::new();
    let frame = Codec::Pcmu.frame(&sealed);
    let opened = outsider.open(mesh.now(), Mesh::link(99, 0), frame, &mut buffer);
    assert!(opened.is_err());
}

#[test]
fn m13_a_connection_reaches_a_member_only_while_its_participant_is_one() {
    let mut mesh = Mesh::new(2);
    let reaches = |mesh: &mut Mesh, other| {
        let now = mesh.now();
        mesh.call_mut(0).reaches_member(now, Mesh::link(0, other))
    };
    assert!(!reaches(&mut mesh, 1), "nobody was heard yet");
    mesh.run_for(SECOND);
    assert!(reaches(&mut mesh, 1));
    assert!(!reaches(&mut mesh, 2), "a link that isn't there");
    mesh.add();
    assert!(!reaches(&mut mesh, 2), "heard soon, and no member yet");
    mesh.run_for(SECOND);
    assert!(reaches(&mut mesh, 1) && reaches(&mut mesh, 2));
    mesh.leave(2);
    mesh.run_for(Duration::from_millis(300));
    assert!(reaches(&mut mesh, 1) && !reaches(&mut mesh, 2));
}

#[test]
fn m13_a_newcomer_is_not_sent_what_was_sealed_without_it() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND * 3);
    let third = mesh.add();
    let mut member_too_early = 0;
    for _ in 0..1000 {
        mesh.run_for(Duration::from_millis(1));
        let now = mesh.now();
        let newcomer = mesh.call(third).peer();
        let call = mesh.call_mut(0);
        let is_member = call.members().iter().any(|(_, peer)| *peer == newcomer);
        let reached = call.reaches_member(now, Mesh::link(0, third));
        assert!(is_member || !reached);
        member_too_early += usize::from(is_member && !reached);
        if reached {
            let sealed = mesh.seal(0, b"welcome").expect("sealed");
            assert_eq!(mesh.open(third, 0, &sealed), Ok(b"welcome".to_vec()));
        }
    }
    assert!(member_too_early > 0, "there is such a moment");
}

#[test]
fn frames_of_the_old_epoch_open_for_ten_seconds_more() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let sealed = [
        mesh.seal(0, b"one").expect("sealed"),
        mesh.seal(0, b"two").expect("sealed"),
    ];
    mesh.add();
    mesh.run_for(SECOND * 5);
    assert_eq!(mesh.open(1, 0, &sealed[0]), Ok(b"one".to_vec()));
    mesh.run_for(SECOND * 8);
    assert_eq!(mesh.open(1, 0, &sealed[1]), Err(OpenError::NoKey));
}

#[test]
fn a_timer_that_comes_late_leaves_nothing_due() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    mesh.add();
    mesh.run_for(Duration::from_millis(80));
    let late = mesh.now() + SECOND * 60;
    for who in 0..2 {
        let call = mesh.call_mut(who);
        call.handle_timeout(late);
        assert!(call.poll_timeout().is_some_and(|next| next > late));
    }
}

#[test]
fn m10_who_was_removed_is_heard_for_a_second_more_and_not_longer() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    let sealed = [
        mesh.seal(2, b"goodbye").expect("sealed"),
        mesh.seal(2, b"still here").expect("sealed"),
    ];
    mesh.leave(2);
    mesh.run_for(Duration::from_millis(300));
    mesh.assert_one_group(&[0, 1]);
    assert_eq!(mesh.open(0, 2, &sealed[0]), Ok(b"goodbye".to_vec()));
    mesh.run_for(SECOND);
    assert_eq!(mesh.open(0, 2, &sealed[1]), Err(OpenError::NoKey));
}

#[test]
fn who_was_removed_cannot_open_what_is_sent_afterwards() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    mesh.network.cut(2);
    mesh.run_for(SECOND * 8);
    let sealed = mesh.seal(0, b"only for one").expect("sealed");
    assert_eq!(mesh.open(1, 0, &sealed), Ok(b"only for one".to_vec()));
    assert!(mesh.open(2, 0, &sealed).is_err());
}

/// One of the mesh hears a message from another.
fn say(mesh: &mut Mesh, to: usize, from: usize, message: &[u8]) -> Result<(), WireError> {
    let now = mesh.now();
    cut(message).iter().try_for_each(|packet| {
        mesh.call_mut(to)
            .handle_packet(now, Mesh::link(to, from), packet)
    })
}

/// What somebody says who seeks nobody and has others with it.
fn beacon_of(who: &Identity, sequence: u64, standing: Standing, presence: Presence) -> Vec<u8> {
    let beacon = Beacon {
        sequence,
        standing,
        seeks: None,
        presence,
        company: Company::Together,
        unheard: Unheard::default(),
    };
    Message::Beacon(SignedBeacon::sign(who, beacon)).to_bytes()
}

#[test]
fn garbage_on_a_channel_changes_nothing() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let before = mesh.call(0).safety_number();
    let now = mesh.now();
    let whole = Message::Commit(vec![7; 300].into()).to_bytes();
    for bytes in [vec![], vec![0; 70_000], b"SOTO".to_vec()] {
        let _ = mesh
            .call_mut(0)
            .handle_packet(now, Mesh::link(0, 1), &bytes);
    }
    for kind in 0..=255 {
        let mut body = whole.clone();
        body[0] = kind;
        let _ = say(&mut mesh, 0, 1, &body);
    }
    for length in 0..whole.len() {
        let _ = say(&mut mesh, 0, 1, &whole[..length]);
    }
    mesh.run_for(SECOND * 2);
    assert_eq!(mesh.call(0).safety_number(), before);
    mesh.assert_one_group(&[0, 1]);
}

#[test]
fn recorded_control_messages_played_again_change_nothing() {
    let mut mesh = Mesh::new(3);
    mesh.network.record();
    mesh.run_for(SECOND * 3);
    let before = mesh.call(0).safety_number();
    let recorded = mesh.network.recorded();
    assert!(recorded.len() > 10);
    let now = mesh.now();
    for (from, to, bytes) in recorded
        .iter()
        .filter(|(_, _, bytes)| bytes.len() < MAX_MESSAGE)
    {
        let _ = mesh
            .call_mut(*to)
            .handle_packet(now, Mesh::link(*to, *from), bytes);
    }
    mesh.run_for(SECOND * 2);
    mesh.assert_one_group(&[0, 1, 2]);
    assert_eq!(mesh.call(0).safety_number(), before);
}

#[test]
fn a_flood_of_strangers_on_a_members_channel_introduces_nobody() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    for _ in 0..400 {
        let stranger = Identity::generate(&mut rng);
        let standing = mesh.call(0).membership().standing();
        let beacon = beacon_of(&stranger, 1, standing, Presence::Here);
        let _ = say(&mut mesh, 0, 1, &beacon);
    }
    // B6 and B9: on a member's channel nobody is introduced.
    assert_eq!(mesh.call(0).live_peers(mesh.now()).count(), 1);
    mesh.run_for(SECOND * 7);
    mesh.assert_one_group(&[0, 1]);
}

#[test]
fn b6_a_channel_introduces_one_participant_until_it_is_gone() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let stranger = Identity::generate(&mut ChaCha20Rng::from_seed([5; 32]));
    let standing = mesh.call(1).membership().standing();
    let beacon = |sequence| beacon_of(&stranger, sequence, standing, Presence::Here);
    say(&mut mesh, 0, 1, &beacon(1)).expect("well-formed");
    assert_eq!(mesh.call(0).live_peers(mesh.now()).count(), 1);
    mesh.network.cut(1);
    mesh.run_for(SECOND * 6);
    say(&mut mesh, 0, 1, &beacon(2)).expect("well-formed");
    let heard: Vec<_> = mesh.call(0).live_peers(mesh.now()).collect();
    assert_eq!(heard, [PeerId::of(&stranger.public_key())]);
}

#[test]
fn i7_strangers_in_a_room_keep_nobody_out_who_has_a_channel() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let (now, standing) = (mesh.now(), mesh.call(1).membership().standing());
    mesh.call_mut(0).share(now, Mesh::link(0, 200));
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    for number in 0..1_100 {
        let page = Mesh::link(0, 200).page;
        let stream = StreamId { page, number };
        let stranger = Identity::generate(&mut rng);
        let packets = cut(&beacon_of(&stranger, 1, standing, Presence::Here));
        let heard = mesh.call_mut(0).handle_carried(now, stream, &packets[0]);
        heard.expect("well-formed");
    }
    assert_eq!(mesh.call(0).live_peers(now).count(), 1 + 256);
    let third = mesh.add();
    mesh.run_for(SECOND);
    mesh.assert_one_group(&[0, 1, third]);
}

/// Signs that it stands alone in some group, in the last of all epochs.
fn boast(liar: &Identity, sequence: u64, group: u8) -> Vec<u8> {
    let standing = Standing {
        group: GroupId([group; 16]),
        epoch: Epoch(u64::MAX),
        digest: BranchDigest([group; 8]),
        leaf: Leaf(0),
    };
    beacon_of(liar, sequence, standing, Presence::Here)
}

/// Two who haven't met, and a liar on the channels of a third that has left, for some seconds;
/// whether the two are in one group at the end of each.
fn lied_to(seconds: u64, group: impl Fn(u64) -> u8) -> (Mesh, Vec<bool>) {
    let mut network = Network::good();
    network.split(&[0]);
    let mut mesh = Mesh::with_network(3, network);
    mesh.leave(2);
    mesh.run_for(Duration::from_millis(40));
    mesh.network.heal();
    mesh.network.record();
    let liar = Identity::generate(&mut ChaCha20Rng::from_seed([5; 32]));
    let mut met = Vec::new();
    for turn in 1..=seconds * 50 {
        let lie = boast(&liar, turn, group(turn));
        (0..2).for_each(|to| say(&mut mesh, to, 2, &lie).expect("well-formed"));
        mesh.run_for(Duration::from_millis(20));
        if turn % 50 == 0 {
            met.push(mesh.call(0).epoch() == mesh.call(1).epoch() && !mesh.call(0).is_alone());
        }
    }
    (mesh, met)
}

#[test]
fn r17_a_liar_that_stays_keeps_two_apart_for_ten_seconds_at_most() {
    for group in [
        |_: u64| 1u8,
        |turn: u64| (turn % 200) as u8,
        |turn: u64| (turn / 190) as u8,
    ] {
        let (mesh, met) = lied_to(30, group);
        assert!(met[9..].iter().all(|met| *met), "{met:?}");
        assert_eq!(mesh.call(0).safety_number(), mesh.call(1).safety_number());
    }
}

#[test]
fn r10_who_is_led_from_group_to_group_makes_few_key_packages() {
    let (mut mesh, _) = lied_to(7, |turn| (turn % 200) as u8);
    let recorded = mesh.network.recorded();
    let packages: BTreeSet<Vec<u8>> = recorded
        .iter()
        .filter(|(from, _, _)| *from == 0)
        .filter_map(|(_, _, bytes)| Packet::parse(bytes).ok())
        .filter_map(|packet| match Message::parse(packet.fragment) {
            Ok(Message::KeyPackage(bytes)) => Some(bytes.as_slice().to_vec()),
            _ => None,
        })
        .collect();
    assert!((2..=8).contains(&packages.len()), "{}", packages.len());
}

#[test]
fn r19_who_wakes_takes_nobody_for_gone_on_its_own_channel() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let (link, ben) = (Mesh::link(0, 1), mesh.call(1).peer());
    let night = mesh.now() + SECOND * 8 * 3600;
    let stranger = Identity::generate(&mut ChaCha20Rng::from_seed([5; 32]));
    let us = mesh.call_mut(0);
    for packet in cut(&boast(&stranger, 1, 9)) {
        us.handle_packet(night, link, &packet).expect("a packet");
    }
    assert_eq!(us.peer_on(night, link), Some(ben));
    assert!(us.live_peers(night).all(|peer| peer == ben));
}

/// What came just before we slept, and moved nothing, leaves what we meant to do and when.
#[test]
fn r19_a_frame_or_a_fragment_before_the_night_changes_nothing() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let (now, link, ben) = (mesh.now(), Mesh::link(0, 1), mesh.call(1).peer());
    let us = mesh.call_mut(0);
    let fragment = &cut(&vec![7; FRAGMENT + 1])[0];
    us.handle_packet(now, link, fragment).expect("a fragment");
    us.wake_up(now);
    let night = now + SECOND * 8 * 3600;
    us.handle_timeout(night);
    assert_eq!(us.peer_on(night, link), Some(ben));
    us.handle_timeout(night + SECOND * 4);
    assert_eq!(us.members().len(), 2, "nobody was missed");
}

#[test]
fn b6_who_comes_back_takes_each_of_its_channels_again() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND);
    let standing = mesh.call(1).membership().standing();
    for gone in [1, 2] {
        mesh.leave(gone);
    }
    mesh.run_for(SECOND);
    let anew = Identity::generate(&mut ChaCha20Rng::from_seed([5; 32]));
    for (sequence, channel) in [(1, 1), (2, 2)] {
        let beacon = beacon_of(&anew, sequence, standing, Presence::Here);
        say(&mut mesh, 0, channel, &beacon).expect("well-formed");
    }
    let owners = [1, 2].map(|from| mesh.call(0).links.peer(Mesh::link(0, from)));
    assert_eq!(owners, [Some(PeerId::of(&anew.public_key())); 2]);
}

#[test]
fn b6_who_comes_and_goes_on_one_channel_does_so_at_a_walk() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    mesh.leave(1);
    mesh.run_for(SECOND);
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let mut introduced = Vec::new();
    for turn in 0..200u64 {
        let stranger = Identity::generate(&mut rng);
        let place = mesh.call(0).membership().standing();
        for (sequence, presence) in [(1, Presence::Here), (2, Presence::Leaving)] {
            let beacon = beacon_of(&stranger, sequence, place, presence);
            say(&mut mesh, 0, 1, &beacon).expect("well-formed");
            if mesh.call(0).live_peers(mesh.now()).next().is_some() {
                introduced.push(turn);
            }
        }
        mesh.run_for(Duration::from_millis(100));
    }
    assert_eq!(introduced, [0, 100]);
}

#[test]
fn r20_a_dead_channel_between_two_changes_nothing() {
    for ways in [&[(0, 1)][..], &[(0, 1), (1, 0)]] {
        let mut mesh = Mesh::new(3);
        mesh.run_for(SECOND * 3);
        mesh.network.kill(ways);
        let before = mesh.call(0).safety_number();
        mesh.run_for(SECOND * 40);
        mesh.assert_one_group(&[0, 1, 2]);
        assert_eq!(mesh.call(0).safety_number(), before);
        let fourth = mesh.add();
        mesh.run_for(SECOND * 10);
        mesh.assert_one_group(&[0, 1, 2, fourth]);
        mesh.crash(2);
        // The slowest heal that exploration knows takes 11.6 s.
        mesh.run_for(SECOND * 15);
        mesh.assert_one_group(&[0, 1, fourth]);
    }
}

/// Two rooms in one tab: nothing but that tab connects their people. They are one group, and told.
#[test]
fn the_calls_of_one_tab_are_one_group_and_everybody_is_told() {
    const TAB: usize = 1;
    let mut mesh = Mesh::new(3);
    mesh.network.kill(&[(0, 2), (2, 0)]);
    mesh.run_for(SECOND * 30);
    mesh.assert_one_group(&[0, TAB, 2]);
    let apart = [0, TAB, 2].map(|who| mesh.call(who).members_apart(mesh.now()));
    assert_eq!(apart, [1, 2, 1]);
}

#[test]
fn where_all_hear_all_nobody_is_apart() {
    let mut mesh = Mesh::new(4);
    for _ in 0..20 {
        mesh.run_for(SECOND / 2);
        assert!((0..4).all(|who| mesh.call(who).members_apart(mesh.now()) == 0));
    }
}

#[test]
fn r20_a_stranger_is_not_introduced_by_being_passed_on() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let stranger = Identity::generate(&mut ChaCha20Rng::from_seed([5; 32]));
    let Ok(Message::Beacon(signed)) = Message::parse(&boast(&stranger, 1, 1)) else {
        panic!("a beacon");
    };
    say(&mut mesh, 0, 1, &Message::PassedOn(signed).to_bytes()).expect("well-formed");
    assert_eq!(mesh.call(0).live_peers(mesh.now()).count(), 1);
}

#[test]
fn a_welcome_to_a_group_that_we_did_not_seek_is_refused() {
    let mut mesh = Mesh::new(2);
    mesh.network.record();
    mesh.run_for(Duration::from_millis(30));
    let seeker = (0..2)
        .find(|who| mesh.call(*who).membership().seeks().is_some())
        .expect("one seeks");
    let joiner = announced(&mesh.network.recorded(), seeker);
    let rng = ChaCha20Rng::from_seed([7; 32]);
    let mut thief = Mls::new(rng);
    let mut trap = thief.found().expect("a group");
    let committed = thief
        .commit(&mut trap, &[&joiner], &[], usize::MAX)
        .expect("a commit");
    let body = Message::Welcome(committed.welcome.expect("adds").into()).to_bytes();
    let outcome = say(&mut mesh, seeker, 1 - seeker, &body);
    assert_eq!(outcome, Err(WireError::Malformed));
    mesh.run_for(SECOND * 6);
    mesh.assert_one_group(&[0, 1]);
}

/// The key package that somebody sent.
fn announced(recorded: &[(usize, usize, Vec<u8>)], who: usize) -> Joiner {
    let sent = recorded.iter().filter(|(from, _, _)| *from == who);
    let mut messages = sent.filter_map(|(_, _, bytes)| {
        let packet = Packet::parse(bytes).ok()?;
        Message::parse(packet.fragment).ok()
    });
    messages
        .find_map(|message| match message {
            Message::KeyPackage(bytes) => Joiner::parse(bytes.as_slice()).ok(),
            _ => None,
        })
        .expect("it announced a key package")
}
