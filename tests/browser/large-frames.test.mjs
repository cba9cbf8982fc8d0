/**
 * Frames as large as those of 1080p, which WebCrypto seals and opens: they all come through, and the
 * way to the core and back stays short, with much room for a busy machine.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { inCoreWorker } from '../lib/core-worker.mjs';
import { eventually } from '../lib/expect.mjs';
import { Lab } from '../lib/lab.mjs';

const LARGE = 4096;
const PICTURES = 40;

/** Counts what WebCrypto seals and opens, and tries to read its keys back. */
const COUNT = `(() => {
  globalThis.counted = { encrypt: 0, decrypt: 0, readable: 0 };
  for (const operation of ['encrypt', 'decrypt']) {
    const native = SubtleCrypto.prototype[operation];
    SubtleCrypto.prototype[operation] = function (parameters, key, data) {
      counted[operation] += 1;
      counted.readable += key.extractable ? 1 : 0;
      return native.call(this, parameters, key, data);
    };
  }
})()`;

/** @type {Lab} */ let lab;

before(async () => {
  lab = await Lab.open();
  await lab.turnOn();
  await lab.near.do(sendNoise);
  await lab.joined();
  await lab.far.do(sendNoise);
  for (const { person } of lab.ends) await inCoreWorker(person.browser, COUNT);
});
after(() => lab.close());

/** @param {import('../lib/lab/page.mjs').Lab} page */
async function sendNoise(page) {
  // @ts-ignore: as the page knows it.
  const { noise } = await import('/noise.mjs');
  const { peer } = page.calls.get('call') ?? page.open('call');
  const sender = peer.addTrack(noise());
  const parameters = sender.getParameters();
  for (const encoding of parameters.encodings) encoding.maxBitrate = 3_000_000;
  await sender.setParameters(parameters);
}

/** What one sent and played of pictures until now. @param {import('../lib/lab/page.mjs').Lab} page */
async function counts(page) {
  const counted = { sent: 0, bytes: 0, played: 0 };
  for (const report of (await page.call('call').peer.getStats()).values()) {
    if (report.type === 'outbound-rtp') [counted.sent, counted.bytes] = [report.framesEncoded, report.bytesSent];
    if (report.type === 'inbound-rtp') counted.played = report.framesDecoded;
  }
  return counted;
}

/** @param {import('../lib/lab/page.mjs').Lab} page @param {number} count */
async function watch(page, count) {
  // @ts-ignore: as the page knows it.
  const { ages } = await import('/noise.mjs');
  return ages(page.watched('call', 'video')?.video, count);
}

for (const from of /** @type {const} */ (['near', 'far'])) {
  test(`large frames come through WebCrypto, whole and in time, from the ${from} one`, async (t) => {
    const [sender, receiver] = from === 'near' ? lab.ends : lab.ends.toReversed();
    await sees(receiver);
    await sendsLarge(sender);
    const before = await Promise.all([sender.do(counts), receiver.do(counts)]);
    /** @type {number[]} */
    const ages = await receiver.do(watch, PICTURES);
    const after = await Promise.all([sender.do(counts), receiver.do(counts)]);
    const sent = after[0].sent - before[0].sent;
    const played = after[1].played - before[1].played;
    const p50 = ages.toSorted((one, other) => one - other)[PICTURES / 2];
    t.diagnostic(`${sent} sent, ${played} played, ${p50} ms old`);
    assert.ok(played >= sent * 0.9, `${played} of ${sent} frames were played`);
    assert.ok(p50 < 500, `half of the frames took more than ${p50} ms`);
  });
}

/** @param {import('../lib/lab.mjs').End} end */
const sees = (end) => eventually(() => end.do((page) => page.width('call')), (width) => width > 0, 'a picture is there');

/** Until its encoder has found its rate. @param {import('../lib/lab.mjs').End} end */
function sendsLarge(end) {
  let last = { sent: 0, bytes: 0 };
  const frame = async () => {
    const now = await end.do(counts);
    if (now.sent < last.sent + 10) return 0;
    const size = (now.bytes - last.bytes) / (now.sent - last.sent);
    last = now;
    return size;
  };
  return eventually(frame, (size) => size > LARGE, 'its frames are large');
}

test('keys there can not be read back, and both ends used them', async (t) => {
  for (const { person } of lab.ends) {
    const { encrypt, decrypt, readable } = await inCoreWorker(person.browser, 'counted');
    t.diagnostic(`${encrypt} sealed, ${decrypt} opened`);
    assert.ok(encrypt > PICTURES / 2 && decrypt > PICTURES / 2, `${encrypt} sealed, ${decrypt} opened`);
    assert.equal(readable, 0);
  }
});
