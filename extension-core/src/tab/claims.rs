//! M12: at which of our receivers each stream of a member is opened. While it is alive at one it is
//! opened at no other, so nobody in between can play one stream in another's place.

use std::{collections::BTreeMap, time::Duration};

use crate::{
    ids::{PeerId, StreamId},
    media::Context,
    time::Instant,
};

/// How long a receiver at which nothing more is opened keeps its claim.
pub(super) const CLAIM: Duration = Duration::from_secs(3);
/// Streams of all members together.
const MAX_CLAIMS: usize = 4096;

struct Claim {
    receiver: StreamId,
    last: Instant,
}

#[derive(Default)]
pub struct Claims(BTreeMap<(PeerId, Context), Claim>);

impl Claims {
    /// A frame was opened. False when it belongs to another receiver, or to too many.
    pub fn admit(&mut self, now: Instant, source: (PeerId, Context), receiver: StreamId) -> bool {
        if let Some(claim) = self.0.get_mut(&source) {
            let ours = claim.receiver == receiver || now.since(claim.last) >= CLAIM;
            if ours {
                *claim = Claim {
                    receiver,
                    last: now,
                };
            }
            return ours;
        }
        if self.0.len() >= MAX_CLAIMS {
            self.0.retain(|_, claim| now.since(claim.last) < CLAIM);
        }
        let room = self.0.len() < MAX_CLAIMS;
        if room {
            self.0.insert(
                source,
                Claim {
                    receiver,
                    last: now,
                },
            );
        }
        room
    }

    /// Receivers are gone, and what they had may be opened elsewhere.
    pub fn release(&mut self, gone: impl Fn(StreamId) -> bool) {
        self.0.retain(|_, claim| !gone(claim.receiver));
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;
    use crate::ids::PageId;

    const ANA: PeerId = PeerId([1; 16]);
    const CAMERA: (PeerId, Context) = (ANA, Context(64));
    const SCREEN: (PeerId, Context) = (ANA, Context(192));

    fn receiver(number: u32) -> StreamId {
        let page = PageId(1);
        StreamId { page, number }
    }

    #[test]
    fn a_stream_is_opened_at_one_receiver_while_it_is_alive_there() {
        let mut claims = Claims::default();
        assert!(claims.admit(Instant(0), CAMERA, receiver(1)));
        assert!(claims.admit(Instant(2000), CAMERA, receiver(1)));
        assert!(!claims.admit(Instant(4999), CAMERA, receiver(2)));
        assert!(claims.admit(Instant(5000), CAMERA, receiver(2)));
        assert!(!claims.admit(Instant(5001), CAMERA, receiver(1)));
    }

    #[test]
    fn two_streams_swapped_are_both_refused() {
        let mut claims = Claims::default();
        assert!(claims.admit(Instant(0), CAMERA, receiver(1)));
        assert!(claims.admit(Instant(0), SCREEN, receiver(2)));
        assert!(!claims.admit(Instant(1), CAMERA, receiver(2)));
        assert!(!claims.admit(Instant(1), SCREEN, receiver(1)));
    }

    #[test]
    fn one_receiver_may_go_from_stream_to_stream() {
        let mut claims = Claims::default();
        for at in 0..10 {
            assert!(claims.admit(Instant(at), CAMERA, receiver(1)));
            assert!(claims.admit(Instant(at), SCREEN, receiver(1)));
        }
    }

    #[test]
    fn a_receiver_that_ended_claims_nothing() {
        let mut claims = Claims::default();
        assert!(claims.admit(Instant(0), CAMERA, receiver(1)));
        claims.release(|stream| stream == receiver(1));
        assert!(claims.admit(Instant(1), CAMERA, receiver(2)));
    }

    #[test]
    fn claims_are_bounded_and_stale_ones_make_room() {
        let mut claims = Claims::default();
        let source = |n: usize| (PeerId([(n / 256) as u8; 16]), Context((n % 256) as u8));
        for n in 0..MAX_CLAIMS {
            assert!(claims.admit(Instant(0), source(n), receiver(1)));
        }
        let another = (PeerId([99; 16]), Context(0));
        assert!(!claims.admit(Instant(1), another, receiver(1)));
        assert!(claims.admit(Instant(3000), another, receiver(1)));
    }
}
