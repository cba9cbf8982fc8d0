//! Media without a group: base keys are given, epochs made up.

mod vectors;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    framing::Codec,
    ids::{BranchDigest, Epoch, EpochId, GroupId, Leaf},
    time::Instant,
};

const ALICE: Leaf = Leaf(0);
const BOB: Leaf = Leaf(1);
const CAMERA: Context = Context(0);
const SCREEN: Context = Context(1);
const KEY_FRAME: [u8; 40] = {
    let mut frame = [0x77; 40];
    frame[0] = 0x10;
    frame
};
const INTER_FRAME: [u8; 30] = [0x11; 30];

fn epoch(number: u64) -> EpochId {
    EpochId {
        group: GroupId([1; 16]),
        epoch: Epoch(number),
        branch: BranchDigest([2; 8]),
    }
}

fn base_key(number: u64) -> BaseKey {
    BaseKey::new([number as u8 + 1; BASE_KEY_LENGTH])
}

fn member(leaf: Leaf) -> Keyring {
    let mut keyring = Keyring::default();
    enter(&mut keyring, leaf, 0, 0);
    keyring
}

fn enter(keyring: &mut Keyring, leaf: Leaf, number: u64, now: u64) {
    keyring.install(Instant(now), epoch(number), leaf, &base_key(number));
    keyring.switch();
}

fn seal(keyring: &mut Keyring, codec: Codec, frame: &[u8]) -> Vec<u8> {
    let mut buffer = Vec::new();
    keyring
        .seal(CAMERA, codec, frame, &mut buffer)
        .expect("sealed")
        .to_vec()
}

fn open(keyring: &mut Keyring, codec: Codec, frame: &[u8]) -> Result<Vec<u8>, OpenError> {
    let mut buffer = Vec::new();
    keyring
        .open(codec, frame, &mut buffer)
        .map(|opened| opened.frame.to_vec())
}

#[test]
fn every_codec_survives_the_way() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let frames: [(Codec, &[u8]); 5] = [
        (Codec::Opus, b"a sound"),
        (Codec::Vp8, &KEY_FRAME),
        (Codec::Vp8, &INTER_FRAME),
        (Codec::Vp9, &INTER_FRAME),
        (Codec::Opus, &[7; 100_000]),
    ];
    for (codec, frame) in frames {
        let sealed = seal(&mut alice, codec, frame);
        assert_eq!(open(&mut bob, codec, &sealed), Ok(frame.to_vec()));
    }
}

#[test]
fn the_prefix_stays_and_the_rest_does_not() {
    let mut alice = member(ALICE);
    let sealed = seal(&mut alice, Codec::Vp8, &KEY_FRAME);
    assert_eq!(sealed[..10], KEY_FRAME[..10]);
    assert!(!sealed[10..].windows(4).any(|window| window == [0x77; 4]));
}

#[test]
fn a_frame_grows_by_at_most_23_bytes() {
    let mut keyring = Keyring::default();
    let leaf = Leaf(MAX_MEMBERS - 1);
    keyring.install(Instant(0), epoch(15), leaf, &base_key(0));
    keyring.switch();
    let mut buffer = Vec::new();
    let mut most = 0;
    for _ in 0..70_000 {
        let sealed = keyring
            .seal(Context(255), Codec::Opus, b"x", &mut buffer)
            .expect("sealed");
        most = most.max(sealed.len() - 1);
    }
    assert_eq!(most, MAX_OVERHEAD);
}

#[test]
fn no_byte_can_be_changed_and_none_left_out() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    for frame in [&KEY_FRAME[..], &INTER_FRAME[..]] {
        let sealed = seal(&mut alice, Codec::Vp8, frame);
        for position in 0..sealed.len() {
            for bit in 0..8 {
                let mut forged = sealed.clone();
                forged[position] ^= 1 << bit;
                assert!(
                    open(&mut bob, Codec::Vp8, &forged).is_err(),
                    "byte {position}"
                );
            }
        }
        for length in 0..sealed.len() {
            assert!(
                open(&mut bob, Codec::Vp8, &sealed[..length]).is_err(),
                "{length} bytes"
            );
        }
        assert_eq!(open(&mut bob, Codec::Vp8, &sealed), Ok(frame.to_vec()));
    }
}

#[test]
fn a_frame_cannot_be_passed_off_as_another_codec() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed = seal(&mut alice, Codec::Opus, b"a sound");
    assert_eq!(open(&mut bob, Codec::Vp9, &sealed), Err(OpenError::Forged));
}

#[test]
fn a_frame_opens_once() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed = seal(&mut alice, Codec::Opus, b"once");
    assert_eq!(open(&mut bob, Codec::Opus, &sealed), Ok(b"once".to_vec()));
    assert_eq!(
        open(&mut bob, Codec::Opus, &sealed),
        Err(OpenError::Replayed)
    );
}

#[test]
fn frames_may_come_out_of_order_within_the_window() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed: Vec<_> = (0..1500u32)
        .map(|number| seal(&mut alice, Codec::Opus, &number.to_be_bytes()))
        .collect();
    assert!(open(&mut bob, Codec::Opus, &sealed[1499]).is_ok());
    assert!(open(&mut bob, Codec::Opus, &sealed[600]).is_ok());
    assert_eq!(
        open(&mut bob, Codec::Opus, &sealed[600]),
        Err(OpenError::Replayed)
    );
    assert_eq!(
        open(&mut bob, Codec::Opus, &sealed[3]),
        Err(OpenError::Replayed)
    );
}

#[test]
fn our_own_frames_are_not_taken_back() {
    let mut alice = member(ALICE);
    let sealed = seal(&mut alice, Codec::Opus, b"echo");
    assert_eq!(open(&mut alice, Codec::Opus, &sealed), Err(OpenError::Echo));
}

