//! A schedule that the explorer found, gone through again, step by step.

use stateright::Model;

use crate::{
    laws,
    model::{Action, Exploration, State},
    scenarios::Scenario,
    world::HORIZON,
};

/// Follows a way as the report prints it, and says how everyone stands after each change.
///
/// # Errors
/// The first step that can't be taken.
pub fn replay(scenario: &Scenario, way: &str) -> Result<Vec<String>, String> {
    let exploration = Exploration::of(scenario.clone());
    let mut state = exploration.init_states().remove(0);
    let mut lines = vec![format!("{state:?}")];
    for word in words(way) {
        let (times, name) = word.split_once(" x ").unwrap_or(("1", &word));
        let times: usize = times.parse().map_err(|_| format!("how often? {word}"))?;
        for _ in 0..times {
            state = follow(&exploration, &state, name, &mut lines)?;
        }
    }
    Ok(lines)
}

fn follow(
    exploration: &Exploration,
    state: &State,
    name: &str,
    lines: &mut Vec<String>,
) -> Result<State, String> {
    let mut actions = Vec::new();
    exploration.actions(state, &mut actions);
    let action = actions.into_iter().find(|it| format!("{it:?}") == name);
    let action = action.ok_or_else(|| format!("{name} can't happen at {state:?}"))?;
    if action == Action::Settle {
        return Ok(come_to_rest(state.clone(), lines));
    }
    if action != Action::Go {
        lines.push(format!("--- {action:?}"));
    }
    let next = exploration.next_state(state, action);
    let next = next.ok_or("a step that leads nowhere")?;
    note(&next, lines);
    Ok(next)
}

fn come_to_rest(mut state: State, lines: &mut Vec<String>) -> State {
    lines.push("--- no further faults".into());
    let start = state.world.now;
    while state.world.now.since(start) < HORIZON && !laws::is_at_rest(&state.world) {
        state.world.step();
        note(&state, lines);
    }
    state
}

/// Only what is new, but for the time.
fn note(state: &State, lines: &mut Vec<String>) {
    let line = format!("{state:?}");
    let what = |line: &str| line.split_once(';').map(|(_, what)| what.to_owned());
    if lines.last().and_then(|last| what(last)) != what(&line) {
        lines.push(line);
    }
}

/// Splits at the commas outside brackets.
fn words(way: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut depth = 0;
    for letter in way.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            ',' if depth == 0 => {
                words.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    words.iter().map(|word| word.trim().to_owned()).collect()
}
