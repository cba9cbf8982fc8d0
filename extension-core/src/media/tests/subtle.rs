//! Frames that WebCrypto seals and opens, played by the bare cipher: what goes over the wire is the
//! same, and everything but the cipher is decided here.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use aes_gcm::{Aes128Gcm, KeyInit, Nonce, aead::Aead, aead::Payload};

use super::{
    senders::{elsewhere_only, nobody},
    *,
};

/// What WebCrypto is given, and what it makes of it.
struct Elsewhere {
    ticket: Ticket,
    sealed: Vec<u8>,
    opened: Option<Vec<u8>>,
}

impl Elsewhere {
    fn sealed(&self) -> Outcome<'_> {
        Outcome {
            ticket: self.ticket,
            data: &self.sealed,
        }
    }

    fn opened(&self) -> Outcome<'_> {
        Outcome {
            ticket: self.ticket,
            data: self.opened.as_deref().expect("the tag is right"),
        }
    }
}

fn elsewhere(keyring: &Keyring, job: &Job, buffer: &[u8]) -> Elsewhere {
    let key = keyring.subtle_key(job.ticket).expect("the epoch is here");
    let cipher = Aes128Gcm::new_from_slice(key.as_slice()).expect("16 bytes");
    let (nonce, (aad, msg)) = (Nonce::from(job.nonce), buffer.split_at(job.aad));
    Elsewhere {
        ticket: job.ticket,
        sealed: cipher
            .encrypt(&nonce, Payload { msg, aad })
            .expect("sealed"),
        opened: cipher.decrypt(&nonce, Payload { msg, aad }).ok(),
    }
}

fn start_sealing(keyring: &mut Keyring, codec: Codec, frame: &[u8]) -> Elsewhere {
    let (mut buffer, mut subtle) = (Vec::new(), SubtleKeys::default());
    let job = keyring.seal_elsewhere(CAMERA, codec.frame(frame), &mut buffer, &mut subtle);
    elsewhere(keyring, &job.expect("laid out"), &buffer)
}

fn seal_there(keyring: &mut Keyring, codec: Codec, frame: &[u8]) -> Vec<u8> {
    let done = start_sealing(keyring, codec, frame);
    let mut buffer = Vec::new();
    let sealed = keyring.finish_seal(codec.frame(frame), &done.sealed(), &mut buffer);
    sealed.expect("sealed").to_vec()
}

fn start_opening(keyring: &mut Keyring, codec: Codec, sealed: &[u8]) -> Option<Elsewhere> {
    let (mut buffer, mut subtle) = (Vec::new(), SubtleKeys::default());
    let job = keyring.open_elsewhere(codec.frame(sealed), anybody, &mut buffer, &mut subtle)?;
    Some(elsewhere(keyring, &job, &buffer))
}

fn finish_opening(
    keyring: &mut Keyring,
    codec: Codec,
    sealed: &[u8],
    done: &Elsewhere,
) -> Result<Vec<u8>, OpenError> {
    finish_opening_of(keyring, codec, sealed, done, anybody)
}

fn finish_opening_of(
    keyring: &mut Keyring,
    codec: Codec,
    sealed: &[u8],
    done: &Elsewhere,
    who: impl Fn(EpochId, Leaf) -> Option<Sender>,
) -> Result<Vec<u8>, OpenError> {
    let mut buffer = Vec::new();
    let opened = keyring.finish_open(codec.frame(sealed), &done.opened(), who, &mut buffer);
    opened.map(|opened| opened.frame.to_vec())
}

/// A sender, and a receiver that has opened a frame of its stream.
fn acquainted(codec: Codec, frame: &[u8]) -> [Keyring; 2] {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let first = seal(&mut alice, codec, frame);
    open(&mut bob, codec, &first).expect("opened");
    [alice, bob]
}

#[test]
fn both_ways_give_the_same_bytes() {
    for (name, codec, frame) in samples::ALL {
        let [mut alice, mut bob] = acquainted(*codec, frame);
        let [mut twin, _] = acquainted(*codec, frame);
        let sealed = seal_there(&mut alice, *codec, frame);
        assert_eq!(sealed, seal(&mut twin, *codec, frame), "{name}");
        let done = start_opening(&mut bob, *codec, &sealed).expect("a known stream");
        let opened = finish_opening(&mut bob, *codec, &sealed, &done);
        assert_eq!(opened.as_deref(), Ok(*frame), "{name}");
    }
}

#[test]
fn each_frame_that_is_laid_out_has_a_counter_of_its_own() {
    let mut alice = member(ALICE);
    let first = start_sealing(&mut alice, SOUND, &KEY_FRAME).ticket;
    let here = seal(&mut alice, SOUND, &KEY_FRAME);
    let second = start_sealing(&mut alice, SOUND, &KEY_FRAME).ticket;
    assert_eq!((first.counter, second.counter), (0, 2));
    assert!(open(&mut member(BOB), SOUND, &here).is_ok());
}

