//! Media without a group: base keys are given, epochs made up.

mod senders;
mod subtle;
mod vectors;

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::{
    framing::{Codec, samples},
    ids::{BranchDigest, Epoch, EpochId, GroupId, Leaf, PeerId},
    time::Instant,
};

const ALICE: Leaf = Leaf(0);
const BOB: Leaf = Leaf(1);
const CAMERA: Context = Context(0);
const SCREEN: Context = Context(1);
/// Any bytes are a frame of it.
const SOUND: Codec = Codec::Pcmu;
const KEY_FRAME: [u8; 40] = {
    let mut frame = [0x77; 40];
    frame[0] = 0x10;
    frame
};

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
        .seal(CAMERA, codec.frame(frame), &mut buffer)
        .expect("sealed")
        .to_vec()
}

/// Every leaf has a member, and its frames may come.
fn anybody(_: EpochId, leaf: Leaf) -> Option<Sender> {
    Some(Sender {
        member: PeerId([leaf.0 as u8; 16]),
        is_there: true,
    })
}

fn open(keyring: &mut Keyring, codec: Codec, frame: &[u8]) -> Result<Vec<u8>, OpenError> {
    open_of(keyring, codec, frame, anybody)
}

fn open_of(
    keyring: &mut Keyring,
    codec: Codec,
    frame: &[u8],
    who: impl Fn(EpochId, Leaf) -> Option<Sender>,
) -> Result<Vec<u8>, OpenError> {
    let mut buffer = Vec::new();
    keyring
        .open(codec.frame(frame), who, &mut buffer)
        .map(|opened| opened.frame.to_vec())
}

#[test]
fn every_codec_survives_the_way() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    for (name, codec, frame) in samples::ALL {
        let sealed = seal(&mut alice, *codec, frame);
        let opened = open(&mut bob, *codec, &sealed);
        assert_eq!(opened.as_deref(), Ok(*frame), "{name}");
    }
    let long = [7; 100_000];
    let sealed = seal(&mut alice, SOUND, &long);
    assert_eq!(open(&mut bob, SOUND, &sealed), Ok(long.to_vec()));
}

/// The table of PROTOCOL.md section 5.
#[test]
fn each_codec_adds_what_the_protocol_says() {
    let added = |name| {
        let (_, codec, frame) = samples::ALL.iter().find(|sample| sample.0 == name)?;
        let sealed = seal(&mut member(ALICE), *codec, frame);
        let bare = seal(&mut member(ALICE), SOUND, frame);
        Some(sealed.len() - bare.len())
    };
    assert_eq!(added("pcmu"), Some(0));
    assert_eq!(added("g722"), Some(0));
    assert_eq!(added("vp8-key"), Some(0));
    assert_eq!(added("vp9-delta"), Some(0));
    assert_eq!(added("av1-key"), Some(1));
    assert_eq!(added("opus-20ms"), Some(3));
    assert_eq!(added("opus-60ms"), Some(10));
    assert_eq!(added("red-two-blocks"), Some(4));
    assert_eq!(added("h264-delta"), Some(7));
    assert_eq!(added("h264-slices"), Some(14));
    assert_eq!(added("h265-delta"), Some(8));
}

#[test]
fn the_prefix_stays_and_the_rest_does_not() {
    let mut alice = member(ALICE);
    let sealed = seal(&mut alice, Codec::Vp8, &KEY_FRAME);
    assert_eq!(sealed[1..10], KEY_FRAME[1..10]);
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
            .seal(Context(255), SOUND.frame(b"x"), &mut buffer)
            .expect("sealed");
        most = most.max(sealed.len() - 1);
    }
    assert_eq!(most, MAX_OVERHEAD);
}

#[test]
fn no_byte_can_be_changed_and_none_left_out() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    for (name, codec, frame) in samples::ALL.iter().filter(|sample| sample.2.len() < 200) {
        let sealed = seal(&mut alice, *codec, frame);
        for forged in forgeries(&sealed) {
            // In NAL units there are bytes beside the frame, which packetizers rewrite.
            let opened = open(&mut member(BOB), *codec, &forged);
            let is_nal = matches!(codec, Codec::H264 | Codec::H265);
            assert!(
                opened.is_err() || (is_nal && opened.as_deref() == Ok(frame)),
                "{name}"
            );
        }
        assert_eq!(
            open(&mut bob, *codec, &sealed).as_deref(),
            Ok(*frame),
            "{name}"
        );
    }
}

/// Each with one bit changed, or cut off somewhere.
fn forgeries(sealed: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    let flipped = (0..sealed.len() * 8).map(|bit| {
        let mut forged = sealed.to_vec();
        forged[bit / 8] ^= 1 << (bit % 8);
        forged
    });
    flipped.chain((0..sealed.len()).map(|length| sealed[..length].to_vec()))
}

#[test]
fn a_frame_cannot_be_passed_off_as_another_codec() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed = seal(&mut alice, SOUND, b"a sound");
    assert_eq!(open(&mut bob, Codec::Pcma, &sealed), Err(OpenError::Forged));
}

#[test]
fn what_holds_a_key_does_not_show_it() {
    let (base_key, aes_key) = (BaseKey::new([0xa7; 16]), AesKey::new([0xa7; 16]));
    for shown in [format!("{base_key:?}"), format!("{aes_key:x?}")] {
        assert!(!shown.contains("167") && !shown.contains("a7"), "{shown}");
    }
}

