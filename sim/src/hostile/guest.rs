//! What everyone of no good has that joins as anyone may: an identity, a group, a carrier, and a
//! memory of what the others said of themselves.

use std::collections::{BTreeMap, BTreeSet};

use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use sotto_core::{
    carrier::{Audience, Carrier, MeshCarrier, Owner},
    group::{Candidate, Committed, Group, Groups, Joiner, Merged, Mls},
    ids::{ConnectionId, GroupId, Leaf, PeerId},
    time::Instant,
    wire::{
        Beacon, Company, MAX_MLS_MESSAGE, Message, Presence, Seek, SignedBeacon, Standing, Unheard,
    },
};

use crate::dice::Dice;

/// See the module's text.
pub struct Guest {
    pub dice: Dice,
    pub heard: BTreeMap<PeerId, Beacon>,
    /// Who spoke last on each channel.
    pub ends: BTreeMap<ConnectionId, PeerId>,
    /// The last key package that somebody announced.
    pub announced: Option<Vec<u8>>,
    mls: Mls,
    group: Option<Group>,
    seeking: Option<(Candidate, GroupId)>,
    carrier: MeshCarrier,
    links: BTreeSet<ConnectionId>,
    sequence: u64,
}

impl Guest {
    pub fn new(mut dice: Dice) -> Self {
        let mut mls = Mls::new(ChaCha20Rng::from_seed(dice.seed()));
        Self {
            dice,
            heard: BTreeMap::new(),
            ends: BTreeMap::new(),
            announced: None,
            group: mls.found().ok(),
            mls,
            seeking: None,
            carrier: MeshCarrier::default(),
            links: BTreeSet::new(),
            sequence: 0,
        }
    }

    /// Somebody else, on the same channels; `fits` says whose id will do.
    pub fn be_reborn(&mut self, fits: impl Fn(PeerId) -> bool) {
        while {
            self.mls = Mls::new(ChaCha20Rng::from_seed(self.dice.seed()));
            !fits(self.mls.identity().peer())
        } {}
        (self.sequence, self.seeking) = (0, None);
        self.begin_anew();
    }

    pub fn open_link(&mut self, now: Instant, link: ConnectionId) {
        self.carrier.open(now, link);
        self.links.insert(link);
    }

    pub fn close_link(&mut self, link: ConnectionId) {
        self.carrier.close(link);
        self.links.remove(&link);
        self.ends.remove(&link);
    }

    pub fn handle_packet(&mut self, now: Instant, link: ConnectionId, bytes: &[u8]) {
        let whole = self.carrier.handle_packet(now, link, Owner::Nobody, bytes);
        if let Ok(Some(bytes)) = whole {
            let message = Message::parse(&bytes).ok();
            message
                .into_iter()
                .for_each(|message| self.handle_message(link, message));
        }
    }

    pub fn poll_packet(&mut self) -> Option<(ConnectionId, Vec<u8>)> {
        self.carrier.poll_packet()
    }

    fn handle_message(&mut self, link: ConnectionId, message: Message) {
        match message {
            Message::Beacon(beacon) => {
                let opened = beacon.open();
                self.ends
                    .extend(opened.iter().map(|(peer, _)| (link, *peer)));
                self.heard.extend(opened);
            }
            Message::KeyPackage(bytes) => self.announced = Some(bytes.as_slice().to_vec()),
            Message::PassedOn(_) | Message::Name(_) => {}
            Message::Welcome(bytes) => self.join(bytes.as_slice()),
            Message::Commit(bytes) => self.follow(bytes.as_slice()),
        }
    }

    /// A group that it was removed from is of no use: openmls has forgotten its keys.
    fn follow(&mut self, commit: &[u8]) {
        let Some(group) = &mut self.group else { return };
        if matches!(self.mls.receive(group, commit), Ok(Merged::Removed)) {
            self.begin_anew();
        }
    }

    fn join(&mut self, welcome: &[u8]) {
        let Some((candidate, target)) = self.seeking.take() else {
            return;
        };
        match self.mls.join(candidate, welcome, |_, _| true) {
            Ok(group) => self.group = Some(group),
            Err((candidate, _)) => self.seeking = Some((candidate, target)),
        }
    }

    pub fn begin_anew(&mut self) {
        self.group = self.mls.found().ok();
    }

    pub fn is_member(&self) -> bool {
        let size = self.group.as_ref().map(|group| group.members().len());
        size.is_some_and(|size| size > 1)
    }

    pub fn is_seeking(&self) -> bool {
        self.seeking.is_some()
    }

    /// Whether somebody says that it stands where this one does.
    pub fn is_followed(&self) -> bool {
        let group = self.group.as_ref();
        let own = group.map(|group| self.mls.standing(group).digest);
        let mut others = self.heard.values();
        others.any(|it| Some(it.standing.digest) == own)
    }

