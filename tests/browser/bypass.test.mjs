/**
 * A page that gets round the hook puts its own transform in place of Sotto's in mid-call. What
 * leaves in clear is measured on the wire, what is shown of clear frames at the screen.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { BOUND, bypasses, clearFramesEnd, hasEnded, keepCoreAway, letCoreBack } from '../lib/bypasses.mjs';
import { eventually } from '../lib/expect.mjs';
import { Lab } from '../lib/lab.mjs';
import { whileCoreStands } from '../lib/outage.mjs';
import { notInFirefox } from '../lib/stage.mjs';

/** Within this a stream that flows was stopped for good, were it one that flows past Sotto. */
const OUTAGE = 2_000;
/** After this the relay's tries to reach the core are further apart than BOUND. */
const PAUSE = 4_000;

/** More than a stream has of before. */
const SEEN = 10;

/** So long takes a page that does it three times, as fast as this one does. */
const THRICE = 1_500;

/** @type {Lab} */ let lab;

before(async () => {
  lab = await Lab.open({ between: true });
  await lab.turnOn();
  await call();
});
after(() => lab.close());

async function call() {
  await lab.near.do((page) => {
    const { peer } = page.open('call');
    for (const track of [page.microphone(), page.camera()]) peer.addTrack(track);
  });
  await lab.joined();
  await lab.far.perceives(lab.near, 'call');
}

/** @param {(forwarder: any) => unknown} act */
const between = (act) => /** @type {any} */ (lab.forwarder).evaluate(`(${act})(window.forwarder)`);

/**
 * Replaces the transform of the last sender or receiver, with the setter of a frame that no
 * extension has been in yet. What passes is marked.
 * @param {any} page @param {'sender' | 'receiver'} end
 */
async function replaceTransform(page, end) {
  const source = `postMessage('ready');
  onrtctransform = async ({ transformer: { readable, writable } }) => {
    const writer = writable.getWriter();
    for await (const frame of readable) {
      const marked = new Uint8Array(frame.data.byteLength + 4);
      marked.set(new Uint8Array(frame.data));
      new DataView(marked.buffer).setUint32(frame.data.byteLength, 0xc1ea12);
      frame.data = marked.buffer;
      await writer.write(frame);
    }
  };`;
  const worker = new Worker(URL.createObjectURL(new Blob([source])));
  await new Promise((ready) => { worker.onmessage = ready; });
  const frame = document.createElement('iframe');
  frame.srcdoc = '';
  document.body.append(frame);
  const realm = /** @type {any} */ (frame.contentWindow);
  const kind = end === 'sender' ? realm.RTCRtpSender : realm.RTCRtpReceiver;
  const { set } = /** @type {any} */ (Object.getOwnPropertyDescriptor(kind.prototype, 'transform'));
  const transceiver = page.call('call').peer.getTransceivers().find((/** @type {any} */ { receiver }) => receiver.track.kind === 'video');
  set.call(transceiver[end], new RTCRtpScriptTransform(worker, {}));
  frame.remove();
}

/** What is still played when the core goes, for longer than a bypass may last. */
const delay = () => lab.far.do((page) => {
  for (const receiver of page.call('call').peer.getReceivers()) Object.assign(receiver, { jitterBufferTarget: 2_000 });
});

const marked = () => between((forwarder) => forwarder.marked);

test('a sender that is made to go past Sotto is stopped within a second, and named', async (t) => {
  await lab.near.do(replaceTransform, 'sender');
  await clearFramesEnd(t, lab.near, marked);
  const [problem] = await bypasses(lab.near);
  const { streams, state } = await lab.near.view();
  const camera = streams.find((/** @type {any} */ { stream }) => stream === problem?.stream.number);
  assert.equal(state, 'trouble');
  assert.deepEqual([camera.role, camera.protection, camera.reason], ['camera', 'dropped', 'bypassed']);
  const { problems } = await lab.near.person.popup.shown();
  assert.ok(problems.some((text) => /Your camera/.test(text)), `the popup names it: ${problems}`);
});

test('the stream goes on, sealed', async () => {
  await lab.far.do((page) => page.forget('call'));
  await lab.far.perceives(lab.near, 'call');
});

test('a page that does it again loses the stream', async (t) => {
  await between((forwarder) => { forwarder.marked.length = 0; });
  await lab.near.do(replaceTransform, 'sender');
  const trackOf = () => lab.near.do((page) => page.call('call').peer.getSenders()[1].track);
  await eventually(trackOf, (track) => track === null, 'the camera is taken away');
  await clearFramesEnd(t, lab.near, marked);
  const tracks = await lab.near.do((page) => page.call('call').peer.getSenders().map(({ track }) => track?.kind ?? null));
  assert.deepEqual(tracks, ['audio', null]);
});

