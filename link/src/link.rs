//! One direction of one link: a packet goes in at some time, and comes out at another, or not.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::dice::Dice;
use crate::{Faults, Time};

/// Of IPv4 and UDP, which a rate counts too.
const HEADERS: usize = 28;
/// Packets that are under way at most; what comes beyond is lost.
pub(crate) const MOST_UNDER_WAY: usize = 4_096;

/// What became of packets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// That went in.
    pub came: u64,
    /// By chance, alone or in a burst.
    pub lost: u64,
    /// While nothing passed.
    pub cut: u64,
    /// That found the queue full.
    pub full: u64,
    /// That came out, those that came twice counted twice.
    pub arrived: u64,
}

/// A link with packets under way.
pub struct Link<P> {
    faults: Faults,
    dice: Dice,
    in_burst: bool,
    /// When all that was let in will have passed at the link's rate.
    free: Time,
    /// When the last one arrives, that others may not overtake.
    last: Time,
    /// By arrival; of two at one time the first to go in comes out first.
    under_way: BTreeMap<(Time, u64), P>,
    turn: u64,
    counts: Counts,
}

/// All that chance has to say of a packet. It is asked as often for each, whatever the faults are: so
/// which are lost doesn't depend on what else goes wrong.
struct Chance {
    burst: f64,
    end: f64,
    loss: f64,
    twice: f64,
    jitter: [f64; 2],
}

impl<P: AsRef<[u8]> + Clone> Link<P> {
    /// A link without faults, one of many under this seed.
    #[must_use]
    pub fn new(seed: u64, stream: u64) -> Self {
        Self {
            faults: Faults::default(),
            dice: Dice::new(seed, stream),
            in_burst: false,
            free: Time::ZERO,
            last: Time::ZERO,
            under_way: BTreeMap::new(),
            turn: 0,
            counts: Counts::default(),
        }
    }

    /// From now on; what is under way stays so.
    pub fn set(&mut self, faults: Faults) {
        self.in_burst = false;
        self.free = Time::ZERO;
        self.faults = faults;
    }

    /// What became of all packets so far.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// A packet goes in.
    pub fn send(&mut self, now: Time, packet: P) {
        let chance = self.chance();
        self.counts.came += 1;
        if self.faults.cut {
            self.counts.cut += 1;
            return;
        }
        let Some(through) = self.pass(now, packet.as_ref().len()) else {
            self.counts.full += 1;
            return;
        };
        if self.is_lost(&chance) {
            self.counts.lost += 1;
            return;
        }
        let again = (chance.twice < self.faults.twice.get()).then(|| packet.clone());
        self.deliver(through, chance.jitter[0], packet);
        if let Some(packet) = again {
            self.deliver(through, chance.jitter[1], packet);
        }
    }

    /// When the next comes out.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        Some(self.under_way.first_key_value()?.0.0)
    }

    /// One that has come out by now.
    pub fn receive(&mut self, now: Time) -> Option<P> {
        let due = self.under_way.first_entry()?;
        if due.key().0 > now {
            return None;
        }
        self.counts.arrived += 1;
        Some(due.remove())
    }

    fn chance(&mut self) -> Chance {
        let mut fraction = || self.dice.fraction();
        Chance {
            burst: fraction(),
            end: fraction(),
            loss: fraction(),
            twice: fraction(),
            jitter: [fraction(), fraction()],
        }
    }

    /// When it has passed the narrow place, unless the queue before it is full.
    fn pass(&mut self, now: Time, bytes: usize) -> Option<Time> {
        let Some(rate) = self.faults.rate else {
            return Some(now);
        };
        let begins = self.free.max(now);
        if begins - now > self.faults.queue.duration() {
            return None;
        }
        self.free = begins + rate.time_of(bytes + HEADERS);
        Some(self.free)
    }

    fn is_lost(&mut self, chance: &Chance) -> bool {
        let Some(bursts) = self.faults.bursts else {
            return chance.loss < self.faults.loss.get();
        };
        let in_burst = self.in_burst || chance.burst < bursts.begin.get();
        self.in_burst = in_burst && chance.end >= bursts.end.get();
        in_burst || chance.loss < self.faults.loss.get()
    }

    fn deliver(&mut self, from: Time, jitter: f64, packet: P) {
        if self.under_way.len() == MOST_UNDER_WAY {
            self.counts.full += 1;
            return;
        }
        let Faults { delay, reorder, .. } = self.faults;
        let swing = self.faults.jitter.duration();
        let late = delay.duration() + swing.mul_f64(2.0 * jitter);
        let mut at = from + late.saturating_sub(swing);
        if !reorder {
            at = at.max(self.last);
        }
        self.last = self.last.max(at);
        self.turn += 1;
        self.under_way.insert((at, self.turn), packet);
    }
}

