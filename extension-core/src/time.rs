//! Time as an argument: the core never reads a clock.

use std::{
    ops::{Add, Sub},
    time::Duration,
};

/// Milliseconds on the caller's monotonic clock. Only differences mean anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub u64);

/// The last integer that JavaScript counts to without gaps.
const LAST: f64 = 9_007_199_254_740_991.0;

impl Instant {
    /// From milliseconds as JavaScript has them. There is always time left after it: a deadline
    /// that can't lie ahead of now would be due for ever.
    pub fn from_millis(millis: f64) -> Self {
        Self(millis.clamp(0.0, LAST) as u64)
    }

    /// How long ago `earlier` was; zero when it lies ahead.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration::from_millis(self.0.saturating_sub(earlier.0))
    }
}

impl Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, span: Duration) -> Instant {
        Instant(
            self.0
                .saturating_add(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)),
        )
    }
}

impl Sub<Duration> for Instant {
    type Output = Instant;
    fn sub(self, span: Duration) -> Instant {
        Instant(
            self.0
                .saturating_sub(u64::try_from(span.as_millis()).unwrap_or(u64::MAX)),
        )
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use super::*;

    #[test]
    fn any_number_is_a_time_with_time_left_after_it() {
        for number in [0.0, -1.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            let at = Instant::from_millis(number);
            assert!(at + Duration::from_millis(1) > at, "{number}");
        }
        assert_eq!(Instant::from_millis(1234.9), Instant(1234));
    }
}
