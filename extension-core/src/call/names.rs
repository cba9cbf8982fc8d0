//! What members call themselves (PROTOCOL.md section 3, N1 to N3), and when to say ours: soon to
//! whoever is new, and now and then to all, for what was lost or came in another epoch. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    ids::PeerId,
    name::{MAX_BYTES, Name},
    time::Instant,
};

/// N1: how long after a change our name is said; all have the new epoch by then (M1).
pub const NAME_SPACING: Duration = Duration::from_millis(500);
/// N1: how often it is said again.
pub const NAME_INTERVAL: Duration = Duration::from_secs(10);

/// Whom to tell.
#[derive(Debug, PartialEq, Eq)]
pub enum To {
    Everyone,
    These(BTreeSet<PeerId>),
}

#[derive(Default)]
pub struct Names {
    own: Option<Name>,
    /// Whether the others may know a name of ours: that it is gone has to be said as well.
    spoken: bool,
    others: BTreeMap<PeerId, Name>,
    members: BTreeSet<PeerId>,
    untold: BTreeSet<PeerId>,
    soon: Option<Instant>,
    again: Option<Instant>,
}

impl Names {
    /// The person chose another name, or none.
    pub fn choose(&mut self, now: Instant, name: Option<Name>) {
        if self.own != name {
            self.own = name;
            self.untold.clone_from(&self.members);
            self.soon = Some(now + NAME_SPACING);
        }
    }

    /// Who is in the group, ourselves not counted. Whoever isn't is forgotten.
    pub fn handle_members(&mut self, now: Instant, others: BTreeSet<PeerId>) {
        self.others.retain(|peer, _| others.contains(peer));
        self.untold.retain(|peer| others.contains(peer));
        let new: Vec<_> = others.difference(&self.members).copied().collect();
        if !new.is_empty() {
            self.untold.extend(new);
            self.soon = Some(now + NAME_SPACING);
        }
        self.members = others;
    }

    /// What a member said; anything but a name that keeps the rules says nothing.
    pub fn handle_said(&mut self, peer: PeerId, said: &[u8]) {
        match Name::heard(said) {
            Some(Some(name)) if self.members.contains(&peer) => {
                self.others.insert(peer, name);
            }
            Some(None) => {
                self.others.remove(&peer);
            }
            _ => (),
        }
    }

    /// What to say now, and to whom.
    pub fn poll(&mut self, now: Instant) -> Option<(To, [u8; MAX_BYTES])> {
        if self.poll_timeout().is_none_or(|at| at > now) {
            return None;
        }
        let to = self.whom(now);
        self.spoken |= self.own.is_some();
        Some((to, Name::said(self.own.as_ref())))
    }

    fn whom(&mut self, now: Instant) -> To {
        let some = std::mem::take(&mut self.untold);
        let is_soon = self.soon.take().is_some_and(|at| at <= now);
        if is_soon && some.len() < self.members.len() {
            return To::These(some);
        }
        // R1: for each full hundred the interval grows by its length.
        let hundreds = u32::try_from(self.members.len() / 100).unwrap_or(u32::MAX);
        self.again = Some(now + NAME_INTERVAL * hundreds.saturating_add(1));
        To::Everyone
    }

    /// When to call [`Names::poll`] next.
    pub fn poll_timeout(&self) -> Option<Instant> {
        let has_something_to_say = self.own.is_some() || self.spoken;
        if self.members.is_empty() || !has_something_to_say {
            return None;
        }
        [self.soon, self.again].into_iter().flatten().min()
    }

    /// Our own.
    pub fn own(&self) -> Option<&Name> {
        self.own.as_ref()
    }

