//! A small mesh call page with its own signalling, to try Sotto on one machine.
//!
//! The server hands out the page and passes signalling messages between the people of a
//! room without reading them; media goes from browser to browser. It knows nothing of
//! Sotto, which is the point: it stands for any site that is not ours. It is not meant for
//! the open internet: nobody logs in, and rooms live in memory.

mod assets;
mod rate;
mod rooms;
mod socket;

use std::io;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::routing::get;
use tokio::net::TcpListener;

use rooms::Rooms;

/// Everything the request handlers share.
type Shared = Arc<Mutex<Rooms>>;

/// Serves the page and its signalling until the future is dropped.
///
/// # Errors
/// Only what the listener itself reports; a failing client ends its own connection.
pub async fn serve(listener: TcpListener) -> io::Result<()> {
    axum::serve(listener, router()).await
}

fn router() -> Router {
    let rooms: Shared = Arc::new(Mutex::new(Rooms::default()));
    assets::router()
        .route("/ws", get(socket::upgrade))
        .with_state(rooms)
}
