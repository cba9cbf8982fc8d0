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
