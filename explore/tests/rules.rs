//! Rules that need a group, but no cryptography and no faults.

use std::collections::BTreeSet;

use sotto_core::{ids::PeerId, membership::Outgoing};
use sotto_explore::{
    abstract_group::Flaw,
    world::{Flight, Parcel, Who, World},
};

/// So many in one group, and another who comes now.
fn joined_by(people: usize, flaw: Option<Flaw>) -> World {
    let mut world = World::new(people + 1, flaw, None);
    (0..people).for_each(|who| world.join(who));
    world.settle();
    world.join(people);
    world
}

/// What the commit that comes next puts on its way, in order.
fn next_commit(world: &mut World) -> Vec<Flight> {
    let is_commit = |flight: &Flight| matches!(flight.parcel, Parcel::Said(Outgoing::Commit(_)));
    while !world.flights.iter().any(is_commit) {
        world.step();
    }
    let sent = world.last.map_or(0, |(_, sent)| sent);
    world.flights.split_off(world.flights.len() - sent)
}

fn receivers(flights: &[Flight], is: impl Fn(&Outgoing) -> bool) -> Vec<Who> {
    let wanted = flights
        .iter()
        .filter(|it| matches!(&it.parcel, Parcel::Said(said) if is(said)));
    wanted.map(|flight| flight.to).collect()
}

#[test]
fn r12_a_welcome_goes_first_and_to_its_joiner_and_the_two_lowest_leaves() {
    let mut world = joined_by(5, None);
    let sent = next_commit(&mut world);
    let is_welcome = |said: &Outgoing| matches!(said, Outgoing::Welcome(..));
    let mut welcomed = receivers(&sent, is_welcome);
    welcomed.sort_unstable();
    let committer = sent[0].from;
    let node = world.nodes[committer].as_ref().expect("it is there");
    let others = node.membership.members().iter().map(|(_, peer)| *peer);
    let others = others.filter(|peer| ![committer, 5].map(World::peer).contains(peer));
    let lowest: BTreeSet<PeerId> = others.take(2).collect();
    assert!(welcomed.contains(&5), "its joiner");
    welcomed.retain(|who| *who != 5);
    let keepers: Vec<PeerId> = welcomed.into_iter().map(World::peer).collect();
    assert!(keepers.iter().eq(&lowest), "the lowest leaves: {keepers:?}");
    assert!(matches!(&sent[0].parcel, Parcel::Said(said) if is_welcome(said)));
    let is_commit = |said: &Outgoing| matches!(said, Outgoing::Commit(_));
    assert_eq!(receivers(&sent, is_commit).len(), 5, "everyone else");
}

#[test]
fn r15_one_key_package_that_the_group_refuses_keeps_nobody_else_out() {
    let mut world = World::new(4, Some(Flaw::RefusesTheFourth), None);
    (0..4).for_each(|who| world.join(who));
    let ten_seconds = world.now + std::time::Duration::from_secs(10);
    while world.now < ten_seconds {
        world.step();
    }
    let sizes: Vec<usize> = world
        .present()
        .map(|(_, node)| node.membership.members().len())
        .collect();
    assert_eq!(sizes, [3, 3, 3, 1]);
}

#[test]
fn r16_who_is_refused_costs_nobody_the_group_that_it_seeks() {
    let mut world = World::new(5, Some(Flaw::RefusesTheFourth), None);
    (0..2).for_each(|who| world.join(who));
    world.settle();
    world.leave(1);
    (3..5).for_each(|who| world.join(who));
    let is_welcome = |flight: &Flight| matches!(flight.parcel, Parcel::Said(Outgoing::Welcome(..)));
    while !world.flights.iter().any(is_welcome) {
        world.step();
    }
    let membership = |who: Who| &world.nodes[who].as_ref().expect("it is there").membership;
    let here = membership(0).standing().group;
    assert_eq!(
        membership(4).seeks(),
        Some(here),
        "it is welcome where it wants to be"
    );
}
