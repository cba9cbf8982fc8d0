//! Whose frames are opened, and over which connection: M9 among whole calls.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::media::MAX_COUNTER;

/// The last frame that there can be of somebody's stream, by whoever has the media keys.
fn last_frame_of(mesh: &Mesh, who: usize) -> Vec<u8> {
    let call = mesh.call(who);
    let members = call.members().iter();
    let (leaf, _) = *members
        .clone()
        .find(|(_, peer)| *peer == call.peer())
        .expect("a member");
    let key = call.membership.group().media_base_key().expect("a key");
    let mut keyring = Keyring::default();
    keyring.install(
        mesh.now(),
        call.keyring.newest().expect("a key"),
        leaf,
        &key,
    );
    keyring.switch();
    keyring.exhaust(Context(0), MAX_COUNTER - 1);
    let mut buffer = Vec::new();
    let sealed = keyring.seal(Context(0), Codec::Pcmu.frame(b"not mine"), &mut buffer);
    sealed.expect("sealed").to_vec()
}

#[test]
fn m9_who_seals_as_another_on_its_own_connection_takes_nothing_from_that_one() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    let forged = last_frame_of(&mesh, 1);
    for _ in 0..2 {
        assert_eq!(mesh.open(0, 2, &forged), Err(OpenError::Misdirected));
        let sealed = mesh.seal(1, b"mine").expect("sealed");
        assert_eq!(mesh.open(0, 1, &sealed), Ok(b"mine".to_vec()));
    }
    assert_eq!(mesh.open(0, 1, &forged), Ok(b"not mine".to_vec()));
    let sealed = mesh.seal(1, b"mine").expect("sealed");
    assert_eq!(
        mesh.open(0, 1, &sealed),
        Err(OpenError::Replayed),
        "it is good for that"
    );
}
