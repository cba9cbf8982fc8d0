//! Every scenario is explored to its end, keeps every law, and has exactly the states that it had
//! when somebody last looked.

use sotto_explore::{report::Report, scenarios};

fn explore(name: &str) {
    let scenario = scenarios::ALL.into_iter().find(|it| it.name == name);
    let report = Report::of(scenario.expect("a scenario of that name"));
    println!("{}\n{report}", Report::HEADER);
    assert!(report.is_sound(), "{report}");
}

#[test]
fn four_start_at_once() {
    explore("four start at once");
}

#[test]
fn a_fourth_joins_three() {
    explore("a fourth joins three");
}

#[test]
fn a_fourth_joins_three_and_people_fail() {
    explore("a fourth joins three, and people fail");
}

#[test]
fn four_come_apart_and_meet_again() {
    explore("four come apart and meet again");
}

#[test]
fn two_come_and_two_go() {
    explore("two come and two go, at any time");
}

#[test]
fn one_comes_and_one_goes() {
    explore("one comes and one goes, and something fails");
}

#[test]
fn a_fourth_joins_three_and_a_channel_is_dead() {
    explore("a fourth joins three, and a channel is dead");
}

#[test]
fn two_of_four_do_not_hear_each_other() {
    explore("of four two don't hear each other");
}

#[test]
fn one_comes_while_another_renews_its_leaf() {
    explore("one comes while another renews its leaf");
}

#[test]
fn one_of_four_hears_nobody() {
    explore("of four one hears nobody");
}
