//! What happens in a run, line by line: all of it, its end, or nothing.

use std::collections::VecDeque;

use sotto_core::time::Instant;

/// See the module's text.
#[derive(Debug, Default)]
pub struct Log {
    lines: VecDeque<String>,
    most: usize,
}

impl Log {
    /// Keeps so many of the last lines.
    pub fn of(most: usize) -> Self {
        Self {
            lines: VecDeque::new(),
            most,
        }
    }

    pub fn note(&mut self, now: Instant, line: impl FnOnce() -> String) {
        if self.most == 0 {
            return;
        }
        if self.lines.len() >= self.most {
            self.lines.pop_front();
        }
        self.lines.push_back(format!("{:>7} {}", now.0, line()));
    }

    pub fn into_lines(self) -> Vec<String> {
        self.lines.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_keeps_its_end() {
        let (mut end, mut none) = (Log::of(2), Log::of(0));
        for line in ["a", "b", "c"] {
            end.note(Instant(5), || line.into());
            none.note(Instant(5), || unreachable!());
        }
        assert_eq!(end.into_lines(), ["      5 b", "      5 c"]);
        assert!(none.into_lines().is_empty());
    }
}
