/**
 * A page that takes a stream's encoded frames with the method of a realm that no extension has been
 * in. Sotto's transform is then not on the stream, or was never asked for, and nothing but what
 * flows tells of it. What leaves in clear is measured on the wire.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BOUND, bypasses, clearFramesEnd, hasEnded, keepCoreAway, letCoreBack } from '../lib/bypasses.mjs';
import { eventually } from '../lib/expect.mjs';
import { Lab } from '../lib/lab.mjs';

/** @type {Lab} */ let lab;

before(async () => {
  lab = await Lab.open({ between: true });
  await lab.turnOn();
});
after(() => lab.close());

/** Page side: from now on `window.take` is the native of another realm, for senders or receivers. */
function openRealm() {
  // eslint-disable-next-line no-restricted-properties -- only a parsed frame has a moment without extensions
  document.body.insertAdjacentHTML('beforeend', '<iframe></iframe>');
  const { RTCRtpSender: Sender, RTCRtpReceiver: Receiver, TransformStream: Transform } = /** @type {any} */ (window)[0];
  const mark = (/** @type {any} */ frame, /** @type {any} */ controller) => {
    const marked = new Uint8Array(frame.data.byteLength + 4);
    marked.set(new Uint8Array(frame.data));
    new DataView(marked.buffer).setUint32(frame.data.byteLength, 0xc1ea12);
    frame.data = marked.buffer;
    controller.enqueue(frame);
  };
  /** @type {any} */ (window).take = (/** @type {any} */ end) => {
    const sends = end instanceof RTCRtpSender;
    const { readable, writable } = (sends ? Sender : Receiver).prototype.createEncodedStreams.call(end);
    const taken = sends ? readable.pipeThrough(new Transform({ transform: mark })) : readable;
    taken.pipeTo(writable).catch(() => {});
  };
}

const marked = () => /** @type {any} */ (lab.forwarder).evaluate('window.forwarder.marked');

/**
 * The near page opens a call, of which it can take the frames.
 * @param {object} configuration @param {{atOnce?: boolean}} [when] whether it does, before Sotto can cover its streams
 */
async function call(configuration, { atOnce = false } = {}) {
  await lab.restart();
  await lab.near.do(openRealm);
  await lab.near.do((page, how) => {
    const { peer } = page.open('call', { configuration: /** @type {RTCConfiguration} */ (how.configuration) });
    for (const track of [page.microphone(), page.camera()]) {
      const sender = peer.addTrack(track);
      if (how.atOnce) /** @type {any} */ (window).take(sender);
    }
  }, { configuration, atOnce });
}

/** Page side: it takes them. @param {any} page */
const takeSenders = (page) => { for (const sender of page.call('call').peer.getSenders()) /** @type {any} */ (window).take(sender); };

/** Sotto has given way to the page, which has not begun to encode. */
async function callThatStands() {
  await call({ encodedInsertableStreams: true });
  await lab.near.do((page) => page.until(() => page.call('call').peer.connectionState === 'connected', () => 'a connection'));
  await sleep(500);
  assert.deepEqual(await marked(), []);
}

/** The core comes back, and both of a picture and a sound are named. @param {import('../lib/lab.mjs').End} end */
async function namedOnReturn(end) {
  await end.do(letCoreBack);
  await eventually(() => bypasses(end), ({ length }) => length === 2, 'both are named once the core is back');
}

test('senders of a connection that the page means to encode: stopped within a second, and named', async (t) => {
  await call({ encodedInsertableStreams: true }, { atOnce: true });
  const times = await clearFramesEnd(t, lab.near, marked, 2);
  assert.ok(times.length > 0, 'there was a bypass');
  assert.equal((await lab.near.view()).state, 'trouble');
  assert.equal((await bypasses(lab.near)).length, 2, 'they stay named');
});

test('so they are where the page closes its connection, and keeps the core away after that', async () => {
  await lab.restart();
  await lab.near.do(keepCoreAway);
  await sleep(BOUND);
  await namedOnReturn(lab.near);
});

test('senders that are taken in mid-call: the same', async (t) => {
  await callThatStands();
  await lab.near.do(takeSenders);
  const times = await clearFramesEnd(t, lab.near, marked, 4);
  assert.ok(times.length > 0, 'there was a bypass');
});