#[test]
fn streams_have_keys_of_their_own() {
    let mut alice = member(ALICE);
    let mut buffer = Vec::new();
    let camera = alice
        .seal(CAMERA, Codec::Opus, b"same", &mut buffer)
        .expect("sealed")
        .to_vec();
    let screen = alice
        .seal(SCREEN, Codec::Opus, b"same", &mut buffer)
        .expect("sealed")
        .to_vec();
    assert_ne!(camera[camera.len() - 20..], screen[screen.len() - 20..]);
    let mut bob = member(BOB);
    let opened = bob.open(Codec::Opus, &screen, &mut buffer).expect("opened");
    assert_eq!((opened.kid.leaf, opened.kid.context), (ALICE, SCREEN));
}

#[test]
fn installing_an_epoch_again_does_not_restart_its_counters() {
    let mut alice = member(ALICE);
    let first = seal(&mut alice, Codec::Opus, b"same");
    enter(&mut alice, ALICE, 0, 5);
    assert_ne!(seal(&mut alice, Codec::Opus, b"same"), first);
}

#[test]
fn a_used_up_counter_seals_nothing_more() {
    let mut alice = member(ALICE);
    let mut buffer = Vec::new();
    alice.exhaust(CAMERA, MAX_COUNTER - 1);
    assert!(
        alice
            .seal(CAMERA, Codec::Opus, b"the last", &mut buffer)
            .is_ok()
    );
    assert_eq!(
        alice.seal(CAMERA, Codec::Opus, b"one more", &mut buffer),
        Err(SealError::CounterExhausted)
    );
    assert!(
        alice
            .seal(SCREEN, Codec::Opus, b"another stream", &mut buffer)
            .is_ok()
    );
}

#[test]
fn receivers_open_a_new_epoch_before_they_send_with_it() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    alice.install(Instant(1), epoch(1), ALICE, &base_key(1));
    assert_eq!(alice.sending(), Some(epoch(0)));
    enter(&mut bob, BOB, 1, 1);
    let sealed = seal(&mut bob, Codec::Opus, b"new");
    assert_eq!(open(&mut alice, Codec::Opus, &sealed), Ok(b"new".to_vec()));
}

#[test]
fn old_keys_last_ten_seconds_and_no_longer() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed = [(); 2].map(|()| seal(&mut alice, Codec::Opus, b"late"));
    enter(&mut bob, BOB, 1, 1000);
    assert_eq!(bob.next_expiry(), Some(Instant(11_000)));
    bob.expire(Instant(10_999));
    assert!(open(&mut bob, Codec::Opus, &sealed[0]).is_ok());
    bob.expire(Instant(11_000));
    assert_eq!(
        open(&mut bob, Codec::Opus, &sealed[1]),
        Err(OpenError::NoKey)
    );
}

#[test]
fn epochs_with_the_same_low_bits_are_told_apart_by_their_keys() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let old = seal(&mut alice, Codec::Opus, b"old");
    for keyring in [(&mut alice, ALICE), (&mut bob, BOB)] {
        enter(keyring.0, keyring.1, 16, 1);
    }
    let new = seal(&mut alice, Codec::Opus, b"new");
    assert_eq!(open(&mut bob, Codec::Opus, &new), Ok(b"new".to_vec()));
    assert_eq!(open(&mut bob, Codec::Opus, &old), Ok(b"old".to_vec()));
}

#[test]
fn epochs_that_are_held_are_bounded() {
    let mut bob = member(BOB);
    for number in 0..1000 {
        bob.install(Instant(0), epoch(number), BOB, &base_key(number % 200));
    }
    assert!(bob.newest_first().count() <= 8);
    assert_eq!(bob.newest(), Some(epoch(999)));
    assert_eq!(bob.sending(), Some(epoch(0)));
}

#[test]
fn one_sender_cannot_make_us_hold_keys_without_bound() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let mut buffer = Vec::new();
    let outcomes: Vec<_> = (0..=255)
        .map(|context| {
            let sealed = alice.seal(Context(context), Codec::Opus, b"x", &mut buffer);
            let sealed = sealed.expect("sealed").to_vec();
            open(&mut bob, Codec::Opus, &sealed)
        })
        .collect();
    assert_eq!(
        outcomes.iter().filter(|outcome| outcome.is_ok()).count(),
        64
    );
    assert_eq!(outcomes.last(), Some(&Err(OpenError::TooManyStreams)));
}

#[test]
fn plain_frames_are_never_taken_for_sealed_ones() {
    let mut bob = member(BOB);
    for first in 0..=255u8 {
        let mut frame = [0x5a; 200];
        frame[0] = first;
        for codec in [Codec::Opus, Codec::Vp8, Codec::Vp9] {
            assert!(open(&mut bob, codec, &frame).is_err());
        }
    }
}

#[test]
fn m1_who_seals_after_the_bound_has_switched_though_no_timer_fired() {
    let (mut alice, mut bob) = (Keyring::default(), Keyring::default());
    for keyring in [&mut alice, &mut bob] {
        keyring.install(Instant(0), epoch(1), Leaf(0), &BaseKey::new([1; 16]));
        keyring.switch();
        keyring.install(Instant(0), epoch(2), Leaf(0), &BaseKey::new([2; 16]));
        keyring.switch_by(Instant(500));
    }
    alice.switch_if_due(Instant(499));
    assert_eq!(alice.sending(), Some(epoch(1)));
    bob.switch_if_due(Instant(500));
    assert_eq!(bob.sending(), Some(epoch(2)));
}
