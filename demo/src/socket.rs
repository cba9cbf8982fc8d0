//! One WebSocket per participant: reads what they send, writes what they are told.
//!
//! Messages are bounded in size and in rate; whoever breaks a bound or sends what isn't a
//! message is disconnected, and the room goes on.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use futures_util::StreamExt;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::mpsc;
use tokio::time::{interval, timeout};

use crate::Shared;
use crate::rate::Bucket;
use crate::rooms::{Note, PersonId, Refusal, Rooms};

/// A description with dozens of sections is below 64 KiB.
pub(crate) const MAX_MESSAGE: usize = 128 * 1024;
const PING: Duration = Duration::from_secs(5);
const SILENCE: Duration = Duration::from_secs(60);

#[derive(Debug, Deserialize)]
pub(crate) struct Place {
    room: String,
    name: String,
}

/// What a client may say. `data` is for the other client, not for us.
#[derive(Debug, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Said {
    Signal { to: PersonId, data: Value },
}

pub(crate) async fn upgrade(
    upgrade: WebSocketUpgrade,
    Query(place): Query<Place>,
    State(rooms): State<Shared>,
) -> Response {
    upgrade
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .on_upgrade(|socket| attend(socket, place, rooms))
}

async fn attend(mut socket: WebSocket, place: Place, rooms: Shared) {
    let joined = lock(&rooms).join(&place.room, &place.name);
    match joined {
        Ok((id, inbox)) => {
            let reason = converse(&mut socket, inbox, &place.room, id, &rooms).await;
            lock(&rooms).leave(&place.room, id);
            close(socket, reason).await;
        }
        Err(refusal) => close(socket, refusal.reason()).await,
    }
}

/// Runs until the client goes, falls silent or misbehaves; returns why.
async fn converse(
    socket: &mut WebSocket,
    mut inbox: mpsc::Receiver<Note>,
    room: &str,
    id: PersonId,
    rooms: &Shared,
) -> &'static str {
    let mut bucket = Bucket::new(Instant::now());
    let mut pings = interval(PING);
    let mut heard = Instant::now();
    loop {
        tokio::select! {
            note = inbox.recv() => match note {
                Some(note) if tell(socket, &note).await => {}
                _ => return "too slow",
            },
            said = socket.next() => {
                let Some(Ok(message)) = said else { return "gone" };
                heard = Instant::now();
                if !bucket.take(heard) { return "too many messages" }
                if let Err(reason) = hear(message, room, id, rooms) { return reason }
            }
            _ = pings.tick() => {
                if heard.elapsed() > SILENCE { return "silent" }
                if !send(socket, Message::Ping(Vec::new().into())).await { return "gone" }
            }
        }
    }
}

fn hear(message: Message, room: &str, id: PersonId, rooms: &Shared) -> Result<(), &'static str> {
    match message {
        Message::Text(text) => {
            let Said::Signal { to, data } =
                serde_json::from_str(&text).map_err(|_| "not a message")?;
            lock(rooms).signal(room, id, to, data);
            Ok(())
        }
        Message::Ping(_) | Message::Pong(_) => Ok(()),
        Message::Close(_) => Err("goodbye"),
        Message::Binary(_) => Err("not a message"),
    }
}

async fn tell(socket: &mut WebSocket, note: &Note) -> bool {
    let text = serde_json::to_string(note).expect("a note has only string keys");
    send(socket, Message::Text(text.into())).await
}

/// A client that does not read fills its TCP window, and then a send would never end.
async fn send(socket: &mut WebSocket, message: Message) -> bool {
    matches!(timeout(SILENCE, socket.send(message)).await, Ok(Ok(())))
}

async fn close(mut socket: WebSocket, reason: &'static str) {
    let frame = CloseFrame {
        code: 4_000,
        reason: reason.into(),
    };
    // The client may be gone already, and then nobody needs the reason.
    send(&mut socket, Message::Close(Some(frame))).await;
}

fn lock(rooms: &Shared) -> std::sync::MutexGuard<'_, Rooms> {
    rooms.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Refusal {
    fn reason(self) -> &'static str {
        match self {
            Self::BadName => "room and name must have 1 to 64 characters",
            Self::RoomFull => "this room is full",
            Self::TooManyRooms => "no more rooms here",
        }
    }
}
