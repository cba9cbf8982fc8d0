/**
 * With Sotto installed and off, a script that inspects the page's WebRTC interface, or uses it
 * in old or wrong ways, finds the browser's own.
 */

import { after, before, test } from 'node:test';
import { Twins } from '../lib/fidelity/twins.mjs';

/** @type {Twins} */ let twins;

before(async () => { twins = await Twins.start(); });
after(() => twins?.close());

test('every function keeps its name, its length, its source text and its place', async () => {
  await twins.sameInBoth(async ({ shapeOf }) => [
    ...shapeOf('Function.prototype', Function.prototype),
    ...[RTCPeerConnection, RTCRtpSender, RTCRtpReceiver, RTCRtpTransceiver, RTCDataChannel].flatMap((kind) => [
      ...shapeOf(kind.name, kind),
      ...shapeOf(`${kind.name}.prototype`, kind.prototype),
    ]),
  ]);
});

test('the window and the document have nothing added', async () => {
  await twins.sameInBoth(async ({ shapeOf, Pair }) => {
    new Pair();
    const elements = [...document.querySelectorAll('*')].map(({ localName }) => `element ${localName}`);
    // Firefox lists the language's own globals in the order of their first use.
    const globals = 'mozInnerScreenX' in window ? shapeOf('window', window).sort() : shapeOf('window', window);
    return [...globals, ...elements, `frames: ${window.length}`];
  });
});

test('the constructor can be called, subclassed and compared', async () => {
  await twins.sameInBoth(({ outcomes }) => {
    const Peer = RTCPeerConnection;
    class Derived extends Peer {
      extra = 1;
      more() { return this.extra + 1; }
    }
    const derived = new Derived();
    return outcomes({
      text: () => String(Peer),
      'without new': () => /** @type {any} */ (Peer)(),
      instanceof: () => new Peer() instanceof Peer,
      constructor: () => new Peer().constructor === Peer,
      prototype: () => Object.getPrototypeOf(new Peer()) === Peer.prototype,
      tag: () => Object.prototype.toString.call(new Peer()),
      'older name': () => /** @type {any} */ (window).webkitRTCPeerConnection === Peer,
      'a subclass': () => [derived instanceof Derived, derived instanceof Peer, derived.more(), derived.constructor.name],
      "a subclass's call": () => derived.addTransceiver('audio').direction,
      'another target': () => Reflect.construct(Peer, [], Array) instanceof Array,
    });
  });
});

test('a wrong configuration gives the same error', async () => {
  await twins.sameInBoth(({ outcomes }) => {
    const mine = { get bundlePolicy() { throw new RangeError('thrown by the page'); } };
    const wrong = { null: null, number: 5, text: 'x', function() {}, servers: { iceServers: 5 },
      scheme: { iceServers: [{ urls: 'foo:bar' }] }, policy: { bundlePolicy: 'none' },
      pool: { iceCandidatePoolSize: 300 }, mine };
    /** @param {any} configuration */
    const use = (configuration) => () => new RTCPeerConnection(configuration).getConfiguration();
    return outcomes(Object.fromEntries(Object.entries(wrong).map(([name, value]) => [name, use(value)])));
  });
});

test('a configuration is read once, in order, and comes back as it was set', async () => {
  await twins.sameInBoth(async ({ outcomes }) => {
    /** @type {string[]} */ const read = [];
    const watched = new Proxy({ bundlePolicy: 'max-bundle' }, {
      get: (target, name, receiver) => { read.push(String(name)); return Reflect.get(target, name, receiver); },
    });
    const peer = new RTCPeerConnection(/** @type {any} */ (watched));
    const servers = [{ urls: 'stun:192.0.2.1' }];
    /** @param {any} configuration */
    const set = (configuration) => () => peer.setConfiguration(configuration);
    return outcomes({
      read: () => read.filter((name) => name !== 'encodedInsertableStreams'),
      'as constructed': () => peer.getConfiguration(),
      'round trip': () => peer.setConfiguration(peer.getConfiguration()),
      servers: set({ bundlePolicy: 'max-bundle', iceServers: servers }),
      'as set': () => peer.getConfiguration(),
      'a change too late': set({ bundlePolicy: 'max-compat' }),
      'its own streams too late': set({ bundlePolicy: 'max-bundle', encodedInsertableStreams: true }),
      number: set(4),
      'its own streams': () => new RTCPeerConnection(/** @type {any} */ ({ encodedInsertableStreams: true })).getConfiguration(),
    });
  });
});

