//! Plays stories, each in a command of its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use super::plays::{BY_HAND, NOT_WITH_FIREFOX, Play, USUAL, WITH_FIREFOX, all_of};
use super::table::Table;
use super::{Count, node_tests, stories, suite};
use crate::paths;
use crate::setup::browser;

/// The browsers that stories are played in.
pub(super) struct Stage {
    chromium: PathBuf,
    firefox: Option<PathBuf>,
}

impl Stage {
    pub(super) fn find(cast: &str) -> Result<Self> {
        let firefox = cast
            .contains("firefox")
            .then(browser::firefox)
            .transpose()?;
        Ok(Self {
            chromium: browser::find()?,
            firefox,
        })
    }

    /// Every story in Chromium, and in Firefox where it can be.
    pub(super) fn play_all(&self, table: &mut Table) -> Result<Count> {
        let mut total = Count::default();
        for story in &stories()? {
            total.add(self.play(&all_of(story, USUAL), table)?);
            for play in WITH_FIREFOX.iter().filter(|play| play.story == story) {
                total.add(self.play(play, table)?);
            }
            for play in BY_HAND.iter().filter(|play| play.story == story) {
                table.leave(play);
            }
            for (_, reason) in NOT_WITH_FIREFOX.iter().filter(|(name, _)| name == story) {
                table.refuse(story, reason);
            }
        }
        Ok(total)
    }

    pub(super) fn play(&self, play: &Play<'_>, table: &mut Table) -> Result<Count> {
        let Play { story, cast, .. } = play;
        let (count, output) = suite(&format!("{story} in {cast}"), self.command(play))?;
        table.note(play, count, &output);
        Ok(count)
    }

    fn command(&self, play: &Play<'_>) -> Command {
        let file = format!("tests/browser/{}.test.mjs", play.story);
        let mut node = node_tests(play.only, [paths::workspace().join(file)]);
        node.env("CHROME", &self.chromium)
            .env("SOTTO_CAST", play.cast)
            .env("SOTTO_EXTENSION", paths::extension())
            .env("SOTTO_DEMO", paths::target().join("debug/demo"));
        if let Some(firefox) = &self.firefox {
            node.env("FIREFOX", firefox);
        }
        node
    }
}
