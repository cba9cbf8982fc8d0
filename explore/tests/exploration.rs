//! Every scenario is explored to its end, keeps every law, and has exactly the states that it had
//! when somebody last looked: a change of behaviour changes a number here, and must be meant.

use sotto_explore::{report::Report, scenarios};

fn explore(name: &str, states: usize) {
    let scenario = scenarios::ALL.into_iter().find(|it| it.name == name);
    let report = Report::of(scenario.expect("a scenario of that name"));
    println!("{}\n{report}", Report::HEADER);
    assert!(report.is_sound(), "{report}");
    assert_eq!(report.states, states, "{report}");
}

#[test]
fn four_start_at_once() {
    explore("four start at once", 12_988);
}

#[test]
fn a_fourth_joins_three() {
    explore("a fourth joins three", 43_064);
}

#[test]
fn a_fourth_joins_three_and_people_fail() {
    explore("a fourth joins three, and people fail", 29_927);
}

#[test]
fn four_come_apart_and_meet_again() {
    explore("four come apart and meet again", 159_111);
}

#[test]
fn two_come_and_two_go() {
    explore("two come and two go, at any time", 26_342);
}

#[test]
fn one_comes_and_one_goes() {
    explore("one comes and one goes, and something fails", 16_150);
}

#[test]
fn one_comes_while_another_renews_its_leaf() {
    explore("one comes while another renews its leaf", 1_874);
}
