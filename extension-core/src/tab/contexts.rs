//! Which of our streams seal under which contexts of key ids. A few are given out in turn, so that one
//! that was given back stays unused for a while: who still holds its last owner's frames finds no other
//! stream under that name. Only a few, because receivers hold a key for each that they meet (M4).

use std::{collections::BTreeMap, time::Duration};

use super::claims::CLAIM;
use crate::{
    ids::StreamId,
    media::{Context, Role, STREAMS_OF_A_ROLE},
    time::Instant,
};

/// So many of a role take turns; the others are for who has more streams at once.
const IN_TURN: u8 = 16;

/// After this long a stream that seals nothing has to give its context to one that would: receivers
/// let it go to another then.
const IDLE: Duration = CLAIM;

struct Held {
    context: Context,
    sealed: Instant,
}

/// A context's key and counter live on in the keyring, whoever has it.
#[derive(Default)]
pub struct Contexts {
    held: BTreeMap<(StreamId, Role), Held>,
    next: BTreeMap<Role, u8>,
}

impl Contexts {
    /// What a frame of a stream is sealed under now; none while all are of streams that seal.
    pub fn take(&mut self, now: Instant, stream: StreamId, role: Role) -> Option<Context> {
        if let Some(held) = self.held.get_mut(&(stream, role)) {
            held.sealed = now;
            return Some(held.context);
        }
        let context = self.free(role).or_else(|| self.idle(now, role))?;
        let held = Held {
            context,
            sealed: now,
        };
        self.held.insert((stream, role), held);
        Some(context)
    }

    /// A stream has ended.
    pub fn release(&mut self, gone: StreamId) {
        self.held.retain(|(stream, _), _| *stream != gone);
    }

    fn free(&mut self, role: Role) -> Option<Context> {
        let mut taken = [false; STREAMS_OF_A_ROLE as usize];
        for held in self.of(role) {
            taken[usize::from(held.context.index())] = true;
        }
        let next = self.next.entry(role).or_default();
        let in_turn = (0..IN_TURN).map(|step| (*next + step) % IN_TURN);
        let index = in_turn
            .chain(IN_TURN..STREAMS_OF_A_ROLE)
            .find(|index| !taken[usize::from(*index)])?;
        *next = (index + 1) % IN_TURN;
        Context::new(role, index)
    }

    /// The one that has sealed nothing for longest gives its context up.
    fn idle(&mut self, now: Instant, role: Role) -> Option<Context> {
        let held = self.held.iter().filter(|((_, its), _)| *its == role);
        let (key, held) = held.min_by_key(|(_, held)| held.sealed)?;
        let (key, held) = (*key, (held.context, held.sealed));
        (now.since(held.1) > IDLE).then(|| self.held.remove(&key))?;
        Some(held.0)
    }

    fn of(&self, role: Role) -> impl Iterator<Item = &Held> {
        let held = self.held.iter().filter(move |((_, its), _)| *its == role);
        held.map(|(_, held)| held)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::ids::PageId;

    const START: Instant = Instant(1000);

    fn stream(number: u32) -> StreamId {
        StreamId {
            page: PageId(1),
            number,
        }
    }

    impl Contexts {
        fn camera(&mut self, after: Duration, number: u32) -> Option<u8> {
            let context = self.take(START + after, stream(number), Role::Camera);
            context.map(Context::index)
        }

        /// As many streams seal as can at once.
        fn full() -> Self {
            let mut contexts = Self::default();
            for number in 0..STREAMS_OF_A_ROLE {
                let given = contexts.camera(Duration::ZERO, number.into());
                assert_eq!(given, Some(number));
            }
            contexts
        }
    }

    #[test]
    fn what_was_given_back_comes_again_last() {
        let mut contexts = Contexts::default();
        for number in 0..40 {
            let given = contexts.camera(Duration::ZERO, number);
            assert_eq!(given.map(u32::from), Some(number % u32::from(IN_TURN)));
            contexts.release(stream(number));
        }
    }

    #[test]
    fn what_somebody_has_is_passed_over() {
        let mut contexts = Contexts::default();
        let mut given = |number| contexts.camera(Duration::ZERO, number);
        assert_eq!([0, 1, 0, 2, 1].map(&mut given), [0, 1, 0, 2, 1].map(Some));
    }

    #[test]
    fn all_can_be_had_at_once_and_no_more_while_they_seal() {
        let mut contexts = Contexts::full();
        for number in 0..64 {
            assert!(contexts.camera(IDLE, number).is_some());
        }
        assert_eq!(contexts.camera(2 * IDLE, 64), None);
    }

    #[test]
    fn who_has_sealed_nothing_for_longest_makes_room() {
        let mut contexts = Contexts::full();
        let second = Duration::from_secs(1);
        for number in (0..64).filter(|number| *number != 7 && *number != 9) {
            contexts.camera(2 * second, number);
        }
        contexts.camera(second, 9);
        assert_eq!(contexts.camera(IDLE, 64), None);
        assert_eq!(contexts.camera(IDLE + second / 2, 64), Some(7));
        assert_eq!(contexts.camera(IDLE + second / 2, 7), None);
        assert_eq!(contexts.camera(IDLE + second * 3 / 2, 7), Some(9));
    }

    #[test]
    fn roles_do_not_take_from_each_other() {
        let mut contexts = Contexts::full();
        let screen = contexts.take(START + 2 * IDLE, stream(0), Role::ScreenPicture);
        assert_eq!(screen, Context::new(Role::ScreenPicture, 0));
        for number in 0..64 {
            assert_eq!(
                contexts.camera(2 * IDLE, number).map(u32::from),
                Some(number)
            );
        }
    }
}