#[test]
fn a_frame_opens_once() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed = seal(&mut alice, SOUND, b"once");
    assert_eq!(open(&mut bob, SOUND, &sealed), Ok(b"once".to_vec()));
    assert_eq!(open(&mut bob, SOUND, &sealed), Err(OpenError::Replayed));
}

#[test]
fn frames_may_come_out_of_order_within_the_window() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed: Vec<_> = (0..1500u32)
        .map(|number| seal(&mut alice, SOUND, &number.to_be_bytes()))
        .collect();
    assert!(open(&mut bob, SOUND, &sealed[1499]).is_ok());
    let (oldest, too_old) = (&sealed[1500 - 1024], &sealed[1500 - 1025]);
    assert!(open(&mut bob, SOUND, oldest).is_ok());
    assert_eq!(open(&mut bob, SOUND, oldest), Err(OpenError::Replayed));
    assert_eq!(open(&mut bob, SOUND, too_old), Err(OpenError::Replayed));
}

#[test]
fn our_own_frames_are_not_taken_back() {
    let mut alice = member(ALICE);
    let sealed = seal(&mut alice, SOUND, b"echo");
    assert_eq!(open(&mut alice, SOUND, &sealed), Err(OpenError::Echo));
}

#[test]
fn streams_have_keys_of_their_own() {
    let mut alice = member(ALICE);
    let mut buffer = Vec::new();
    let camera = alice
        .seal(CAMERA, SOUND.frame(b"same"), &mut buffer)
        .expect("sealed")
        .to_vec();
    let screen = alice
        .seal(SCREEN, SOUND.frame(b"same"), &mut buffer)
        .expect("sealed")
        .to_vec();
    assert_ne!(camera[camera.len() - 20..], screen[screen.len() - 20..]);
    let mut bob = member(BOB);
    let opened = bob.open(SOUND.frame(&screen), anybody, &mut buffer);
    let opened = opened.expect("opened");
    assert_eq!((opened.kid.leaf, opened.kid.context), (ALICE, SCREEN));
}

#[test]
fn installing_an_epoch_again_does_not_restart_its_counters() {
    let mut alice = member(ALICE);
    let first = seal(&mut alice, SOUND, b"same");
    enter(&mut alice, ALICE, 0, 5);
    assert_ne!(seal(&mut alice, SOUND, b"same"), first);
}

#[test]
fn a_used_up_counter_seals_nothing_more() {
    let mut alice = member(ALICE);
    let mut buffer = Vec::new();
    alice.exhaust(CAMERA, MAX_COUNTER - 1);
    assert!(
        alice
            .seal(CAMERA, SOUND.frame(b"the last"), &mut buffer)
            .is_ok()
    );
    assert_eq!(
        alice.seal(CAMERA, SOUND.frame(b"one more"), &mut buffer),
        Err(SealError::CounterExhausted)
    );
    assert!(
        alice
            .seal(SCREEN, SOUND.frame(b"another stream"), &mut buffer)
            .is_ok()
    );
}

#[test]
fn receivers_open_a_new_epoch_before_they_send_with_it() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    alice.install(Instant(1), epoch(1), ALICE, &base_key(1));
    assert_eq!(alice.sending(), Some(epoch(0)));
    enter(&mut bob, BOB, 1, 1);
    let sealed = seal(&mut bob, SOUND, b"new");
    assert_eq!(open(&mut alice, SOUND, &sealed), Ok(b"new".to_vec()));
}

#[test]
fn old_keys_last_ten_seconds_and_no_longer() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed = [(); 2].map(|()| seal(&mut alice, SOUND, b"late"));
    enter(&mut bob, BOB, 1, 1000);
    assert_eq!(bob.next_expiry(), Some(Instant(11_000)));
    bob.expire(Instant(10_999));
    assert!(open(&mut bob, SOUND, &sealed[0]).is_ok());
    bob.expire(Instant(11_000));
    assert_eq!(open(&mut bob, SOUND, &sealed[1]), Err(OpenError::NoKey));
}

#[test]
fn epochs_with_the_same_low_bits_are_told_apart_by_their_keys() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let old = seal(&mut alice, SOUND, b"old");
    for keyring in [(&mut alice, ALICE), (&mut bob, BOB)] {
        enter(keyring.0, keyring.1, 16, 1);
    }
    let new = seal(&mut alice, SOUND, b"new");
    assert_eq!(open(&mut bob, SOUND, &new), Ok(b"new".to_vec()));
    assert_eq!(open(&mut bob, SOUND, &old), Ok(b"old".to_vec()));
}

#[test]
fn epochs_that_are_held_are_bounded() {
    let mut bob = member(BOB);
    for number in 0..1000 {
        bob.install(Instant(0), epoch(number), BOB, &base_key(number % 200));
    }
    assert!(bob.newest_first().count() <= 16);
    assert_eq!(bob.newest(), Some(epoch(999)));
    assert_eq!(bob.sending(), Some(epoch(0)));
}

#[test]
fn one_sender_cannot_make_us_hold_keys_without_bound() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let mut buffer = Vec::new();
    let outcomes: Vec<_> = (0..=255)
        .map(|context| {
            let sealed = alice.seal(Context(context), SOUND.frame(b"x"), &mut buffer);
            let sealed = sealed.expect("sealed").to_vec();
            open(&mut bob, SOUND, &sealed)
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
        for codec in Codec::ALL {
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
