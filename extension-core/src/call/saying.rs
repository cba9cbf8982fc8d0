//! What a call says: the membership's messages and our name, each to whom it is for.

use std::collections::BTreeSet;

use super::{Call, names::To};
use crate::{
    carrier::{Audience, Carrier},
    membership::Outgoing,
    time::Instant,
    wire::{Message, SignedBeacon},
};

impl Call {
    pub(super) fn tell_name(&mut self, now: Instant) {
        let Some((to, said)) = self.names.poll(now) else {
            return;
        };
        let (groups, group) = self.membership.parts();
        // Without a key to seal with there is nobody to tell.
        let Ok(message) = group.tell(groups.identity(), &said) else {
            return;
        };
        let audience = match to {
            To::Everyone => Audience::Everyone,
            To::These(peers) => Audience::Links(self.links.to(&peers)),
        };
        self.broadcast(now, &Message::Name(message.into()), &audience);
    }

    pub(super) fn send(&mut self, now: Instant, message: Outgoing) {
        let (message, audience) = match message {
            Outgoing::Beacon(beacon) => {
                let signed = SignedBeacon::sign(self.membership.groups().identity(), beacon);
                (Message::Beacon(signed), Audience::Everyone)
            }
            Outgoing::PassOn { of, to, .. } => {
                let Some(signed) = self.signed.of(of) else {
                    return;
                };
                let links = self.links.to(&BTreeSet::from([to]));
                (Message::PassedOn(signed.clone()), Audience::Links(links))
            }
            Outgoing::KeyPackage(bytes) => (Message::KeyPackage(bytes.into()), Audience::Everyone),
            Outgoing::Commit(bytes) => (Message::Commit(bytes.into()), Audience::Everyone),
            Outgoing::Repair(bytes, to) => {
                let links = self.links.to(&to);
                (Message::Commit(bytes.into()), Audience::Links(links))
            }
            Outgoing::Welcome(bytes, to) => {
                let links = self.links.to(&to);
                (Message::Welcome(bytes.into()), Audience::Links(links))
            }
        };
        self.broadcast(now, &message, &audience);
    }

    fn broadcast(&mut self, now: Instant, message: &Message, audience: &Audience) {
        let bytes = message.to_bytes();
        let links = self.links.ways(now, message, audience);
        self.carrier.send(&bytes, &Audience::Links(links));
        self.inband.send(now, message.kind(), &bytes);
    }
}
