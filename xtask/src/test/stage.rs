//! Plays stories, each in a command of its own.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

use super::plays::{
    ALONE, BY_NAME, IN_PART, NOT_WITH_FIREFOX, Play, THROUGH_SFU, USUAL, WITH_FIREFOX, all_of,
};
use super::table::Table;
use super::{Count, node_tests, stories, suite};
use crate::paths;
use crate::setup::{browser, sfu, str0m};

/// How many stories are played at once: one waits for far longer than it computes.
const LANES: usize = 2;

/// What stories are played in.
pub(super) struct Stage {
    chromium: PathBuf,
    firefox: Option<PathBuf>,
    with_sfu: bool,
}

impl Stage {
    pub(super) fn find(with_sfu: bool, cast: &str) -> Result<Self> {
        if with_sfu {
            sfu::prepare()?;
        }
        let firefox = cast
            .contains("firefox")
            .then(browser::firefox)
            .transpose()?;
        Ok(Self {
            chromium: browser::find()?,
            firefox,
            with_sfu,
        })
    }

    /// Every story in Chromium, and in Firefox where it can be.
    pub(super) fn play_all(&self, table: &mut Table) -> Result<Count> {
        let mut stories = stories()?;
        if !self.with_sfu {
            stories.retain(|story| !THROUGH_SFU.contains(&story.as_str()));
            table.refuse("sfu", USUAL, sfu::ELSEWHERE);
        }
        for (story, reason) in BY_NAME {
            stories.retain(|one| one != story);
            table.refuse(story, USUAL, reason);
        }
        let usual = stories.iter().map(|story| usual(story));
        let plays = usual.chain(WITH_FIREFOX.iter().copied());
        let (alone, beside): (Vec<_>, Vec<_>) = plays.partition(|play| ALONE.contains(&play.story));
        for (story, reason) in NOT_WITH_FIREFOX {
            table.refuse(story, "firefox", reason);
        }
        let mut total = self.play_each(&beside, LANES, table)?;
        total.add(self.play_each(&alone, 1, table)?);
        Ok(total)
    }

    /// Each in turn, so many at once.
    pub(super) fn play_each(
        &self,
        plays: &[Play<'_>],
        lanes: usize,
        table: &mut Table,
    ) -> Result<Count> {
        let next = AtomicUsize::new(0);
        let lane = || -> Result<Vec<_>> {
            let turns = std::iter::from_fn(|| plays.get(next.fetch_add(1, Ordering::Relaxed)));
            turns.map(|play| Ok((play, self.play(play)?))).collect()
        };
        let played: Vec<_> = thread::scope(|scope| {
            let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(lane)).collect();
            let ends = lanes.into_iter().map(thread::ScopedJoinHandle::join);
            ends.map(|end| end.expect("a lane ends")).collect()
        });
        let mut total = Count::default();
        for lane in played {
            for (play, (count, output)) in lane? {
                table.note(play, count, &output);
                total.add(count);
            }
        }
        Ok(total)
    }

    fn play(&self, play: &Play<'_>) -> Result<(Count, String)> {
        let Play { story, cast, .. } = play;
        suite(&format!("{story} in {cast}"), self.command(play))
    }

    fn command(&self, play: &Play<'_>) -> Command {
        let file = format!("tests/browser/{}.test.mjs", play.story);
        let mut node = node_tests(play.only, [paths::workspace().join(file)]);
        node.env("CHROME", &self.chromium)
            .env("SOTTO_CAST", play.cast)
            .env("SOTTO_EXTENSION", paths::extension())
            .env("SOTTO_DEMO", paths::target().join("debug/demo"))
            .env("SOTTO_LINK", paths::target().join("debug/link"));
        if let Some(firefox) = &self.firefox {
            node.env("FIREFOX", firefox);
        }
        if THROUGH_SFU.contains(&play.story) {
            node.env("SOTTO_STR0M", str0m::program());
            return sfu::apart(&node);
        }
        node
    }
}

/// As much of a story as each run has of it.
fn usual(story: &str) -> Play<'_> {
    let part = IN_PART.iter().find(|play| play.story == story);
    part.copied().unwrap_or_else(|| all_of(story, USUAL))
}
