//! What is simulated; with a seed, everything that a run depends on.

use std::time::Duration;

/// The shape of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// How many participants there are at first. Others come and go.
    pub participants: usize,
    /// How long faults last.
    pub seconds: u64,
    /// How many of the packets are lost, from 0 to 1; links differ around it.
    pub loss: f64,
    /// Whether there are hostile peers.
    pub hostile: bool,
}

impl Plan {
    /// How long the faults last.
    pub fn faults(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }

    /// The arguments that repeat a seed.
    pub fn replay(&self, seed: u64) -> String {
        let Self {
            participants,
            seconds,
            loss,
            hostile,
        } = self;
        let hostile = if *hostile { " --hostile" } else { "" };
        format!(
            "cargo xtask sim --seeds 1 --first {seed} --participants {participants} \
             --loss {loss} --seconds {seconds}{hostile}"
        )
    }
}
