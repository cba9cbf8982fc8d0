/**
 * Frames as large as those of 1080p, which WebCrypto seals and opens: they all come through, and the
 * way to the core and back stays short, with much room for a busy machine.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { figures, measure } from '../../benches/calls/measure.mjs';
import { Pair } from '../../benches/calls/pair.mjs';
import { serve } from '../../benches/calls/serve.mjs';
import { inCoreWorker } from '../lib/core-worker.mjs';
import { EXTENSION, PROGRAM } from '../lib/stage.mjs';

const MEDIUM = { name: '1080p', kind: /** @type {const} */ ('video'), frame: 16_000, rates: { 2: 15 } };

/** Counts what WebCrypto seals and opens, and tries to read its keys back. */
const COUNT = `globalThis.counted = { encrypt: 0, decrypt: 0, readable: 0 };
for (const operation of ['encrypt', 'decrypt']) {
  const native = SubtleCrypto.prototype[operation];
  SubtleCrypto.prototype[operation] = function (parameters, key, data) {
    counted[operation] += 1;
    counted.readable += key.extractable ? 1 : 0;
    return native.call(this, parameters, key, data);
  };
}`;

/** @type {Awaited<ReturnType<typeof serve>>} */ let server;
/** @type {Pair} */ let pair;

before(async () => {
  server = await serve();
  pair = await Pair.start('sotto', { program: PROGRAM, extension: EXTENSION, base: server.base });
  await pair.call('video', 2);
  for (const { browser } of pair.ends) await inCoreWorker(browser, COUNT);
});
after(async () => {
  await pair?.close();
  server?.close();
});

test('large frames come through WebCrypto, whole and in time', async () => {
  const { sent, played, frame, p50 } = figures('sotto', MEDIUM, 2, [await measure(pair, MEDIUM, 2, 4)]);
  assert.ok(frame > 4096, `frames of ${frame} bytes are too small to show anything`);
  assert.ok(sent > 40, `${sent} frames were sent`);
  assert.ok(played >= sent * 0.9, `${played} of ${sent} frames were played`);
  assert.ok(p50 < 500, `half of the frames took more than ${p50} ms`);
});

test('keys there can not be read back, and both ends used them', async () => {
  const [sender, receiver] = await Promise.all(pair.ends.map(({ browser }) => inCoreWorker(browser, 'counted')));
  assert.ok(sender.encrypt > 40, JSON.stringify(sender));
  assert.ok(receiver.decrypt > 40, JSON.stringify(receiver));
  assert.deepEqual([sender.readable, receiver.readable], [0, 0]);
});
