//! What is wrong with a link. Nothing is, by default.

use std::time::Duration;

use serde::Deserialize;

/// A link's faults, in one direction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Of packets that are lost, each for itself.
    pub loss: Share,
    /// Losses that come together.
    pub bursts: Option<Bursts>,
    /// Of packets that come twice.
    pub twice: Share,
    /// How long each is under way.
    pub delay: Millis,
    /// By how much more or less than `delay`, evenly.
    pub jitter: Millis,
    /// Whether jitter lets a packet overtake another.
    pub reorder: bool,
    /// What passes in a second.
    pub rate: Option<Kbits>,
    /// How long a packet may have to wait for those before it, where there is a rate; one that would
    /// wait for longer is lost.
    pub queue: Millis,
    /// Whether nothing passes.
    pub cut: bool,
}

/// Gilbert's model: a burst begins by chance, and ends by chance after each packet that it took.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bursts {
    /// Of packets outside of a burst that begin one.
    pub begin: Share,
    /// Of packets in a burst that are its last.
    pub end: Share,
}

/// From 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(f64);

impl Share {
    pub(crate) fn get(self) -> f64 {
        self.0
    }
}

impl TryFrom<f64> for Share {
    type Error = &'static str;

    fn try_from(share: f64) -> Result<Self, Self::Error> {
        if (0.0..=1.0).contains(&share) {
            Ok(Self(share))
        } else {
            Err("a share is from 0 to 1")
        }
    }
}

/// Milliseconds, of which 65 s are the most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
pub struct Millis(pub u16);

impl Millis {
    pub(crate) fn duration(self) -> Duration {
        Duration::from_millis(self.0.into())
    }
}

/// Thousands of bits in a second, at least one.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct Kbits(pub std::num::NonZeroU32);

impl Kbits {
    /// How long so many bytes take.
    pub(crate) fn time_of(self, bytes: usize) -> Duration {
        Duration::from_micros(bytes as u64 * 8_000 / u64::from(self.0.get()))
    }
}

#[cfg(test)]
mod tests {
    use super::Faults;

    #[test]
    fn what_is_not_a_share_or_not_a_fault_is_refused() {
        let read = serde_json::from_str::<Faults>;
        assert!(read(r#"{"loss": 0.05, "rate": 300}"#).is_ok());
        for wrong in [
            r#"{"loss": 5}"#,
            r#"{"loss": -0.1}"#,
            r#"{"rate": 0}"#,
            r#"{"delay": -1}"#,
            r#"{"los": 0.1}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