test('senders that are taken while the page keeps the core away: the same', async (t) => {
  await callThatStands();
  await lab.near.do(keepCoreAway);
  await sleep(BOUND);
  await lab.near.do(takeSenders);
  await sleep(2 * BOUND);
  const times = await hasEnded(t, marked);
  assert.ok(times.length > 0, 'there was a bypass');
  const tracks = await lab.near.do((page) => page.call('call').peer.getSenders().map(({ track }) => track));
  assert.deepEqual(tracks, [null, null], 'they are stopped');
  await lab.near.do(letCoreBack);
  await eventually(() => bypasses(lab.near), ({ length }) => length === 6, 'both are named once the core is back');
});

/** Page side: a track again where one was taken away, and it may be sent. @param {any} page */
function takeUp(page) {
  const own = { audio: () => page.microphone(), video: () => page.camera() };
  return Promise.all(page.call('call').peer.getTransceivers().map(async (/** @type {any} */ { sender, receiver }) => {
    if (sender.track) return;
    const parameters = sender.getParameters();
    for (const encoding of parameters.encodings) encoding.active = true;
    // A connection that is closed refuses both.
    await sender.replaceTrack(own[/** @type {'audio' | 'video'} */ (receiver.track.kind)]()).catch(() => {});
    await sender.setParameters(parameters).catch(() => {});
  }));
}

/** @param {import('../lib/lab.mjs').End} end */
const isClosed = (end) => end.do((page) => page.call('call').peer.connectionState === 'closed');

for (const away of [false, true]) {
  test(`a page that takes up again what was stopped ${away ? 'while it keeps the core away' : 'with the core there'} loses the connection`, async (t) => {
    await callThatStands();
    if (away) await lab.near.do(keepCoreAway);
    await sleep(BOUND);
    await lab.near.do(takeSenders);
    for (let round = 0; round < 40 && !(await isClosed(lab.near)); round += 1) {
      await lab.near.do(takeUp);
      await sleep(100);
    }
    const times = await marked();
    t.diagnostic(`${times.length} frames in clear, over ${Math.round(times.at(-1) - times[0])} ms`);
    assert.ok(await isClosed(lab.near));
    assert.ok(times.at(-1) - times[0] < 2 * BOUND);
    if (away) await lab.near.do(letCoreBack);
    await eventually(() => bypasses(lab.near), ({ length }) => length >= 2, 'both are named');
  });
}

test('senders of any other, taken before Sotto covers them or in mid-call: nothing leaves in clear', async () => {
  await call({}, { atOnce: true });
  await lab.joined();
  await lab.far.perceives(lab.near, 'call');
  await call({});
  await lab.joined();
  await lab.far.perceives(lab.near, 'call');
  await lab.near.do(takeSenders);
  await sleep(BOUND);
  assert.deepEqual(await marked(), []);
});

/**
 * In the worker of the pump: from when `divert` is called, frames of the transforms that are there by
 * then go on past the pump, as in a browser that has a transform and doesn't call it.
 */
function prepareDiversion() {
  const Reader = ReadableStreamDefaultReader.prototype;
  const Writer = WritableStreamDefaultWriter.prototype;
  const [{ read }, { write }] = [Reader, Writer];
  const readers = new WeakMap();
  const writers = new Map();
  let diverted = new Map();
  Object.assign(self, { divert: () => { diverted = new Map(writers); } });
  Writer.write = function (/** @type {any} */ frame) {
    writers.set(readers.get(frame) ?? this, this);
    return write.call(this, frame);
  };
  Reader.read = async function () {
    for (;;) {
      const result = /** @type {any} */ (await read.call(this));
      const writer = diverted.get(this);
      if (result.done || !writer) {
        if (result.value) readers.set(result.value, this);
        return result;
      }
      const { data } = result.value;
      const marked = new Uint8Array(data.byteLength + 4);
      marked.set(new Uint8Array(data));
      new DataView(marked.buffer).setUint32(data.byteLength, 0xc1ea12);
      result.value.data = marked.buffer;
      await write.call(writer, result.value);
    }
  };
}

