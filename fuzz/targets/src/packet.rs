//! A packet as a carrier reads it (PROTOCOL.md section 2): nothing is read into it that isn't
//! there, and what is whole in one packet comes out as it went in.

use sotto_core::{
    carrier::{Carrier, MeshCarrier, Owner},
    ids::{ConnectionId, PageId},
    time::Instant,
    wire::Packet,
};

const LINK: ConnectionId = ConnectionId {
    page: PageId(1),
    number: 1,
};

pub fn run(bytes: &[u8]) {
    if let Ok(packet) = Packet::parse(bytes) {
        assert!(packet.index < packet.count);
        assert_eq!(packet.to_bytes(), bytes);
    }
    let mut carrier = MeshCarrier::default();
    assert!(carrier.open(Instant(0), LINK));
    if let Ok(Some(message)) = carrier.handle_packet(Instant(0), LINK, Owner::Nobody, bytes) {
        assert!(bytes.ends_with(&message));
    }
}
