//! Which stories are played in Firefox too, with which casts, and why some are not.

/// A story with a cast: which browser each person has, in turn. Whoever stands between others
/// without Sotto, or means them harm, is a tool, and has Chromium.
#[derive(Clone, Copy, Debug)]
pub(super) struct Play<'a> {
    pub(super) story: &'a str,
    pub(super) cast: &'a str,
    /// Of its tests only those of this name; the others take too long for each run.
    pub(super) only: Option<&'a str>,
}

pub(super) const fn all_of<'a>(story: &'a str, cast: &'a str) -> Play<'a> {
    Play {
        story,
        cast,
        only: None,
    }
}

pub(super) const WITH_FIREFOX: &[Play<'_>] = &[
    all_of("apps", "firefox,chromium"),
    all_of("backlog", "firefox"),
    all_of("between", "chromium,firefox,chromium"),
    all_of("bypass", "firefox,firefox,chromium"),
    all_of("calls", "firefox"),
    all_of("calls", "firefox,chromium"),
    all_of("calls", "chromium,firefox"),
    all_of("codecs", "firefox"),
    all_of("hard-pages", "firefox"),
    // The last of the four loses its network, which Chromium alone can.
    all_of("healing", "chromium,firefox,chromium,chromium"),
    Play {
        story: "hostile",
        cast: "firefox,firefox,chromium",
        only: Some("garbage|forged"),
    },
    all_of("hostile-page", "firefox"),
    // Who stands between loses the packets: Chromium alone can.
    Play {
        story: "in-band",
        cast: "firefox,firefox,chromium",
        only: Some("two become"),
    },
    all_of("large-frames", "firefox,chromium"),
    Play {
        story: "lies",
        cast: "firefox,firefox,chromium,chromium,chromium",
        only: LIES_OF_EACH_RUN,
    },
    all_of("looks", "firefox,chromium,firefox"),
    Play {
        story: "media",
        cast: "firefox",
        only: Some("VP8, opus"),
    },
    all_of("names", "firefox,chromium"),
    Play {
        story: "networks",
        cast: "firefox,chromium",
        only: WITHOUT_TABLE,
    },
    all_of("off", "firefox"),
    all_of("off-interface", "firefox"),
    all_of("orphaned", "firefox"),
    all_of("outsider", "firefox,firefox,chromium"),
    all_of("page-encryption", "firefox"),
    all_of("page-habits", "firefox"),
    all_of("pages", "firefox"),
    all_of("popup", "firefox"),
    all_of("restart", "firefox"),
    Play {
        story: "sfu",
        cast: "firefox,chromium",
        only: Some("three see|two share|all share"),
    },
    Play {
        story: "silence",
        cast: "firefox,firefox,chromium",
        only: Some("VP9 and red|H264 and PCMU|VP8 and G722"),
    },
    all_of("sites", "firefox"),
    all_of("switch", "firefox,chromium"),
    all_of("tabs", "firefox"),
    all_of("toggle", "firefox"),
];

pub(super) const NOT_WITH_FIREFOX: &[(&str, &str)] = &[
    (
        "str0m",
        "not in each run: `cargo xtask test str0m --cast firefox,chromium`",
    ),
    ("taken", "a page of Firefox has no encoded streams to take"),
];

/// Stories with an SFU, which are played in a network of their own.
pub(super) const THROUGH_SFU: &[&str] = &["networks", "sfu", "str0m"];

/// Stories that no run of all plays, and why.
pub(super) const BY_NAME: &[(&str, &str)] = &[(
    "str0m",
    "its SFU takes minutes to compile: `cargo xtask test sfu`",
)];

/// The stories that somebody wants: through the SFU, through those of every make.
pub(super) fn named(story: &str) -> Vec<&str> {
    if story == "sfu" {
        vec!["sfu", "str0m"]
    } else {
        vec![story]
    }
}

const LIES_OF_EACH_RUN: Option<&str> = Some("swapped|forged|haunted|in the middle");

/// Node plays all tests of a file where the pattern fits the file's root.
const WITHOUT_TABLE: Option<&str> = Some("^(?!table: |<root>|$)");

/// Stories of which each run has a part, with the usual cast.
pub(super) const IN_PART: &[Play<'_>] = &[
    Play {
        story: "lies",
        cast: USUAL,
        only: LIES_OF_EACH_RUN,
    },
    without_table("networks"),
    without_table("sfu"),
];

const fn without_table(story: &str) -> Play<'_> {
    Play {
        story,
        cast: USUAL,
        only: WITHOUT_TABLE,
    }
}

/// Stories that measure time or share, which others beside them would change.
pub(super) const ALONE: &[&str] = &[
    "bypass",
    "healing",
    "in-band",
    "large-frames",
    "lies",
    "media",
    "networks",
    "switch",
];

/// Stories that write a table of their own.
pub(super) const WITH_TABLE: &[&str] = &["media", "networks", "sfu", "str0m"];

/// Every story is played so.
pub(super) const USUAL: &str = "chromium";

#[cfg(test)]
mod tests {
    use super::{ALONE, NOT_WITH_FIREFOX, WITH_FIREFOX};
    use crate::test::stories;

    #[test]
    fn what_is_played_alone_is_a_story() {
        let stories = stories().expect("the stories can be listed");
        for name in ALONE {
            assert!(stories.iter().any(|story| story == name), "{name}");
        }
    }

    #[test]
    fn each_story_is_played_in_firefox_or_there_is_a_reason() {
        for story in stories().expect("the stories can be listed") {
            let played = WITH_FIREFOX.iter().any(|play| play.story == story);
            let excused = NOT_WITH_FIREFOX.iter().any(|(name, _)| *name == story);
            assert!(played != excused, "{story} is in one of the lists");
        }
    }
}
