//! Frames as a probe: whoever shares the sender's state opens what it seals, and nobody who is
//! not in its group, whatever they once were.

use std::time::Duration;

use sotto_core::{
    framing::Codec,
    ids::{ConnectionId, EpochId, PeerId},
    media::Context,
    time::Instant,
};

use super::{Slot, World, slot::link};
use crate::checker::Violation;

/// M1: by then a sender seals with the epoch that it stands in, if its timers are in time.
const SETTLED: Duration = Duration::from_secs(1);
const FRAME: &[u8] = b"a frame to try";
const AFTER: Duration = Duration::from_millis(1100);

/// A sealed frame, and where its sender stood.
struct Frame {
    from: usize,
    peer: PeerId,
    epoch: EpochId,
    members: Vec<PeerId>,
    sealed: Vec<u8>,
}

impl World {
    pub(super) fn probe_now_and_then(&mut self) {
        let senders: Vec<usize> = (0..self.slots.len())
            .filter(|who| self.is_settled(*who))
            .collect();
        if let Some(from) = self.probes.pick(&senders) {
            self.probe(from);
        }
        if self.faulty {
            self.plan_probe();
        }
    }

    /// At the end, everyone is heard by everyone, and by nobody who is gone.
    pub(super) fn everybody_speaks(&mut self) {
        self.run_until(self.now + AFTER);
        for from in 0..self.slots.len() {
            if self.is_settled(from) {
                self.probe(from);
            }
        }
    }

    fn is_settled(&self, who: usize) -> bool {
        let slot = &self.slots[who];
        let awake = self.now.since(slot.asleep_until) >= SETTLED;
        slot.is_here() && awake && self.now.since(slot.since) >= SETTLED
    }

    fn probe(&mut self, from: usize) {
        let Some(frame) = self.seal(from) else { return };
        self.report.frames += 1;
        for to in (0..self.slots.len()).filter(|to| *to != from) {
            let outcome = self.offer(to, &frame);
            self.hold(outcome);
        }
    }

    fn seal(&mut self, from: usize) -> Option<Frame> {
        let slot = &mut self.slots[from];
        let epoch = slot.epoch()?;
        let call = slot.call_mut()?;
        let mut buffer = Vec::new();
        let sealed = call.seal(self.now, Context(0), Codec::Opus.frame(FRAME), &mut buffer);
        let sealed = sealed.ok()?.to_vec();
        Some(Frame {
            from,
            peer: call.peer(),
            epoch,
            members: call.members().iter().map(|(_, peer)| *peer).collect(),
            sealed,
        })
    }

    fn offer(&mut self, to: usize, frame: &Frame) -> Result<(), Violation> {
        let entered = self.checker.entered(to, frame.epoch);
        let slot = &mut self.slots[to];
        let link = link(to, frame.from);
        // M9: what is heard of the sender elsewhere doesn't say that the link is its.
        let meets = slot
            .call_mut()
            .and_then(|call| call.peer_on(self.now, link))
            == Some(frame.peer);
        let shares = meets && slot.is_here() && slot.epoch() == Some(frame.epoch);
        let Some((peer, outcome)) = open(self.now, slot, link, &frame.sealed) else {
            return Ok(());
        };
        match outcome {
            Ok(_) if !entered || !frame.members.contains(&peer) => {
                Err(Violation::Leaked(frame.from, to))
            }
            Ok(member) if member != frame.peer => Err(Violation::Misattributed(frame.from, to)),
            Err(why) if shares => Err(Violation::Unopened(frame.from, to, why)),
            _ => Ok(()),
        }
    }
}

/// Who tries, and whose it takes the frame for.
fn open(
    now: Instant,
    slot: &mut Slot,
    link: ConnectionId,
    sealed: &[u8],
) -> Option<(PeerId, Result<PeerId, String>)> {
    let call = slot.call_mut()?;
    let mut buffer = Vec::new();
    let opened = call.open(now, link, Codec::Opus.frame(sealed), &mut buffer);
    let outcome = opened
        .map(|opened| opened.member)
        .map_err(|error| error.to_string());
    Some((call.peer(), outcome))
}
