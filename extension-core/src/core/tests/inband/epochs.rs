//! Media through a change of epochs in a room, where a Commit takes its time.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

#[test]
fn m1_a_renewal_costs_no_frame_in_a_room() {
    for people in [3, 8] {
        let mut room = Room::all_on(people, Layout::PublishAndSubscribe);
        let all: Vec<_> = (0..people.into()).collect();
        room.until_it_stands(&all);
        room.run_for(Duration::from_secs(3));
        let number = room.view(0).safety_number;
        room.opened.clear();
        room.wire.clear();
        room.run_for(Duration::from_secs(65));
        assert_ne!(
            room.view(0).safety_number,
            number,
            "somebody renewed its leaf"
        );
        let came = room.wire.len() * (all.len() - 1);
        assert_eq!(room.opened.len(), came, "with {people} people");
    }
}
