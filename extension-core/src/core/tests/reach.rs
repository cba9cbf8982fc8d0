//! What a withdrawn permission does to a call that runs.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

#[test]
fn without_permission_nothing_moves_until_it_is_back() {
    let mut pair = Pair::both_on();
    assert!(pair.send_video(0).is_some() && pair.send_video(1).is_some());

    pair.cores[0].reach(pair.now, TAB, Reach::NoPermission);
    assert_eq!(pair.send_video(0), None);
    assert_eq!(pair.send_video(1), None);
    let view = pair.view(0);
    assert_eq!(
        (view.state, view.reason),
        (State::Unsupported, "no-permission")
    );
    pair.run_for(RECENT);
    assert_eq!(pair.send_video(0), None);
    let sending = &pair.view(0).streams[0];
    assert_eq!(sending.reason, Some(DropReason::NoPermission));

    pair.cores[0].reach(pair.now, TAB, Reach::Ok);
    assert!(pair.send_video(0).is_some() && pair.send_video(1).is_some());
    assert_eq!(pair.view(0).state, State::Encrypted);
}

#[test]
fn a_page_that_comes_anew_does_not_give_the_permission_back() {
    let mut pair = Pair::both_on();
    pair.cores[0].reach(pair.now, TAB, Reach::NoPermission);
    pair.cores[0].attach(pair.now, TAB);
    assert_eq!(pair.view(0).reason, "no-permission");
    assert_eq!(pair.send_video(0), None);
}

#[test]
fn a_page_that_comes_was_reloaded() {
    let mut core = Core::new([1; 32]);
    core.reach(Instant(0), TAB, Reach::ReloadNeeded);
    assert_eq!(core.view(Instant(0), TAB).reason, "reload-needed");
    core.attach(Instant(0), TAB).expect("a page");
    assert_ne!(core.view(Instant(0), TAB).reason, "reload-needed");
}

#[test]
fn what_sotto_cannot_get_at_is_said_and_is_no_call() {
    let mut core = Core::new([1; 32]);
    for (reach, reason) in [
        (Reach::Restricted, "restricted"),
        (Reach::ReloadNeeded, "reload-needed"),
        (Reach::Contained, "contained"),
    ] {
        core.reach(Instant(0), TAB, reach);
        let view = core.view(Instant(0), TAB);
        assert_eq!((view.state, view.reason), (State::Unsupported, reason));
    }
}
