//! Who is in which room, and what is sent to whom. No sockets and no time in here.
//!
//! Each participant has a bounded outbox. Whoever does not read it is taken for gone, so a
//! slow client can neither hold up a room nor make the server keep its messages for ever.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::mpsc;

pub(crate) const MAX_ROOMS: usize = 256;
pub(crate) const MAX_PEOPLE: usize = 32;
pub(crate) const MAX_NAME: usize = 64;
const OUTBOX: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct PersonId(u64);

/// What the server tells a client.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Note {
    Welcome { id: PersonId, people: Vec<Entry> },
    Joined { id: PersonId, name: String },
    Left { id: PersonId },
    Signal { from: PersonId, data: Value },
}

/// A person as the others see them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: PersonId,
    pub(crate) name: String,
}

/// Why somebody could not come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    BadName,
    RoomFull,
    TooManyRooms,
}

#[derive(Debug)]
struct Person {
    name: String,
    outbox: mpsc::Sender<Note>,
}

type Room = BTreeMap<PersonId, Person>;

#[derive(Debug, Default)]
pub(crate) struct Rooms {
    next: u64,
    rooms: BTreeMap<String, Room>,
}

impl Rooms {
    /// Lets somebody in, tells them who is there, and tells the others.
    pub(crate) fn join(
        &mut self,
        room: &str,
        name: &str,
    ) -> Result<(PersonId, mpsc::Receiver<Note>), Refusal> {
        self.admit(room, name)?;
        let id = PersonId(self.next);
        self.next += 1;
        let (outbox, inbox) = mpsc::channel(OUTBOX);
        let people = self.rooms.entry(room.to_owned()).or_default();
        post(
            &outbox,
            Note::Welcome {
                id,
                people: entries(people),
            },
        );
        broadcast(
            people,
            &Note::Joined {
                id,
                name: name.to_owned(),
            },
        );
        people.insert(
            id,
            Person {
                name: name.to_owned(),
                outbox,
            },
        );
        Ok((id, inbox))
    }

    /// Passes on what one person of a room sends to another of the same room.
    pub(crate) fn signal(&mut self, room: &str, from: PersonId, to: PersonId, data: Value) {
        let Some(person) = self.rooms.get(room).and_then(|people| people.get(&to)) else {
            return;
        };
        if !post(&person.outbox, Note::Signal { from, data }) {
            self.leave(room, to);
        }
    }

    /// Lets somebody go. Doing it again changes nothing.
    pub(crate) fn leave(&mut self, room: &str, id: PersonId) {
        let Some(people) = self.rooms.get_mut(room) else {
            return;
        };
        if people.remove(&id).is_some() {
            broadcast(people, &Note::Left { id });
        }
        if people.is_empty() {
            self.rooms.remove(room);
        }
    }

    fn admit(&self, room: &str, name: &str) -> Result<(), Refusal> {
        let fits = |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_NAME;
        if !fits(room) || !fits(name) {
            return Err(Refusal::BadName);
        }
        match self.rooms.get(room) {
            Some(people) if people.len() >= MAX_PEOPLE => Err(Refusal::RoomFull),
            None if self.rooms.len() >= MAX_ROOMS => Err(Refusal::TooManyRooms),
            _ => Ok(()),
        }
    }
}

fn entries(people: &Room) -> Vec<Entry> {
    let entry = |(id, person): (&PersonId, &Person)| Entry {
        id: *id,
        name: person.name.clone(),
    };
    people.iter().map(entry).collect()
}

fn broadcast(people: &Room, note: &Note) {
    for person in people.values() {
        post(&person.outbox, note.clone());
    }
}

/// False if the outbox is full or nobody reads it any more.
fn post(outbox: &mpsc::Sender<Note>, note: Note) -> bool {
    outbox.try_send(note).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notes(inbox: &mut mpsc::Receiver<Note>) -> Vec<Note> {
        std::iter::from_fn(|| inbox.try_recv().ok()).collect()
    }

    #[test]
    fn newcomers_learn_who_is_there_and_the_others_learn_of_them() {
        let mut rooms = Rooms::default();
        let (ada, mut to_ada) = rooms.join("tea", "Ada").expect("room for Ada");
        let (bo, mut to_bo) = rooms.join("tea", "Bo").expect("room for Bo");
        let people = vec![Entry {
            id: ada,
            name: "Ada".into(),
        }];
        assert_eq!(notes(&mut to_bo), [Note::Welcome { id: bo, people }]);
        let joined = Note::Joined {
            id: bo,
            name: "Bo".into(),
        };
        assert_eq!(notes(&mut to_ada).last(), Some(&joined));
    }

    #[test]
    fn signals_stay_in_their_room() {
        let mut rooms = Rooms::default();
        let (ada, mut to_ada) = rooms.join("tea", "Ada").expect("room for Ada");
        let (eve, _) = rooms.join("elsewhere", "Eve").expect("room for Eve");
        notes(&mut to_ada);
        rooms.signal("elsewhere", eve, ada, Value::Null);
        assert!(notes(&mut to_ada).is_empty());
    }

    #[test]
    fn leaving_is_told_once_and_the_empty_room_is_gone() {
        let mut rooms = Rooms::default();
        let (ada, mut to_ada) = rooms.join("tea", "Ada").expect("room for Ada");
        let (bo, _inbox) = rooms.join("tea", "Bo").expect("room for Bo");
        notes(&mut to_ada);
        rooms.leave("tea", bo);
        rooms.leave("tea", bo);
        assert_eq!(notes(&mut to_ada), [Note::Left { id: bo }]);
        rooms.leave("tea", ada);
        assert!(rooms.rooms.is_empty());
    }

    #[test]
    fn who_does_not_read_is_taken_for_gone() {
        let mut rooms = Rooms::default();
        let (ada, mut to_ada) = rooms.join("tea", "Ada").expect("room for Ada");
        let (bo, _unread) = rooms.join("tea", "Bo").expect("room for Bo");
        notes(&mut to_ada);
        for _ in 0..OUTBOX {
            rooms.signal("tea", ada, bo, Value::Null);
        }
        assert_eq!(notes(&mut to_ada), [Note::Left { id: bo }]);
    }

    #[test]
    fn rooms_and_names_are_bounded() {
        let mut rooms = Rooms::default();
        let long = "x".repeat(MAX_NAME + 1);
        assert_eq!(rooms.join("tea", &long).err(), Some(Refusal::BadName));
        assert_eq!(rooms.join(" ", "Ada").err(), Some(Refusal::BadName));
        let _full: Vec<_> = (0..MAX_PEOPLE)
            .map(|n| rooms.join("tea", &n.to_string()))
            .collect();
        assert_eq!(rooms.join("tea", "late").err(), Some(Refusal::RoomFull));
        for n in 1..MAX_ROOMS {
            rooms
                .join(&n.to_string(), "Ada")
                .expect("a room of their own");
        }
        assert_eq!(
            rooms.join("one more", "Ada").err(),
            Some(Refusal::TooManyRooms)
        );
    }
}
