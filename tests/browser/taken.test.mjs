/**
 * A page that takes a stream's encoded frames with the method of a realm that no extension has been
 * in. Sotto's transform is then not on the stream, or was never asked for, and nothing but what
 * flows tells of it. What leaves in clear is measured on the wire, what is shown at the screen.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../lib/expect.mjs';
import { Lab } from '../lib/lab.mjs';

/** Within this a bypass has to end, in milliseconds. */
const BOUND = 1_000;

/** @type {Lab} */ let lab;

before(async () => {
  lab = await Lab.open({ between: true });
  await lab.turnOn();
});
after(() => lab.close());

/** Page side: from now on `window.take` is the native of another realm. */
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
    const kind = end instanceof RTCRtpSender ? Sender : Receiver;
    const { readable, writable } = kind.prototype.createEncodedStreams.call(end);
    const way = kind === Sender ? readable.pipeThrough(new Transform({ transform: mark })) : readable;
    way.pipeTo(writable).catch(() => {});
  };
}

/** @param {import('../lib/lab.mjs').End} end */
const bypasses = async (end) =>
  (await end.view()).problems.filter((/** @type {any} */ { code }) => code === 'stream-bypassed');

const marked = () => /** @type {any} */ (lab.forwarder).evaluate('window.forwarder.marked');

/** The near page opens a call and takes the frames of its tracks at once. @param {object} configuration */
async function callAndTake(configuration) {
  await lab.restart();
  await lab.near.do(openRealm);
  await lab.near.do((page, how) => {
    const { peer } = page.open('call', { configuration: /** @type {RTCConfiguration} */ (how) });
    for (const track of [page.microphone(), page.camera()]) /** @type {any} */ (window).take(peer.addTrack(track));
  }, configuration);
}

test('senders of a connection that the page means to encode: stopped within a second, and named', async (t) => {
  await callAndTake({ encodedInsertableStreams: true });
  await eventually(() => bypasses(lab.near), ({ length }) => length === 2, 'both are found');
  await sleep(BOUND);
  const times = await marked();
  const took = Math.round((times.at(-1) ?? 0) - (times[0] ?? 0));
  t.diagnostic(`${times.length} frames in clear, over ${took} ms`);
  assert.ok(times.length > 0, 'there was a bypass');
  assert.ok(took < BOUND, `it ended after ${took} ms`);
  await sleep(1_000);
  assert.equal((await marked()).length, times.length, 'and for good');
  assert.equal((await lab.near.view()).state, 'trouble');
  assert.equal((await bypasses(lab.near)).length, 2, 'they stay named');
});

test('senders of any other, taken before Sotto covers them: nothing leaves in clear', async () => {
  await callAndTake({});
  await lab.joined();
  await lab.far.perceives(lab.near, 'call');
  assert.deepEqual(await marked(), []);
});
