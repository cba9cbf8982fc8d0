/**
 * A page that takes a stream's encoded frames with the method of a realm that no extension has been
 * in. Sotto's transform is then not on the stream, or was never asked for, and nothing but what
 * flows tells of it. What leaves in clear is measured on the wire.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bypasses, clearFramesEnd } from '../lib/bypasses.mjs';
import { Lab } from '../lib/lab.mjs';

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
  const { RTCRtpSender: Sender, TransformStream: Transform } = /** @type {any} */ (window)[0];
  const mark = (/** @type {any} */ frame, /** @type {any} */ controller) => {
    const marked = new Uint8Array(frame.data.byteLength + 4);
    marked.set(new Uint8Array(frame.data));
    new DataView(marked.buffer).setUint32(frame.data.byteLength, 0xc1ea12);
    frame.data = marked.buffer;
    controller.enqueue(frame);
  };
  /** @type {any} */ (window).take = (/** @type {any} */ sender) => {
    const { readable, writable } = Sender.prototype.createEncodedStreams.call(sender);
    readable.pipeThrough(new Transform({ transform: mark })).pipeTo(writable).catch(() => {});
  };
}

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
  const times = await clearFramesEnd(t, lab.near, marked, 2);
  assert.ok(times.length > 0, 'there was a bypass');
  assert.equal((await lab.near.view()).state, 'trouble');
  assert.equal((await bypasses(lab.near)).length, 2, 'they stay named');
});

test('senders of any other, taken before Sotto covers them: nothing leaves in clear', async () => {
  await callAndTake({});
  await lab.joined();
  await lab.far.perceives(lab.near, 'call');
  assert.deepEqual(await marked(), []);
});
