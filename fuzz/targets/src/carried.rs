//! A packet behind a frame's body (PROTOCOL.md section 9): it is cut off as it was put there, whatever
//! is in front of it, and whatever arrives is cut or left alone, and heard within bounds.

use sotto_core::{
    carrier::InbandCarrier,
    framing::Codec,
    ids::{PageId, StreamId},
    time::Instant,
    wire::trailer,
};

pub fn run(bytes: &[u8]) {
    let (body, packet) = trailer::split(bytes);
    let kept = packet.map_or(0, |packet| packet.len() + trailer::TRAILER);
    assert_eq!(body.len() + kept, bytes.len());
    if let Some(packet) = packet {
        let mut again = body.to_vec();
        trailer::append(packet, &mut again);
        assert_eq!(again, bytes);
        hear(packet);
    }
    let mut scratch = Vec::new();
    for codec in Codec::ALL {
        if let Some(carried) = codec.carried(bytes, &mut scratch) {
            assert!(carried.packet.len() < bytes.len());
        }
    }
}

fn hear(packet: &[u8]) {
    let mut carrier = InbandCarrier::default();
    carrier.open(Instant(0), 0);
    let stream = StreamId {
        page: PageId(1),
        number: 1,
    };
    if let Ok(Some(message)) = carrier.handle_packet(Instant(0), stream, packet) {
        assert!(packet.ends_with(&message));
    }
}