test('senders that Sotto covers and the browser lets past while the core is away: covered again within a second, and named', async (t) => {
  await call({});
  await lab.far.perceives(lab.near, 'call');
  const before = (await bypasses(lab.near)).length;
  const [pump] = lab.near.person.page.workers();
  await pump.evaluate(prepareDiversion);
  await sleep(500);
  await lab.near.do(keepCoreAway);
  await sleep(BOUND);
  await pump.evaluate('divert()');
  await sleep(2 * BOUND);
  const times = await hasEnded(t, marked);
  assert.ok(times.length > 0, 'there was a bypass');
  await lab.near.do(letCoreBack);
  await eventually(() => bypasses(lab.near), ({ length }) => length === before + 2, 'both are named once the core is back');
  await lab.far.do((page) => page.forget('call'));
  await lab.far.perceives(lab.near, 'call');
  assert.equal((await marked()).length, times.length, 'and nothing more left in clear');
});

/** Page side: what is received is played by clones too, which know when each picture was shown. @param {any} page */
function clone(page) {
  /** @type {number[]} */ const cloned = [];
  for (const { track } of page.call('call').peer.getReceivers()) {
    const element = document.createElement(track.kind);
    Object.assign(element, { muted: true, autoplay: true, srcObject: new MediaStream([track.clone()]) });
    document.body.append(element);
    const next = () => element.requestVideoFrameCallback?.((/** @type {number} */ now) => {
      cloned.push(now);
      next();
    });
    next();
  }
  Object.assign(window, { cloned });
}

/**
 * Clear media comes to the far page, which takes it.
 * @param {{away: boolean, clones?: boolean}} how whether it keeps the core away
 */
async function takeReceivers({ away, clones = false }) {
  await lab.restart();
  await lab.far.do(openRealm);
  await lab.far.do((page) => { page.open('call', { configuration: /** @type {any} */ ({ encodedInsertableStreams: true }) }); });
  await lab.near.do((page) => {
    const { peer } = page.open('call');
    for (const track of [page.microphone(), page.camera()]) peer.addTrack(track);
  });
  await lab.far.do((page) => page.until(() => page.watched('call', 'video') && page.watched('call', 'audio'), () => 'tracks'));
  await /** @type {any} */ (lab.forwarder).evaluate(`window.forwarder.manner = 'own'`);
  if (away) await lab.far.do(keepCoreAway);
  await sleep(BOUND);
  if (clones) await lab.far.do(clone);
  await lab.far.do((page) => {
    /** @type {number[]} */ const heard = [];
    setInterval(() => { if (page.watched('call', 'audio')?.sounds(2_000)) heard.push(performance.now()); }, 20);
    Object.assign(window, { heard });
    page.forget('call');
    for (const receiver of page.call('call').peer.getReceivers()) /** @type {any} */ (window).take(receiver);
  });
  await sleep(3 * BOUND);
}

for (const away of [false, true]) {
  test(`receivers, taken ${away ? 'while the page keeps the core away' : 'with the core there'}: played for less than a second`, async (t) => {
    await takeReceivers({ away });
    const shown = () => lab.far.do((page) => page.watched('call', 'video')?.shown ?? []);
    const heard = () => lab.far.do(() => /** @type {any} */ (window).heard);
    for (const look of [shown, heard]) assert.ok((await hasEnded(t, look)).length > 0, 'there was a bypass');
    if (away) await lab.far.do(letCoreBack);
    await eventually(() => bypasses(lab.far), ({ length }) => length === (away ? 4 : 2), 'both are named');
  });
}

for (const away of [false, true]) {
  test(`receivers that the page plays by clones, taken ${away ? 'while it keeps the core away' : 'with the core there'}: their connection is closed`, async (t) => {
    await takeReceivers({ away, clones: true });
    const times = await lab.far.do(() => /** @type {any} */ (window).cloned);
    t.diagnostic(`${times.length} pictures, over ${Math.round(times.at(-1) - times[0])} ms`);
    assert.ok(times.length > 0, 'there was a bypass');
    assert.ok(times.at(-1) - times[0] < (away ? 2 : 1) * BOUND);
    assert.ok(await isClosed(lab.far));
    if (away) await lab.far.do(letCoreBack);
    await eventually(() => bypasses(lab.far), ({ length }) => length >= 2, 'both are named');
  });
}