test('calls with wrong receivers and arguments give the same errors', async () => {
  await twins.sameInBoth(({ outcomes }) => {
    const peer = /** @type {any} */ (new RTCPeerConnection());
    const closed = /** @type {any} */ (new RTCPeerConnection());
    const { sender } = peer.addTransceiver('audio');
    closed.close();
    return outcomes({
      'not a connection': () => peer.addTrack.call({}),
      'no connection': () => peer.getConfiguration.call(undefined),
      'no promise': () => peer.setRemoteDescription.call({}),
      'no track': () => peer.addTrack(),
      'no kind': () => peer.addTransceiver('smell'),
      'no description': () => peer.setRemoteDescription(),
      'no such type': () => peer.setRemoteDescription({ type: 'wish', sdp: '' }),
      'no such text': () => peer.setRemoteDescription({ type: 'offer', sdp: 'v=1' }),
      'unasked answer': () => peer.setRemoteDescription({ type: 'answer', sdp: 'v=0' }),
      'no transform': () => { sender.transform = 5; },
      'a channel too late': () => closed.createDataChannel('late'),
      'an offer too late': () => closed.createOffer(),
      'a change too late': () => closed.setConfiguration({}),
    });
  });
});

test("an offer's options are read once, in order, and do what they do", async () => {
  await twins.sameInBoth(({ outcomes }) => {
    /** @type {string[]} */ const read = [];
    const watched = new Proxy({ offerToReceiveAudio: true, offerToReceiveVideo: 1 }, {
      get: (target, name, receiver) => { read.push(String(name)); return Reflect.get(target, name, receiver); },
    });
    const mine = { get offerToReceiveVideo() { throw new RangeError('thrown by the page'); } };
    /** @param {any[]} given */
    const by = (...given) => async () => {
      const peer = /** @type {any} */ (new RTCPeerConnection());
      const { sdp } = (await peer.createOffer(...given)) ?? {};
      return [sdp?.match(/^m=(audio|video)/gm), peer.getTransceivers().length];
    };
    const wishes = { no: { offerToReceiveAudio: false }, zero: { offerToReceiveVideo: 0 }, negative: { offerToReceiveAudio: -1 },
      text: { offerToReceiveAudio: 'yes' }, object: { offerToReceiveVideo: {} }, symbol: { offerToReceiveAudio: Symbol('x') } };
    const each = Object.entries({ undefined, null: null, number: 5, function() {}, mine, ...wishes });
    return outcomes({
      watched: by(watched),
      read: () => read,
      ...Object.fromEntries(each.map(([name, options]) => [name, by(options)])),
      'two arguments': by({}, {}),
      'by callbacks': by(() => {}, () => {}, { offerToReceiveAudio: true }),
      'wrong by callbacks': by(() => {}, () => {}, 5),
    });
  });
});

test('a call by callbacks', async () => {
  await twins.sameInBoth(async ({ Pair, devices, outcomes }) => {
    const pair = new Pair();
    const near = /** @type {any} */ (pair.near), far = /** @type {any} */ (pair.far);
    near.addTrack((await devices()).microphone);
    /** @type {string[]} */ const seen = [];
    /** @param {string} name @param {any} peer @param {any[]} before @returns {Promise<any>} */
    const by = (name, peer, ...before) => new Promise((resolve, reject) => {
      const returned = peer[name](...before, /** @this {unknown} @param {any[]} given */ function (...given) {
        const transceivers = peer.getTransceivers().map((/** @type {any} */ { mid, currentDirection }) => `${mid} ${currentDirection}`);
        seen.push(`${name} ${given.length} ${this === undefined} ${this === window} ${transceivers}`);
        resolve(given[0]);
      }, reject);
      returned.then((/** @type {unknown} */ value) => seen.push(`${name} returned ${value}`));
    });
    const offer = await by('createOffer', near);
    await by('setLocalDescription', near, offer);
    await by('setRemoteDescription', far, offer);
    const answer = await by('createAnswer', far);
    await by('setLocalDescription', far, answer);
    await by('setRemoteDescription', near, answer);
    const failure = await outcomes({ failure: () => by('setRemoteDescription', near, { type: 'offer', sdp: 'v=1' }) });
    return [...seen.map((line, n) => `${n} ${line}`), ...failure, ...(await pair.observed())];
  });
});
