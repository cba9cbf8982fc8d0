//! Which connections lead to the room, and that others don't.

#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

use super::*;

/// Whether the only connection of somebody leads to a room, after each of some steps.
fn leads(steps: &[fn(&mut Core, Instant, ConnectionId)]) -> Vec<bool> {
    let mut core = Core::new([1; 32]);
    let now = Instant(1_000);
    let page = core.attach(now, TAB).expect("a page");
    core.turn_on(now, TAB);
    let link = ConnectionId { page, number: 1 };
    core.connection(now, link, ConnectionState::New);
    let after = |step: &fn(&mut Core, Instant, ConnectionId)| {
        step(&mut core, now, link);
        let call = core.tabs[&TAB].call.as_ref();
        call.is_some_and(|call| call.is_shared(link))
    };
    steps.iter().map(after).collect()
}

fn connected(core: &mut Core, now: Instant, link: ConnectionId) {
    core.connection(now, link, ConnectionState::Connected);
}

fn server(core: &mut Core, now: Instant, link: ConnectionId) {
    core.far_end(now, link, JANUS);
}

fn browser(core: &mut Core, now: Instant, link: ConnectionId) {
    core.far_end(now, link, CHROMIUM);
}

fn media(core: &mut Core, now: Instant, link: ConnectionId) {
    let page = link.page;
    let id = StreamId { page, number: 1 };
    core.stream(now, id, link.number, End::Sender(Role::Microphone));
}

#[test]
fn i2_a_connection_leads_to_the_room_once_it_has_media_a_server_and_is_connected() {
    type Step = fn(&mut Core, Instant, ConnectionId);
    let (connected, server, media) = (connected as Step, server as Step, media as Step);
    for order in [
        [connected, server, media],
        [connected, media, server],
        [server, connected, media],
        [server, media, connected],
        [media, server, connected],
        [media, connected, server],
    ] {
        assert_eq!(leads(&order), [false, false, true]);
    }
    assert_eq!(leads(&[connected, media, browser]), [false; 3]);
}

/// What goes along with a frame of somebody who is alone.
fn carrying() -> Vec<u8> {
    let mut room = Room::of(2, Layout::OneForAll);
    room.turn_on(1);
    room.run_for(Duration::from_secs(2));
    let mut sound = room.wire.into_iter().filter(|sent| sent.from == 1);
    let sent = sound.find(|sent| sent.mime == OPUS);
    sent.expect("a beacon").wire
}

#[test]
fn i2_what_comes_with_frames_is_heard_on_a_connection_to_the_room_only() {
    for (far_end, reason) in [(CHROMIUM, "alone"), (JANUS, "joining")] {
        let mut pair = Pair::new();
        let link = pair.connection(0);
        pair.cores[0].far_end(pair.now, link, far_end);
        pair.cores[0].turn_on(pair.now, TAB);
        let came = pair.transform(0, RECEIVE_AUDIO, OPUS, &carrying());
        assert_eq!((came, pair.view(0).reason), (None, reason));
    }
}

#[test]
fn i11_what_goes_out_elsewhere_is_no_way_to_the_room() {
    let mut pair = Pair::new();
    let link = pair.connect_again(0, 90, End::Sender(Role::Microphone));
    pair.cores[0].far_end(pair.now, link, JANUS);
    pair.cores[0].turn_on(pair.now, TAB);
    for (stream, reason) in [(SEND_AUDIO, "no-way-up"), (90, "alone")] {
        for _ in 0..150 {
            pair.run_for(Duration::from_millis(20));
            pair.transform(0, stream, OPUS, &PLAIN_AUDIO);
        }
        assert_eq!(pair.view(0).reason, reason);
    }
}
