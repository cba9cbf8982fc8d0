//! Everybody's links, both ways, and whose a packet is.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::{Counts, Faults, Link, Time};

/// More people than any test has.
const MOST_PEOPLE: usize = 64;

/// Seen from a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// To the SFU.
    Up,
    /// From it.
    Down,
}

/// A person's two links.
struct Line<P> {
    up: Link<P>,
    down: Link<P>,
}

impl<P: AsRef<[u8]> + Clone> Line<P> {
    fn link(&mut self, way: Way) -> &mut Link<P> {
        match way {
            Way::Up => &mut self.up,
            Way::Down => &mut self.down,
        }
    }
}

/// What became of a person's packets.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Report {
    up: Counts,
    down: Counts,
}

/// People are told apart by the ports that their browsers send from. Packets of ports that are
/// nobody's take the line of the nameless.
pub struct Network<P> {
    seed: u64,
    lines: BTreeMap<String, Line<P>>,
    owners: HashMap<u16, String>,
}

impl<P: AsRef<[u8]> + Clone> Network<P> {
    /// One without people and without faults.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let nameless = (String::new(), Self::line(seed, 0));
        Self {
            seed,
            lines: BTreeMap::from([nameless]),
            owners: HashMap::new(),
        }
    }

    /// Somebody has these ports from now on and no others. They come with a line that has no faults.
    ///
    /// # Errors
    /// When there are too many people.
    pub fn own(&mut self, who: &str, ports: &[u16]) -> Result<(), &'static str> {
        let known = self.lines.len();
        if !self.lines.contains_key(who) {
            if known > MOST_PEOPLE {
                return Err("too many people");
            }
            self.lines
                .insert(who.to_owned(), Self::line(self.seed, known as u64));
        }
        self.owners.retain(|_, owner| owner != who);
        self.owners
            .extend(ports.iter().map(|port| (*port, who.to_owned())));
        Ok(())
    }

    /// Sets somebody's faults, or everybody's; one way, or both.
    ///
    /// # Errors
    /// When there is nobody of this name.
    pub fn set(
        &mut self,
        who: Option<&str>,
        way: Option<Way>,
        faults: Faults,
    ) -> Result<(), &'static str> {
        if who.is_some_and(|who| !self.lines.contains_key(who)) {
            return Err("there is nobody of this name");
        }
        for (name, line) in &mut self.lines {
            if who.is_none_or(|who| who == name) {
                let ways = way.map_or(vec![Way::Up, Way::Down], |way| vec![way]);
                ways.into_iter().for_each(|way| line.link(way).set(faults));
            }
        }
        Ok(())
    }

    /// A packet of whoever has this port goes in.
    pub fn send(&mut self, now: Time, port: u16, way: Way, packet: P) {
        let owner = self.owners.get(&port).map_or("", String::as_str);
        let line = self.lines.get_mut(owner);
        let line = line.expect("who has ports has a line, and the nameless have one");
        line.link(way).send(now, packet);
    }

    /// When the next comes out.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        let next = |line: &Line<P>| [line.up.next(), line.down.next()];
        self.lines.values().flat_map(next).flatten().min()
    }

    /// One that has come out by now.
    pub fn receive(&mut self, now: Time) -> Option<P> {
        let mut lines = self.lines.values_mut();
        lines.find_map(|line| line.up.receive(now).or_else(|| line.down.receive(now)))
    }

    /// By name; the nameless have none.
    #[must_use]
    pub fn report(&self) -> BTreeMap<&str, Report> {
        let report = |line: &Line<P>| Report {
            up: line.up.counts(),
            down: line.down.counts(),
        };
        let lines = self.lines.iter();
        lines
            .map(|(name, line)| (name.as_str(), report(line)))
            .collect()
    }

    fn line(seed: u64, number: u64) -> Line<P> {
        Line {
            up: Link::new(seed, 2 * number),
            down: Link::new(seed, 2 * number + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{MOST_PEOPLE, Network, Way};
    use crate::{Faults, Time};

    fn cut() -> Faults {
        Faults {
            cut: true,
            ..Faults::default()
        }
    }

    fn passes(network: &mut Network<[u8; 1]>, port: u16, way: Way) -> bool {
        network.send(Time::ZERO, port, way, [0]);
        network.receive(Time::ZERO).is_some()
    }

    #[test]
    fn faults_are_of_one_person_one_way_or_of_all() {
        let mut network = Network::new(1);
        network.own("Ana", &[1, 2]).expect("there is room");
        network.own("Ben", &[3]).expect("there is room");
        let set = network.set(Some("Ana"), Some(Way::Up), cut());
        set.expect("Ana is there");
        assert!(!passes(&mut network, 1, Way::Up));
        assert!(!passes(&mut network, 2, Way::Up));
        assert!(passes(&mut network, 1, Way::Down));
        assert!(passes(&mut network, 3, Way::Up));
        assert!(passes(&mut network, 4, Way::Up), "nobody's port");
        network.set(None, None, cut()).expect("all are there");
        for port in 1..=4 {
            assert!(!passes(&mut network, port, Way::Up));
            assert!(!passes(&mut network, port, Way::Down));
        }
        assert!(network.set(Some("Cleo"), None, cut()).is_err());
    }

    #[test]
    fn who_gets_other_ports_has_the_old_ones_no_more() {
        let mut network = Network::new(1);
        network.own("Ana", &[1]).expect("there is room");
        network.set(Some("Ana"), None, cut()).expect("Ana is there");
        network.own("Ana", &[2]).expect("she has a line");
        assert!(passes(&mut network, 1, Way::Up));
        assert!(!passes(&mut network, 2, Way::Up));
        assert_eq!(network.report()["Ana"].up.cut, 1);
    }

    #[test]
    fn people_are_bounded() {
        let mut network = Network::<[u8; 1]>::new(1);
        let came = (0..100).filter(|n| network.own(&n.to_string(), &[]).is_ok());
        assert_eq!(came.count(), MOST_PEOPLE);
    }
}
