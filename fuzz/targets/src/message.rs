//! A message (PROTOCOL.md section 3): there is one way to write each.

use sotto_core::wire::Message;

pub fn run(bytes: &[u8]) {
    let Ok(message) = Message::parse(bytes) else {
        return;
    };
    let written = message.to_bytes();
    assert_eq!(Message::parse(&written), Ok(message));
    assert_eq!(written, bytes);
}
