//! Somebody to whom nothing comes any more, and whom the others still hear: a page's connection for
//! what it receives has failed, or it asked its server for nothing.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

const SECOND: Duration = Duration::from_secs(1);

/// Whether each of some opens frames of each other of them within every second.
fn perceive(room: &mut Room, people: &[usize], seconds: u32) -> bool {
    let ways = people.len() * (people.len() - 1);
    (0..seconds).all(|_| {
        room.opened.clear();
        room.run_for(SECOND);
        let among = |(from, to): &(usize, usize)| people.contains(from) && people.contains(to);
        let opened: BTreeSet<_> = room.opened.iter().copied().filter(among).collect();
        opened.len() == ways
    })
}

#[test]
fn r16_who_hears_nobody_ends_nobodys_call_and_comes_back() {
    type Gets = fn(usize, usize) -> bool;
    let but: [(usize, Gets); 2] = [(0, |_, to| to != 0), (3, |_, to| to != 3)];
    for layout in LAYOUTS {
        for (deaf, gets) in but {
            let mut room = Room::all_on(4, layout);
            room.until_it_stands(&[0, 1, 2, 3]);
            room.run_for(SECOND);
            let others: Vec<_> = (0..4).filter(|who| *who != deaf).collect();
            room.gets = gets;
            assert!(perceive(&mut room, &others, 20), "{layout:?}, {deaf}");
            assert!(room.stands(&others), "{layout:?}, {deaf}");
            assert_eq!(room.view(deaf).state, State::Alone, "and is told");
            room.gets = |_, _| true;
            assert!(perceive(&mut room, &others, 15), "{layout:?}, {deaf}");
            assert!(room.stands(&[0, 1, 2, 3]), "{layout:?}, {deaf}");
            assert_eq!(room.wrong, 0);
        }
    }
}