    /// A group that somebody is in.
    pub fn some_group(&mut self) -> Option<GroupId> {
        let groups: Vec<GroupId> = self.heard.values().map(|it| it.standing.group).collect();
        self.dice.pick(&groups)
    }

    /// Asks to be added to a group, by a fresh key package.
    pub fn seek(&mut self, target: GroupId) {
        let candidate = self.mls.candidate().ok();
        self.seeking = candidate.map(|candidate| (candidate, target));
    }

    /// Where it really stands, what it really seeks, and the key package for that.
    pub fn say_so(&mut self) {
        let Some(group) = &self.group else { return };
        let standing = self.mls.standing(group);
        let seeks = self.seeking.as_ref().map(|(candidate, target)| Seek {
            group: *target,
            key_package: candidate.reference(),
        });
        self.say(standing, seeks);
        if let Some((candidate, _)) = &self.seeking {
            let announced = Message::KeyPackage(candidate.message().into());
            self.send(&announced, &Audience::Everyone);
        }
    }

    /// Says of itself whatever it likes.
    pub fn say(&mut self, standing: Standing, seeks: Option<Seek>) {
        let beacon = Beacon {
            seeks,
            ..plain(standing)
        };
        self.tell(beacon, &Audience::Everyone);
    }

    /// The same, in other words, or not to all.
    pub fn tell(&mut self, beacon: Beacon, audience: &Audience) {
        self.sequence += 1;
        let beacon = Beacon {
            sequence: self.sequence,
            ..beacon
        };
        let signed = SignedBeacon::sign(self.mls.identity(), beacon);
        self.send(&Message::Beacon(signed), audience);
    }

    /// Its last word, under this identity.
    pub fn say_goodbye(&mut self) {
        let Some(group) = &self.group else { return };
        let beacon = Beacon {
            presence: Presence::Leaving,
            ..plain(self.mls.standing(group))
        };
        self.tell(beacon, &Audience::Everyone);
    }

    pub fn send(&mut self, message: &Message, audience: &Audience) {
        self.carrier.send(&message.to_bytes(), audience);
    }

    pub fn some_links(&mut self) -> Audience {
        let dice = &mut self.dice;
        let links = self.links.iter().copied();
        Audience::Links(links.filter(|_| dice.chance(0.5)).collect())
    }

    /// Removes this share of the others, or nobody, which renews a leaf.
    pub fn remove(&mut self, share: f64, audience: &Audience) {
        let Some(group) = &self.group else { return };
        let (own, members) = (group.own_leaf(), group.members());
        let others = members
            .iter()
            .map(|(leaf, _)| *leaf)
            .filter(|leaf| *leaf != own);
        let victims: Vec<Leaf> = others.filter(|_| self.dice.chance(share)).collect();
        self.commit(&[], &victims, audience);
    }

    /// Adds somebody who isn't there.
    pub fn add_accomplice(&mut self) {
        let mut accomplice = Mls::new(ChaCha20Rng::from_seed(self.dice.seed()));
        let candidate = accomplice.candidate().ok();
        let joiner = candidate.and_then(|candidate| Joiner::parse(candidate.message()).ok());
        let joiner: Vec<&Joiner> = joiner.iter().collect();
        self.commit(&joiner, &[], &Audience::Everyone);
    }

    /// A Welcome to a group of its own, for whoever announced a key package last.
    pub fn lead_astray(&mut self) {
        let joiner = self.announced.take();
        let joiner = joiner.and_then(|announced| Joiner::parse(&announced).ok());
        let (Some(joiner), Ok(mut trap)) = (joiner, self.mls.found()) else {
            return;
        };
        let committed = self.mls.commit(&mut trap, &[&joiner], &[], MAX_MLS_MESSAGE);
        if let Ok(Committed {
            welcome: Some(welcome),
            ..
        }) = committed
        {
            self.send(&Message::Welcome(welcome.into()), &Audience::Everyone);
        }
    }

    fn commit(&mut self, add: &[&Joiner], remove: &[Leaf], audience: &Audience) {
        let Some(group) = &mut self.group else { return };
        if let Ok(Committed { commit, .. }) = self.mls.commit(group, add, remove, MAX_MLS_MESSAGE) {
            self.send(&Message::Commit(commit.into()), audience);
        }
    }
}

/// What says no more than where somebody stands.
pub fn plain(standing: Standing) -> Beacon {
    Beacon {
        sequence: 0,
        standing,
        seeks: None,
        presence: Presence::Here,
        company: Company::Together,
        unheard: Unheard::default(),
    }
}
