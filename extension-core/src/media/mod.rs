//! Sealing and opening frames with SFrame (RFC 9605) under AES-128-GCM with a 128-bit tag. Gets
//! plain values (base keys, leaves, epochs) and doesn't know MLS, tabs or streams of a browser.
//!
//! ```text
//! sealed frame:  clear bytes | SFrame header | ciphertext | tag     (packed by `framing`)
//!                 by codec     2 to 7 bytes      secret     16
//! authenticated: SFrame header | codec | clear bytes
//! ```

mod cipher;
mod header;
mod keyring;
mod kid;
mod open;
mod seal;
mod shelf;
mod subtle;

pub use cipher::AesKey;
#[cfg(test)]
pub use header::Header;
pub use keyring::{BaseKey, Keyring};
pub use kid::{Context, Kid, MAX_COUNTER, MAX_MEMBERS, Role, STREAMS_OF_A_ROLE};
pub use open::{OpenError, Opened, Sender};
pub use seal::SealError;
pub use shelf::{Held, MAX_EPOCHS, OLD_KEYS, Shelf};
pub use subtle::{Job, Operation, Outcome, SubtleKeys, Ticket, Workspace};

use sframe::CipherSuite;

/// RFC 9605 section 4.5: `AES_128_GCM_SHA256_128`.
pub const CIPHER_SUITE: CipherSuite = CipherSuite::AesGcm128Sha256;

/// Length of a base key, `Nk` of the suite.
pub const BASE_KEY_LENGTH: usize = 16;

/// Most bytes that sealing itself adds: 1 + 3 + 3 of header, 16 of tag. What a codec's layout adds
/// to that is in PROTOCOL.md section 5.
pub const MAX_OVERHEAD: usize = 23;

#[cfg(test)]
mod tests;
