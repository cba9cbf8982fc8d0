//! Which contexts of key ids are free for our streams. They are given out in turn, so that one that
//! was given back stays unused for as long as possible: who still holds its last owner's frames
//! finds no other stream under that name.

use std::collections::BTreeMap;

use crate::media::{Context, Role, STREAMS_OF_A_ROLE};

#[derive(Default)]
pub struct Contexts {
    next: BTreeMap<Role, u8>,
}

impl Contexts {
    /// The next context of a role that nobody has. Its key and its counter live on in the keyring
    /// should it have been somebody's.
    pub fn next(&mut self, role: Role, taken: impl Fn(Context) -> bool) -> Option<Context> {
        let next = self.next.entry(role).or_default();
        for step in 0..STREAMS_OF_A_ROLE {
            let index = (*next + step) % STREAMS_OF_A_ROLE;
            let context = Context::new(role, index)?;
            if !taken(context) {
                *next = (index + 1) % STREAMS_OF_A_ROLE;
                return Some(context);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    fn index(context: Context) -> u8 {
        context.0 % STREAMS_OF_A_ROLE
    }

    #[test]
    fn what_was_given_back_comes_again_last() {
        let mut contexts = Contexts::default();
        let mut given = || contexts.next(Role::Camera, |_| false).map(index);
        let first: Vec<_> = (0..STREAMS_OF_A_ROLE).map(|_| given()).collect();
        assert!(first.iter().copied().eq((0..STREAMS_OF_A_ROLE).map(Some)));
        assert_eq!(given(), Some(0));
    }

    #[test]
    fn what_somebody_has_is_passed_over_and_in_the_end_none_is_left() {
        let mut contexts = Contexts::default();
        let odd = |context| index(context) % 2 == 1;
        assert_eq!(contexts.next(Role::Camera, odd).map(index), Some(0));
        assert_eq!(contexts.next(Role::Camera, odd).map(index), Some(2));
        assert_eq!(contexts.next(Role::Camera, |_| true), None);
    }

    #[test]
    fn roles_do_not_take_from_each_other() {
        let mut contexts = Contexts::default();
        assert!(contexts.next(Role::Camera, |_| false).is_some());
        let screen = contexts.next(Role::ScreenPicture, |_| false);
        assert_eq!(screen, Context::new(Role::ScreenPicture, 0));
    }
}
