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
fn a_frame_that_comes_says_nothing_of_the_page_that_it_is_in() {
    let mut core = Core::new([1; 32]);
    core.turn_on(Instant(0), TAB);
    for (reach, reason) in [
        (Reach::ReloadNeeded, "reload-needed"),
        (Reach::Contained, "contained"),
        (Reach::Restricted, "restricted"),
    ] {
        core.reach(Instant(0), TAB, reach);
        core.attach(Instant(0), TAB).expect("a page");
        assert_eq!(core.view(Instant(0), TAB).reason, reason);
    }
}

#[test]
fn a_page_that_comes_itself_was_reloaded() {
    let mut core = Core::new([1; 32]);
    for (reach, reason) in [
        (Reach::ReloadNeeded, "off"),
        (Reach::Restricted, "off"),
        (Reach::NoPermission, "no-permission"),
        (Reach::Contained, "contained"),
    ] {
        core.reach(Instant(0), TAB, reach);
        core.reached(Instant(0), TAB);
        assert_eq!(core.view(Instant(0), TAB).reason, reason);
    }
}

#[test]
fn a_permission_that_is_given_again_ends_its_withdrawal_and_no_more() {
    let mut core = Core::new([1; 32]);
    core.permission(Instant(0), TAB, false);
    assert_eq!(core.view(Instant(0), TAB).reason, "no-permission");
    core.permission(Instant(0), TAB, true);
    assert_eq!(core.view(Instant(0), TAB).state, State::Off);
    core.reach(Instant(0), TAB, Reach::ReloadNeeded);
    core.permission(Instant(0), TAB, true);
    assert_eq!(core.view(Instant(0), TAB).reason, "reload-needed");
}

#[test]
fn a_popup_that_finds_a_reload_needed_gives_no_permission_back() {
    let mut pair = Pair::both_on();
    pair.cores[0].permission(pair.now, TAB, false);
    pair.cores[0].reach(pair.now, TAB, Reach::ReloadNeeded);
    assert_eq!(pair.view(0).reason, "no-permission");
    assert_eq!((pair.send_video(0), pair.send_video(1)), (None, None));
    pair.cores[0].permission(pair.now, TAB, true);
    assert_eq!(pair.view(0).reason, "reload-needed");
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
