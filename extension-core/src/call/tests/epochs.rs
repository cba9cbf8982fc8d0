//! When an epoch is sealed with, and for whom: M1 and M13 among whole calls.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const MILLISECOND: Duration = Duration::from_millis(1);

#[test]
fn m13_who_was_removed_is_sent_nothing_even_while_its_last_epoch_is_sealed_with() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    let gone = mesh.call(2).peer();
    mesh.leave(2);
    let mut sealed_with = 0;
    for _ in 0..300 {
        mesh.run_for(MILLISECOND);
        let now = mesh.now();
        let call = mesh.call_mut(0);
        let reached = call.reaches_member(now, Mesh::link(0, 2));
        assert!(!reached || call.is_member(gone));
        let sending = call.keyring.sending().expect("a key");
        let is_in_it = call.epochs.has(sending, gone);
        sealed_with += usize::from(is_in_it && !call.is_member(gone));
    }
    assert!(sealed_with > 0, "there is such a moment");
}

#[test]
fn m1_the_bound_counts_from_the_oldest_epoch_that_waits() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 10);
    let us = mesh.committer();
    // Live, and shows no new epoch.
    mesh.network.cut((us + 1) % 3);
    let old = mesh.call(us).epoch();
    let sending = |mesh: &Mesh| mesh.call(us).keyring.sending().expect("a key").epoch;
    mesh.add();
    while mesh.call(us).epoch() == old {
        mesh.run_for(MILLISECOND);
    }
    mesh.run_for(MILLISECOND * 250);
    mesh.add();
    mesh.run_for(MILLISECOND * 249);
    assert!(mesh.call(us).epoch() > Epoch(old.0 + 1));
    assert_eq!(sending(&mesh), old, "one doesn't show the new one");
    mesh.run_for(MILLISECOND);
    assert_eq!(sending(&mesh), mesh.call(us).epoch());
}

/// M2 and M10: a timer that comes late leaves nobody heard.
#[test]
fn m10_who_was_removed_is_not_heard_again_when_a_commit_comes_before_a_late_timer() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    let sealed = [
        mesh.seal(2, b"still here").expect("sealed"),
        mesh.seal(2, b"and here").expect("sealed"),
    ];
    mesh.leave(2);
    mesh.run_for(MILLISECOND * 1_300);
    assert_eq!(mesh.open(0, 2, &sealed[0]), Err(OpenError::NoKey));
    let late = mesh.now() + SECOND * 11;
    let call = mesh.call_mut(0);
    let newest = call.keyring.newest().expect("a key");
    let us = (Leaf(0), call.peer());
    call.epochs.keep(late, newest, vec![us]);
    let mut buffer = Vec::new();
    let opened = call.open(
        late,
        Mesh::link(0, 2),
        Codec::Pcmu.frame(&sealed[1]),
        &mut buffer,
    );
    assert_eq!(opened.err(), Some(OpenError::NoKey));
}
