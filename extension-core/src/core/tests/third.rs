//! A third participant, who meets the two over a further connection of the second.

use super::*;
use crate::{call::Call, framing::Codec, media::Context};

/// What comes from Cleo on that connection.
pub const FROM_CLEO: u32 = 90;
/// What goes to her.
pub const TO_CLEO: u32 = 91;

/// The far end of the further connection.
pub struct Cleo {
    call: Call,
    link: ConnectionId,
}

impl Cleo {
    pub fn seal(&mut self, now: Instant) -> Vec<u8> {
        let camera = Context::new(Role::Camera, 0).expect("a context");
        let mut buffer = Vec::new();
        let sealed = self
            .call
            .seal(now, camera, Codec::Vp8.frame(&PLAIN_VIDEO), &mut buffer);
        sealed.expect("sealed").to_vec()
    }
}

impl Pair {
    /// The two and Cleo in one group. Nobody has sent a frame.
    pub fn with_cleo() -> (Self, Cleo) {
        let mut pair = Self::both_on();
        let link = pair.connect_again(1, FROM_CLEO, End::Receiver(MediaKind::Video));
        let (page, number) = (link.page, TO_CLEO);
        let to_her = End::Sender(Role::Camera);
        pair.cores[1].stream(pair.now, StreamId { page, number }, link.number, to_her);
        pair.cores[1].channel(pair.now, link, ChannelState::Open);
        let mut call = Call::new(pair.now, [9; 32]).expect("a call");
        call.open_link(pair.now, link);
        let mut cleo = Cleo { call, link };
        // The committer may be the first core, which doesn't hear her: then R4's time passes.
        for _ in 0..400 {
            pair.step(&mut cleo);
        }
        assert_eq!(pair.view(0).members.len(), 3);
        (pair, cleo)
    }

    /// Cleo says goodbye, and is removed.
    pub fn goodbye(&mut self, cleo: Cleo) {
        let Cleo { call, link } = cleo;
        for (_, bytes) in call.leave() {
            self.cores[1].control(self.now, link, &bytes);
        }
        self.run_for(Duration::from_secs(3));
        assert_eq!(self.view(1).members.len(), 2);
    }

    fn step(&mut self, cleo: &mut Cleo) {
        self.now = self.now + Duration::from_millis(10);
        for core in &mut self.cores {
            core.handle_timeout(self.now);
        }
        cleo.call.handle_timeout(self.now);
        while !self.is_quiet(cleo) {}
    }

    fn is_quiet(&mut self, cleo: &mut Cleo) -> bool {
        let mut quiet = true;
        while let Some((_, bytes)) = cleo.call.poll_packet() {
            self.cores[1].control(self.now, cleo.link, &bytes);
            quiet = false;
        }
        for who in [0, 1] {
            while let Some(output) = self.cores[who].poll_output() {
                quiet &= self.carry_out_for(cleo, who, output);
            }
        }
        quiet
    }

    fn carry_out_for(&mut self, cleo: &mut Cleo, who: usize, output: Output) -> bool {
        match output {
            Output::Send {
                connection, bytes, ..
            } if connection == cleo.link.number => {
                let taken = cleo.call.handle_packet(self.now, cleo.link, &bytes);
                taken.expect("what a core sends is well-formed");
                false
            }
            output => self.carry_out(who, output),
        }
    }
}
