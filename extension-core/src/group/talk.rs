//! What members tell each other inside the group: application messages (RFC 9420 section 15).
//! Each is encrypted for the members of one epoch and signed with its sender's leaf key.

use openmls::prelude::{ContentType, ProcessedMessageContent};

use super::{Group, GroupError, rules, to_bytes};
use crate::{identity::Identity, ids::PeerId};

impl Group {
    /// Encrypts something for all other members of the present epoch.
    ///
    /// # Errors
    /// [`GroupError::Internal`].
    pub fn tell(&mut self, identity: &Identity, told: &[u8]) -> Result<Vec<u8>, GroupError> {
        let message = self.mls.create_message(&self.provider, identity, told);
        to_bytes(&message.map_err(|_| GroupError::Internal)?)
    }

    /// Takes what a member told. It leaves the group as it is, but that it can't be heard again.
    ///
    /// # Errors
    /// [`GroupError::NotForUs`] for another group or epoch, else [`GroupError::PeerMisbehaved`].
    pub fn hear(&mut self, message: &[u8]) -> Result<(PeerId, Vec<u8>), GroupError> {
        let processed = self.process(message, ContentType::Application)?;
        let sender = rules::member(&self.mls, processed.sender())?;
        match processed.into_content() {
            ProcessedMessageContent::ApplicationMessage(told) => Ok((sender, told.into_bytes())),
            _ => Err(GroupError::PeerMisbehaved),
        }
    }
}
