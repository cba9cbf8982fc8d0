//! Whom of its group a participant doesn't hear by itself, and up to where it knows them all the
//! same. It goes with every beacon, so that others pass on what is missing, and has only the
//! exceptions: it is empty where everybody hears everybody.

use tls_codec::{DeserializeBytes, Error, TlsDeserializeBytes, TlsSerialize, TlsSize};

use crate::ids::PeerId;

/// R20: who doesn't hear more than this many names the lowest.
pub const MAX_UNHEARD: usize = 64;

/// Somebody who isn't heard.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    TlsSerialize,
    TlsDeserializeBytes,
    TlsSize,
)]
pub struct Lack {
    /// Who.
    pub peer: PeerId,
    /// Of its last beacon that is known all the same; 0 of none.
    pub sequence: u64,
}

/// Those that aren't heard, in order of their ids, each once, at most [`MAX_UNHEARD`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, TlsSerialize, TlsSize)]
pub struct Unheard(Vec<Lack>);

impl Unheard {
    /// Of all of these as many as fit.
    pub fn of(lacks: impl IntoIterator<Item = Lack>) -> Self {
        let mut lacks: Vec<Lack> = lacks.into_iter().collect();
        lacks.sort_unstable();
        lacks.dedup_by_key(|lack| lack.peer);
        lacks.truncate(MAX_UNHEARD);
        Self(lacks)
    }

    /// All of them.
    pub fn lacks(&self) -> &[Lack] {
        &self.0
    }

    /// What is lacking of somebody; nothing where that one is heard.
    pub fn of_peer(&self, peer: PeerId) -> Option<Lack> {
        let at = self.0.binary_search_by_key(&peer, |lack| lack.peer);
        at.ok().map(|at| self.0[at])
    }
}

impl DeserializeBytes for Unheard {
    fn tls_deserialize_bytes(bytes: &[u8]) -> Result<(Self, &[u8]), Error> {
        let (lacks, rest) = Vec::<Lack>::tls_deserialize_bytes(bytes)?;
        let ordered = lacks.windows(2).all(|pair| pair[0].peer < pair[1].peer);
        if ordered && lacks.len() <= MAX_UNHEARD {
            Ok((Self(lacks), rest))
        } else {
            Err(Error::InvalidInput)
        }
    }
}

#[cfg(test)]
mod tests {
    #[cfg(target_arch = "wasm32")]
    use wasm_bindgen_test::wasm_bindgen_test as test;

    use tls_codec::Serialize as _;

    use super::*;

    fn lack(number: u8) -> Lack {
        Lack {
            peer: PeerId([number; 16]),
            sequence: 7,
        }
    }

    fn read(lacks: &Vec<Lack>) -> Option<Unheard> {
        let bytes = lacks.tls_serialize_detached().expect("serializes");
        Unheard::tls_deserialize_exact_bytes(&bytes).ok()
    }

    #[test]
    fn there_is_one_way_to_write_it() {
        let unheard = Unheard::of([lack(2), lack(1), lack(2)]);
        let bytes = unheard.tls_serialize_detached().expect("serializes");
        assert_eq!(
            Unheard::tls_deserialize_exact_bytes(&bytes),
            Ok(unheard.clone())
        );
        assert_eq!(read(&vec![lack(1), lack(2)]), Some(unheard));
        assert_eq!(read(&vec![lack(2), lack(1)]), None);
        assert_eq!(read(&vec![lack(1), lack(1)]), None);
    }

    #[test]
    fn it_is_bounded() {
        let many = |count: usize| (0..count as u8).map(lack).collect::<Vec<_>>();
        let fitting = Unheard::of(many(MAX_UNHEARD + 1));
        assert_eq!(fitting.lacks(), many(MAX_UNHEARD));
        assert!(read(&many(MAX_UNHEARD)).is_some());
        assert!(read(&many(MAX_UNHEARD + 1)).is_none());
    }

    #[test]
    fn who_is_heard_is_not_in_it() {
        let unheard = Unheard::of([lack(1), lack(3)]);
        assert_eq!(unheard.of_peer(PeerId([3; 16])), Some(lack(3)));
        assert_eq!(unheard.of_peer(PeerId([2; 16])), None);
    }
}