#[test]
fn of_two_copies_under_way_one_is_opened() {
    let [mut alice, mut bob] = acquainted(SOUND, &KEY_FRAME);
    let sealed = seal(&mut alice, SOUND, &KEY_FRAME);
    let copies = [0, 1].map(|_| start_opening(&mut bob, SOUND, &sealed).expect("not opened yet"));
    assert!(finish_opening(&mut bob, SOUND, &sealed, &copies[0]).is_ok());
    let again = finish_opening(&mut bob, SOUND, &sealed, &copies[1]);
    assert_eq!(again, Err(OpenError::Replayed));
    assert!(start_opening(&mut bob, SOUND, &sealed).is_none());
}

#[test]
fn a_forged_frame_that_was_laid_out_leaves_the_window_as_it_was() {
    let [mut alice, mut bob] = acquainted(SOUND, &KEY_FRAME);
    let sealed = seal(&mut alice, SOUND, &KEY_FRAME);
    let mut forged = sealed.clone();
    *forged.last_mut().expect("a tag") ^= 1;
    let done = start_opening(&mut bob, SOUND, &forged).expect("nothing shows it yet");
    assert_eq!(done.opened, None);
    assert_eq!(
        open(&mut bob, SOUND, &sealed).as_deref(),
        Ok(&KEY_FRAME[..])
    );
}

#[test]
fn an_outcome_is_good_for_its_own_frame_only() {
    let [mut alice, mut bob] = acquainted(SOUND, &KEY_FRAME);
    let [one, other] = [0, 1].map(|_| seal(&mut alice, SOUND, &KEY_FRAME));
    let done = start_opening(&mut bob, SOUND, &one).expect("a known stream");
    let swapped = finish_opening(&mut bob, SOUND, &other, &done);
    assert_eq!(swapped, Err(OpenError::Forged));
}

#[test]
fn an_epoch_that_goes_takes_its_frames_and_its_keys_along() {
    let [mut alice, mut bob] = acquainted(SOUND, &KEY_FRAME);
    let sealed = seal(&mut alice, SOUND, &KEY_FRAME);
    let (mut buffer, mut subtle) = (Vec::new(), SubtleKeys::default());
    let job = bob.open_elsewhere(SOUND.frame(&sealed), anybody, &mut buffer, &mut subtle);
    let job = job.expect("a known stream");
    let done = elsewhere(&bob, &job, &buffer);
    let sending = start_sealing(&mut alice, SOUND, &KEY_FRAME);
    assert_eq!(subtle.poll_forgotten(), None);
    for (keyring, leaf) in [(&mut alice, ALICE), (&mut bob, BOB)] {
        keyring.clear();
        enter(keyring, leaf, 1, 0);
    }
    assert_eq!(subtle.poll_forgotten(), Some(job.key));
    assert!(bob.subtle_key(job.ticket).is_none());
    let late = finish_opening(&mut bob, SOUND, &sealed, &done);
    assert_eq!(late, Err(OpenError::NoKey));
    let late = alice.finish_seal(SOUND.frame(&KEY_FRAME), &sending.sealed(), &mut buffer);
    assert_eq!(late, Err(SealError::NoKey));
}

#[test]
fn a_frame_whose_sender_went_meanwhile_is_not_finished_and_was_not_opened() {
    let [mut alice, mut bob] = acquainted(SOUND, &KEY_FRAME);
    let sealed = seal(&mut alice, SOUND, &KEY_FRAME);
    let done = start_opening(&mut bob, SOUND, &sealed).expect("she is there");
    let late = finish_opening_of(&mut bob, SOUND, &sealed, &done, elsewhere_only);
    assert_eq!(late, Err(OpenError::Misdirected));
    let late = finish_opening_of(&mut bob, SOUND, &sealed, &done, nobody);
    assert_eq!(late, Err(OpenError::NoKey));
    assert!(finish_opening(&mut bob, SOUND, &sealed, &done).is_ok());
}

#[test]
fn a_frame_whose_sender_is_not_there_is_not_laid_out() {
    let [mut alice, mut bob] = acquainted(SOUND, &KEY_FRAME);
    let sealed = seal(&mut alice, SOUND, &KEY_FRAME);
    let (mut buffer, mut subtle) = (Vec::new(), SubtleKeys::default());
    for who in [nobody, elsewhere_only] {
        let job = bob.open_elsewhere(SOUND.frame(&sealed), who, &mut buffer, &mut subtle);
        assert!(job.is_none());
    }
}

#[test]
fn the_first_frame_of_a_stream_is_opened_here() {
    let (mut alice, mut bob) = (member(ALICE), member(BOB));
    let sealed = seal(&mut alice, SOUND, &KEY_FRAME);
    assert!(start_opening(&mut bob, SOUND, &sealed).is_none());
    assert!(open(&mut bob, SOUND, &sealed).is_ok());
}
