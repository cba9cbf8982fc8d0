//! What comes of a tab: for its pages, and for whoever shows it.

use serde::Serialize;

use super::Measure;
use crate::{
    ids::{PageId, TabId},
    view::State,
};

/// What the worker has to do. Bytes go to the page, the rest to whoever shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Output {
    /// Send these bytes on a connection's control channel.
    Send {
        /// The page.
        page: PageId,
        /// Its connection.
        connection: u32,
        /// The packet.
        #[serde(skip)]
        bytes: Vec<u8>,
    },
    /// Tell the page's pump whether frames come here or pass.
    Mode {
        /// The page.
        page: PageId,
        /// Whether Sotto is on.
        on: bool,
    },
    /// Ask the sender of a received stream for a key frame.
    KeyFrame {
        /// The page.
        page: PageId,
        /// Its stream.
        stream: u32,
    },
    /// Look whether the page's transforms are still ours, and at what flows.
    Watch {
        /// The page.
        page: PageId,
    },
    /// Stop a stream that goes past our transform.
    Contain {
        /// The page.
        page: PageId,
        /// Its stream.
        stream: u32,
        /// How.
        measure: Measure,
    },
    /// The tab's view has changed.
    View {
        /// The tab.
        tab: TabId,
    },
    /// Forget a key that WebCrypto holds.
    ForgetKey {
        /// Its number.
        key: u32,
    },
    /// The tab's state has changed; the badge shows it.
    Badge {
        /// The tab.
        tab: TabId,
        /// The new state.
        state: State,
    },
}