test('a receiver that is made to go past Sotto shows clear frames for less than a second', async (t) => {
  await between((forwarder) => { forwarder.manner = 'own'; });
  await sleep(1_000);
  await lab.far.do((page) => page.forget('call'));
  const shown = () => lab.far.do((page) => page.watched('call', 'video')?.shown ?? []);
  await sleep(500);
  assert.equal((await shown()).length, 0, 'before, none is shown');
  await lab.far.do(replaceTransform, 'receiver');
  await clearFramesEnd(t, lab.far, shown);
});

test('a sender that twice goes past Sotto while the page keeps the core away is stopped within a second', async (t) => {
  await between((forwarder) => { forwarder.manner = 'pass'; });
  await lab.restart();
  await call();
  await between((forwarder) => { forwarder.marked.length = 0; });
  const before = (await bypasses(lab.near)).length;
  await lab.near.do(keepCoreAway);
  // The relay tries again at growing intervals, and each time sets its transforms too.
  await sleep(PAUSE);
  await lab.near.do(replaceTransform, 'sender');
  await sleep(BOUND / 2);
  await lab.near.do(replaceTransform, 'sender');
  await sleep(2 * BOUND);
  await hasEnded(t, marked);
  const track = await lab.near.do((page) => page.call('call').peer.getSenders()[1].track);
  assert.equal(track, null, 'the stream was taken away');
  await lab.near.do(letCoreBack);
  await eventually(() => bypasses(lab.near), ({ length }) => length === before + 1, 'it is named once the core is back');
});

test('a page that takes the stream up again and again while the core is away loses the connection', async (t) => {
  await lab.restart();
  await call();
  await between((forwarder) => { forwarder.marked.length = 0; });
  await lab.near.do(keepCoreAway);
  await sleep(PAUSE);
  const isClosed = () => lab.near.do((page) => page.call('call').peer.connectionState === 'closed');
  for (let round = 0; round < 8 && !(await isClosed()); round += 1) {
    await lab.near.do(async (page) => {
      const [, sender] = page.call('call').peer.getSenders();
      if (!sender) return;
      await sender.replaceTrack(page.camera()).catch(() => {});
      const parameters = sender.getParameters();
      for (const encoding of parameters.encodings) encoding.active = true;
      await sender.setParameters(parameters).catch(() => {});
    });
    await lab.near.do(replaceTransform, 'sender').catch(() => {});
    await sleep(300);
  }
  await lab.near.do(letCoreBack);
  const times = await marked();
  assert.ok(times.length > 0, 'frames went past');
  t.diagnostic(`${times.length} frames in clear, over ${Math.round(times.at(-1) - times[0])} ms`);
  assert.ok(times.at(-1) - times[0] < THRICE, 'the third time is the last');
  assert.ok(await isClosed());
});

test('nobody else loses a stream where the core is away', async () => {
  await lab.restart();
  await call();
  await delay();
  await sleep(2 * OUTAGE);
  const count = async () => (await Promise.all([lab.near, lab.far].map(bypasses))).map(({ length }) => length);
  const before = await count();
  await Promise.all([lab.near, lab.far].map((end) => end.do(keepCoreAway)));
  await sleep(OUTAGE);
  await Promise.all([lab.near, lab.far].map((end) => end.do(letCoreBack)));
  await lab.joined();
  await lab.far.do((page) => page.forget('call'));
  await lab.far.perceives(lab.near, 'call');
  assert.deepEqual(await count(), before);
});

test('nor where it stands still', { skip: notInFirefox('nothing can stop a worker in Firefox') }, async () => {
  const before = await bypasses(lab.near);
  await whileCoreStands(lab.near.person, () => sleep(OUTAGE));
  await sleep(100);
  await lab.far.do((page) => page.forget('call'));
  await lab.far.perceives(lab.near, 'call');
  assert.deepEqual(await bypasses(lab.near), before);
});

test('with Sotto off, frames go on to pass what was set so, at either end', async () => {
  await lab.restart();
  await Promise.all([lab.near, lab.far].map(({ person }) => person.popup.turn(false)));
  await lab.near.do((page) => { page.open('call').peer.addTrack(page.camera()); });
  await lab.far.perceives(lab.near, 'call', { pitch: false });
  assert.equal((await marked()).length, 0, 'before, none is marked');
  await lab.near.do(replaceTransform, 'sender');
  await eventually(marked, ({ length }) => length > SEEN, 'frames that the page marked leave');
  await between((forwarder) => { forwarder.manner = 'own'; });
  await lab.far.do(replaceTransform, 'receiver');
  await sleep(1_000);
  await lab.far.do((page) => page.forget('call'));
  const shown = () => lab.far.do((page) => page.watched('call', 'video')?.shown.length ?? 0);
  await eventually(shown, (count) => count > SEEN, 'frames that nobody sealed are shown');
});
