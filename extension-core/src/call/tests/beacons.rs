//! Beacons that come another way than their sender's own channel.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// The last beacon that somebody sent, as a message.
fn last_beacon(mesh: &mut Mesh, from: usize) -> Option<Vec<u8>> {
    let recorded = mesh.network.recorded();
    let sent = recorded.iter().filter(|(sender, _, _)| *sender == from);
    let messages = sent.filter_map(|(_, _, bytes)| Packet::parse(bytes).ok());
    let mut messages = messages.map(|packet| packet.fragment);
    messages
        .rfind(|bytes| matches!(Message::parse(bytes), Ok(Message::Beacon(_))))
        .map(<[u8]>::to_vec)
}

#[test]
fn b1_a_beacon_that_is_passed_on_with_another_signature_is_refused() {
    let mut mesh = Mesh::new(3);
    mesh.network.record();
    mesh.run_for(SECOND * 2);
    let beacon = last_beacon(&mut mesh, 2).expect("it spoke");
    let Ok(Message::Beacon(signed)) = Message::parse(&beacon) else {
        panic!("a beacon");
    };
    let passed_on = Message::PassedOn(signed).to_bytes();
    let mut forged = passed_on.clone();
    let somewhere = forged.len() - 40;
    forged[somewhere] ^= 1;
    assert_eq!(say(&mut mesh, 0, 1, &forged), Err(WireError::Malformed));
    assert_eq!(say(&mut mesh, 0, 1, &passed_on), Ok(()));
}

#[test]
fn b3_our_own_beacons_come_back_and_introduce_nobody() {
    let mut mesh = Mesh::new(2);
    mesh.network.record();
    mesh.run_for(SECOND);
    let own = last_beacon(&mut mesh, 0).expect("we spoke");
    let (now, outsider) = (mesh.now(), Mesh::link(0, 9));
    mesh.call_mut(0).open_link(now, outsider);
    say(&mut mesh, 0, 9, &own).expect("well-formed");
    let call = mesh.call_mut(0);
    assert_eq!(call.links.peer(outsider), None);
    assert!(!call.reaches_member(now, outsider));
}

/// Else nobody would ask for the one whose channel is dead (R20), while somebody brings its beacons
/// as if they came by themselves.
#[test]
fn b6_a_beacon_on_somebody_elses_channel_counts_as_passed_on() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND * 3);
    mesh.network.kill(&[(2, 0)]);
    for _ in 0..30 {
        mesh.network.record();
        mesh.run_for(SECOND / 10);
        if let Some(beacon) = last_beacon(&mut mesh, 2) {
            say(&mut mesh, 0, 1, &beacon).expect("well-formed");
        }
    }
    let (now, third) = (mesh.now(), mesh.call(2).peer());
    assert!(mesh.call(0).live_peers(now).any(|peer| peer == third));
    assert_eq!(mesh.call(0).members_apart(now), 1);
}