#[cfg(test)]
mod tests {
    use super::{Counts, Link, MOST_UNDER_WAY};
    use crate::{Bursts, Faults, Kbits, Millis, Share, Time};

    const MANY: u32 = 20_000;

    fn share(of: f64) -> Share {
        Share::try_from(of).expect("the test names a share")
    }

    fn ms(millis: u64) -> Time {
        Time::from_millis(millis)
    }

    fn link(seed: u64, faults: Faults) -> Link<[u8; 4]> {
        let mut link = Link::new(seed, 0);
        link.set(faults);
        link
    }

    /// Each with its number, one each millisecond; what came out and when.
    fn pass(mut link: Link<[u8; 4]>, packets: u32) -> (Vec<(u32, Time)>, Counts) {
        let mut out = Vec::new();
        for number in 0..packets {
            link.send(ms(number.into()), number.to_be_bytes());
            out.extend(drain(&mut link, ms(number.into())));
        }
        out.extend(drain(&mut link, Time::MAX));
        (out, link.counts())
    }

    fn drain(link: &mut Link<[u8; 4]>, until: Time) -> Vec<(u32, Time)> {
        let mut out = Vec::new();
        while let Some(at) = link.next().filter(|at| *at <= until) {
            let too_early = at.saturating_sub(Time::from_nanos(1));
            assert!(at == too_early || link.receive(too_early).is_none());
            let packet = link.receive(at).expect("the next is due");
            out.push((u32::from_be_bytes(packet), at));
        }
        out
    }

    fn numbers(out: &[(u32, Time)]) -> Vec<u32> {
        out.iter().map(|(number, _)| *number).collect()
    }

    fn all_at_once() -> Faults {
        Faults {
            loss: share(0.05),
            bursts: Some(Bursts {
                begin: share(0.01),
                end: share(0.2),
            }),
            twice: share(0.02),
            delay: Millis(100),
            jitter: Millis(50),
            reorder: true,
            ..Faults::default()
        }
    }

    #[test]
    fn without_faults_all_pass_at_once_and_in_order() {
        let (out, counts) = pass(link(1, Faults::default()), 100);
        let sent: Vec<_> = (0..100).map(|number| (number, ms(number.into()))).collect();
        assert_eq!(out, sent);
        assert_eq!((counts.came, counts.arrived), (100, 100));
    }

    #[test]
    fn one_seed_is_one_fate_and_another_is_another() {
        let fate = |seed| pass(link(seed, all_at_once()), 1_000).0;
        assert_eq!(fate(7), fate(7));
        assert_ne!(fate(7), fate(8));
        let mut beside = Link::new(7, 1);
        beside.set(all_at_once());
        assert_ne!(fate(7), pass(beside, 1_000).0, "a link beside it");
    }

    #[test]
    fn which_are_lost_does_not_depend_on_other_faults() {
        let loss = share(0.2);
        let alone = Faults {
            loss,
            ..Faults::default()
        };
        let among = Faults {
            loss,
            delay: Millis(200),
            jitter: Millis(50),
            ..Faults::default()
        };
        let left = |faults| numbers(&pass(link(3, faults), 1_000).0);
        assert_eq!(left(alone), left(among));
    }