    /// A member's, by its own word.
    pub fn of(&self, peer: PeerId) -> Option<&Name> {
        self.others.get(&peer)
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    const ANA: PeerId = PeerId([1; 16]);
    const BEN: PeerId = PeerId([2; 16]);
    const START: Instant = Instant(1_000_000);

    fn with(members: &[PeerId], name: &str) -> Names {
        let mut names = Names::default();
        names.choose(START, Name::parse(name));
        names.handle_members(START, members.iter().copied().collect());
        names
    }

    fn said(text: &[u8]) -> Vec<u8> {
        let mut said = text.to_vec();
        said.resize(MAX_BYTES, 0);
        said
    }

    #[test]
    fn n1_our_name_is_said_to_all_then_to_the_new_and_again_at_intervals() {
        let mut names = with(&[ANA], "Cleo");
        assert_eq!(names.poll(START), None);
        let soon = START + NAME_SPACING;
        let (to, first) = names.poll(soon).expect("due");
        assert_eq!((to, first.to_vec()), (To::Everyone, said(b"Cleo")));
        names.handle_members(soon, [ANA, BEN].into());
        let next = names.poll_timeout().expect("someone is new");
        assert_eq!(next, soon + NAME_SPACING);
        let (to, _) = names.poll(next).expect("due");
        assert_eq!(to, To::These([BEN].into()));
        assert_eq!(names.poll_timeout(), Some(soon + NAME_INTERVAL));
        let (to, _) = names.poll(soon + NAME_INTERVAL).expect("due");
        assert_eq!(to, To::Everyone);
    }

    #[test]
    fn n1_the_more_others_are_members_the_more_seldom_a_name_is_said_again() {
        let again = |others: u8| {
            let members: Vec<_> = (0..others).map(|number| PeerId([number; 16])).collect();
            let mut names = with(&members, "Cleo");
            let soon = START + NAME_SPACING;
            assert!(names.poll(soon).is_some());
            names.poll_timeout().map(|at| at.since(soon).as_secs())
        };
        assert_eq!([99, 100, 200].map(again), [10, 20, 30].map(Some));
    }

    #[test]
    fn n1_who_has_no_name_says_nothing_and_who_gives_it_up_says_so() {
        let mut names = Names::default();
        names.handle_members(START, [ANA].into());
        assert_eq!(names.poll_timeout(), None);
        names.choose(START, Name::parse("Cleo"));
        assert!(names.poll(START + NAME_SPACING).is_some());
        names.choose(START + NAME_SPACING, None);
        let (_, gone) = names.poll(START + NAME_SPACING * 2).expect("due");
        assert_eq!(gone.to_vec(), said(b""));
    }

    #[test]
    fn n1_nothing_is_said_when_nobody_is_there() {
        assert_eq!(with(&[], "Cleo").poll_timeout(), None);
    }

    #[test]
    fn n2_what_is_no_name_changes_nothing() {
        let mut names = with(&[ANA], "Cleo");
        names.handle_said(ANA, &said(b"Ana"));
        let mut behind = said(b"Ana");
        behind[MAX_BYTES - 1] = b'x';
        let (short, long) = (b"Eve".to_vec(), vec![b'x'; 100]);
        let rude = said("\u{202e}Eve".as_bytes());
        for bad in [
            behind,
            short,
            long,
            rude,
            said(b"\xff"),
            said(&[b'x'; 33]),
            vec![],
        ] {
            names.handle_said(ANA, &bad);
            assert_eq!(names.of(ANA).map(Name::as_str), Some("Ana"));
        }
        names.handle_said(ANA, &said(b""));
        assert_eq!(names.of(ANA), None);
    }

    #[test]
    fn n3_only_members_have_names_and_who_goes_is_forgotten() {
        let mut names = with(&[ANA], "Cleo");
        names.handle_said(BEN, &said(b"Ben"));
        assert_eq!(names.of(BEN), None);
        names.handle_said(ANA, &said(b"Ana"));
        names.handle_members(START, [BEN].into());
        names.handle_members(START, [ANA, BEN].into());
        assert_eq!(names.of(ANA), None);
    }
}
