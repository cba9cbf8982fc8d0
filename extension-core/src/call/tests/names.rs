//! N1 to N3 among whole calls: names go round inside the group, and nobody outside reads one.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;
use crate::name::Name;

fn choose(mesh: &mut Mesh, who: usize, name: &str) {
    let now = mesh.now();
    mesh.call_mut(who).set_name(now, Name::parse(name));
}

fn known(mesh: &Mesh, at: usize, of: usize) -> Option<&str> {
    let peer = mesh.call(of).peer();
    mesh.call(at).name_of(peer).map(Name::as_str)
}

#[test]
fn n1_names_are_known_to_all_members_also_to_who_comes_later() {
    let mut mesh = Mesh::new(2);
    choose(&mut mesh, 0, "Ana");
    choose(&mut mesh, 1, "Ben");
    mesh.run_for(SECOND);
    let third = mesh.add();
    choose(&mut mesh, third, "Cleo");
    mesh.run_for(SECOND);
    for (of, name) in [(0, "Ana"), (1, "Ben"), (third, "Cleo")] {
        for at in [0, 1, third] {
            assert_eq!(known(&mesh, at, of), Some(name));
        }
    }
}

#[test]
fn n1_a_name_that_changes_or_goes_does_so_for_all() {
    let mut mesh = Mesh::new(2);
    choose(&mut mesh, 0, "Ana");
    mesh.run_for(SECOND);
    choose(&mut mesh, 0, "Ana Lu");
    mesh.run_for(SECOND);
    assert_eq!(known(&mesh, 1, 0), Some("Ana Lu"));
    let now = mesh.now();
    mesh.call_mut(0).set_name(now, None);
    mesh.run_for(SECOND);
    assert_eq!(known(&mesh, 1, 0), None);
}

#[test]
fn n1_what_was_lost_is_said_again() {
    let mut mesh = Mesh::with_network(3, Network::bad(5));
    for (who, name) in ["Ana", "Ben", "Cleo"].into_iter().enumerate() {
        choose(&mut mesh, who, name);
    }
    mesh.run_for(SECOND * 60);
    for at in 0..3 {
        assert_eq!(known(&mesh, at, 0), Some("Ana"));
        assert_eq!(known(&mesh, at, 2), Some("Cleo"));
    }
}

#[test]
fn n1_without_a_name_nothing_more_is_sent_than_before() {
    let mut mesh = Mesh::new(2);
    mesh.network.record();
    mesh.run_for(SECOND * 15);
    assert_eq!(names_in(&mesh.network.recorded()).len(), 0);
}

#[test]
fn n2_on_the_wire_every_name_is_as_long_and_none_can_be_read() {
    let mut lengths = BTreeSet::new();
    for name in ["A", "Anastasia Luisa van der Meer"] {
        let mut mesh = Mesh::new(2);
        choose(&mut mesh, 0, name);
        mesh.network.record();
        mesh.run_for(SECOND);
        let recorded = mesh.network.recorded();
        let packets = recorded.iter().map(|(_, _, bytes)| bytes);
        let readable = |bytes: &Vec<u8>| bytes.windows(4).any(|part| part == b"Anas");
        assert!(!packets.clone().any(readable));
        lengths.extend(names_in(&recorded).iter().map(Vec::len));
    }
    assert_eq!(lengths.len(), 1);
}

#[test]
fn n3_a_name_is_its_senders_whoever_brings_it_and_counts_once() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND);
    choose(&mut mesh, 0, "Ana");
    mesh.network.record();
    mesh.run_for(SECOND);
    let said = names_in(&mesh.network.recorded()).remove(0);
    choose(&mut mesh, 0, "Eve");
    mesh.run_for(SECOND);
    let outcome = say(&mut mesh, 1, 2, &said);
    assert_eq!(outcome, Err(WireError::Malformed));
    assert_eq!(known(&mesh, 1, 0), Some("Eve"));
    assert_eq!(known(&mesh, 1, 2), None);
}

#[test]
fn n3_a_name_that_somebody_else_brings_is_still_its_senders() {
    let mut mesh = Mesh::new(3);
    mesh.run_for(SECOND);
    mesh.network.kill(&[(0, 1), (1, 0)]);
    choose(&mut mesh, 0, "Ana");
    mesh.network.record();
    mesh.run_for(SECOND);
    let said = names_in(&mesh.network.recorded()).remove(0);
    assert_eq!(known(&mesh, 1, 0), None, "it didn't come by itself");
    say(&mut mesh, 1, 2, &said).expect("never heard before");
    assert_eq!(known(&mesh, 1, 0), Some("Ana"));
    assert_eq!(known(&mesh, 1, 2), None);
}

#[test]
fn n3_who_is_not_in_the_group_can_give_nobody_a_name() {
    let mut mesh = Mesh::new(2);
    mesh.run_for(SECOND);
    let mut ghost = Mls::new(ChaCha20Rng::from_seed([8; 32]));
    let mut other = ghost.found().expect("a group");
    let told = other.tell(ghost.identity(), &[b'x'; 64]).expect("told");
    for body in [told, b"garbage".to_vec(), vec![]] {
        let message = Message::Name(body.into()).to_bytes();
        assert_eq!(say(&mut mesh, 0, 1, &message), Err(WireError::Malformed));
    }
    mesh.run_for(SECOND);
    mesh.assert_one_group(&[0, 1]);
    assert_eq!(known(&mesh, 0, 1), None);
}

/// The messages with names that were sent.
fn names_in(recorded: &[(usize, usize, Vec<u8>)]) -> Vec<Vec<u8>> {
    let fragments = recorded
        .iter()
        .filter_map(|(_, _, bytes)| Packet::parse(bytes).ok());
    let messages = fragments
        .filter(|packet| packet.count == 1)
        .map(|packet| packet.fragment);
    messages
        .filter(|bytes| matches!(Message::parse(bytes), Ok(Message::Name(_))))
        .map(<[u8]>::to_vec)
        .collect()
}