    #[test]
    fn as_many_are_lost_and_doubled_as_was_asked_for() {
        let faults = Faults {
            loss: share(0.2),
            twice: share(0.1),
            ..Faults::default()
        };
        let (_, counts) = pass(link(5, faults), MANY);
        // Four standard deviations are 226 and 151.
        assert!(counts.lost.abs_diff(4_000) < 226, "{counts:?}");
        let doubled = counts.arrived - (counts.came - counts.lost);
        assert!(doubled.abs_diff(1_600) < 151, "{counts:?}");
    }

    #[test]
    fn bursts_have_the_mean_length_and_distance_that_was_asked_for() {
        let faults = Faults {
            bursts: Some(Bursts {
                begin: share(0.01),
                end: share(0.1),
            }),
            ..Faults::default()
        };
        let left = numbers(&pass(link(9, faults), MANY).0);
        let gaps = left.windows(2).map(|pair| pair[1] - pair[0] - 1);
        let bursts: Vec<u32> = gaps.filter(|gap| *gap > 0).collect();
        let mean = f64::from(bursts.iter().sum::<u32>()) / bursts.len() as f64;
        assert!((8.0..12.0).contains(&mean), "{mean}");
        // One in a hundred of those outside, which are ten of eleven.
        assert!((140..220).contains(&bursts.len()), "{}", bursts.len());
    }

    #[test]
    fn jitter_stays_within_its_bounds_and_overtakes_only_where_it_may() {
        let faults = |reorder| Faults {
            delay: Millis(100),
            jitter: Millis(50),
            reorder,
            ..Faults::default()
        };
        let (free, _) = pass(link(2, faults(true)), 1_000);
        let late = |(number, at): &(u32, Time)| *at - ms((*number).into());
        let (least, most) = (free.iter().map(late).min(), free.iter().map(late).max());
        assert!(least >= Some(ms(50)) && least < Some(ms(55)), "{least:?}");
        assert!(most <= Some(ms(150)) && most > Some(ms(145)), "{most:?}");
        assert!(!numbers(&free).is_sorted());
        let (in_order, _) = pass(link(2, faults(false)), 1_000);
        assert!(numbers(&in_order).is_sorted());
        assert!(in_order.iter().map(late).max() <= Some(ms(150)));
    }

    #[test]
    fn a_rate_lets_so_much_through_and_its_queue_holds_so_much() {
        let faults = Faults {
            // One packet of 4 bytes and headers in 8 ms.
            rate: Some(Kbits(32.try_into().expect("32 isn't 0"))),
            queue: Millis(80),
            ..Faults::default()
        };
        let (out, counts) = pass(link(1, faults), 1_000);
        assert!(counts.arrived.abs_diff(1_080 / 8) <= 2, "{counts:?}");
        assert_eq!(counts.full, counts.came - counts.arrived);
        let late = out.iter().map(|(number, at)| *at - ms((*number).into()));
        assert!(late.max() <= Some(ms(80 + 8)));
    }

    #[test]
    fn while_it_is_cut_nothing_passes_but_what_is_under_way_arrives() {
        let slow = Faults {
            delay: Millis(100),
            ..Faults::default()
        };
        let mut link = link(1, slow);
        link.send(ms(0), [1; 4]);
        link.set(Faults { cut: true, ..slow });
        link.send(ms(10), [2; 4]);
        link.set(slow);
        link.send(ms(20), [3; 4]);
        let times: Vec<_> = drain(&mut link, Time::MAX)
            .iter()
            .map(|(_, at)| *at)
            .collect();
        assert_eq!(times, [ms(100), ms(120)]);
        assert_eq!(link.counts().cut, 1);
    }

    #[test]
    fn what_is_under_way_is_bounded() {
        let faults = Faults {
            delay: Millis(u16::MAX),
            ..Faults::default()
        };
        let (out, counts) = pass(link(1, faults), 5_000);
        assert_eq!(out.len(), MOST_UNDER_WAY);
        assert_eq!(counts.full, 5_000 - MOST_UNDER_WAY as u64);
    }
}
