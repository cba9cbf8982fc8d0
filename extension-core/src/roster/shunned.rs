//! Groups that were sought in vain, and for how long each is left alone. A group that doesn't
//! answer may be cut off for a moment, or may be there only to keep us from our own: so the first
//! time is short, and each further one twice as long.

use std::{collections::BTreeMap, time::Duration};

use crate::{ids::GroupId, time::Instant};

/// R17: how long a group is left alone at first.
pub const SHUN: Duration = Duration::from_secs(5);
/// R17: how often that doubles.
const DOUBLINGS: u32 = 3;
/// After this, a group is as if it had never been sought.
const MEMORY: Duration = Duration::from_secs(120);

#[derive(Clone, Copy, Hash)]
struct Shunned {
    since: Instant,
    times: u32,
}

impl Shunned {
    fn until(&self) -> Instant {
        self.since + SHUN * 2u32.pow(self.times.min(DOUBLINGS))
    }
}

#[derive(Clone, Default, Hash)]
pub struct ShunnedGroups(BTreeMap<GroupId, Shunned>);

impl ShunnedGroups {
    pub fn shun(&mut self, now: Instant, group: GroupId) {
        let times = self.0.get(&group).map_or(0, |before| before.times + 1);
        self.0.insert(group, Shunned { since: now, times });
    }

    /// It answered after all.
    pub fn forgive(&mut self, group: GroupId) {
        self.0.remove(&group);
    }

    pub fn forget_old(&mut self, now: Instant) {
        self.0.retain(|_, it| now.since(it.since) < MEMORY);
    }

    pub fn is_shunned(&self, now: Instant, group: GroupId) -> bool {
        self.0.get(&group).is_some_and(|it| now < it.until())
    }

    /// When each of them may be sought again.
    pub fn ends(&self) -> impl Iterator<Item = Instant> {
        self.0.values().map(Shunned::until)
    }
}
