//! Which contexts of key ids are free for our streams. A few are given out in turn, so that one that
//! was given back stays unused for a while: who still holds its last owner's frames finds no other
//! stream under that name. Only a few, because receivers hold a key for each that they meet (M4).

use std::collections::BTreeMap;

use crate::media::{Context, Role, STREAMS_OF_A_ROLE};

/// So many of a role take turns; the others are for who has more streams at once.
const IN_TURN: u8 = 16;

#[derive(Default)]
pub struct Contexts {
    next: BTreeMap<Role, u8>,
}

impl Contexts {
    /// The next context of a role that nobody has. Its key and its counter live on in the keyring
    /// should it have been somebody's.
    pub fn next(&mut self, role: Role, taken: impl Fn(Context) -> bool) -> Option<Context> {
        let next = self.next.entry(role).or_default();
        let in_turn = (0..IN_TURN).map(|step| (*next + step) % IN_TURN);
        let context = in_turn
            .chain(IN_TURN..STREAMS_OF_A_ROLE)
            .filter_map(|index| Context::new(role, index))
            .find(|context| !taken(*context))?;
        *next = (context.index() + 1) % IN_TURN;
        Some(context)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn what_was_given_back_comes_again_last() {
        let mut contexts = Contexts::default();
        let mut given = || contexts.next(Role::Camera, |_| false).map(Context::index);
        let first: Vec<_> = (0..IN_TURN).map(|_| given()).collect();
        assert!(first.into_iter().eq((0..IN_TURN).map(Some)));
        assert_eq!(given(), Some(0));
    }

    #[test]
    fn what_somebody_has_is_passed_over_and_in_the_end_none_is_left() {
        let mut contexts = Contexts::default();
        let odd = |context: Context| context.index() % 2 == 1;
        let mut given = |taken: fn(Context) -> bool| contexts.next(Role::Camera, taken);
        assert_eq!(given(odd).map(Context::index), Some(0));
        assert_eq!(given(odd).map(Context::index), Some(2));
        assert_eq!(given(|_| true), None);
    }

    #[test]
    fn all_can_be_had_at_once() {
        let mut contexts = Contexts::default();
        let mut had = std::collections::BTreeSet::new();
        while let Some(context) = contexts.next(Role::Camera, |context| had.contains(&context)) {
            assert!(had.insert(context));
        }
        assert_eq!(had.len(), usize::from(STREAMS_OF_A_ROLE));
    }

    #[test]
    fn roles_do_not_take_from_each_other() {
        let mut contexts = Contexts::default();
        assert!(contexts.next(Role::Camera, |_| false).is_some());
        let screen = contexts.next(Role::ScreenPicture, |_| false);
        assert_eq!(screen, Context::new(Role::ScreenPicture, 0));
    }
}
