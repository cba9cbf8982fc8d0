/** What flows where no core is: what was on its way is let go, what goes past a transform is not. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FOLDER = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay');
const [SENDER, RECEIVER] = [1, 2];
/** Looks to a second. */
const SECOND = 5;

/** A connection with a sender and a receiver, whose counters the test sets. Frames come to the pump all the time. */
const BROWSER = `
  const [sender, receiver] = [{}, {}];
  const entries = { sent: { type: 'outbound-rtp', mid: '0' }, received: { type: 'inbound-rtp', mid: '0' } };
  const peer = {
    getTransceivers: () => [{ mid: '0', sender, receiver }],
    getSenders: () => [sender],
    getStats: async () => new Map(Object.entries(entries)),
  };
  const sottoPlatform = { entriesOf: (report) => Array.from(report.values()) };
`;
const MADE = `
  const [tail, stopped] = [new Set(), new Set()];
  const streams = { mayHaveTail: (stream) => tail.has(stream), isStopped: (stream) => stopped.has(stream) };
  const flows = new SottoFlows(peer, (end) => (end === sender ? 1 : 2), streams);
`;

function connection() {
  const context = createContext({});
  const files = ['flows.js', 'lookout.js'].map((name) => readFileSync(join(FOLDER, name), 'utf8'));
  for (const source of [BROWSER, ...files, MADE]) runInContext(source, context);
  /** @param {number} looks @param {(look: number) => {sent?: object, received?: object, came?: number | null, tail?: boolean}} counters */
  return async function look(looks, counters) {
    /** @type {{past: number[], sure: number[]}[]} */
    const found = [];
    for (let n = 0; n < looks; n += 1) {
      const { sent = {}, received = {}, came = n, tail = false } = counters(n);
      runInContext(tail ? 'tail.add(1)' : 'tail.clear()', context);
      runInContext(`Object.assign(entries.sent, ${JSON.stringify(sent)}); Object.assign(entries.received, ${JSON.stringify(received)})`, context);
      const map = came === null ? null : `new Map([[1, ${came}], [2, ${came}]])`;
      found.push(await runInContext(`flows.alone(${map}).then(({ past, sure }) => ({ past: [...past], sure: [...sure] }))`, context));
    }
    const seen = (/** @type {'past' | 'sure'} */ which, /** @type {number} */ stream) =>
      found.findIndex((look) => Array.from(look[which]).includes(stream));
    return { past: (/** @type {number} */ stream) => seen('past', stream), sure: (/** @type {number} */ stream) => seen('sure', stream) };
  };
}

const video = (/** @type {number} */ n) => ({ kind: 'video', framesEncoded: n, packetsSent: 3 * n, bytesSent: 3_000 * n });

test('a picture that goes past the pump gets another transform, and is stopped within a second if that does not help', async () => {
  const look = connection();
  const found = await look(SECOND, (n) => ({ sent: video(n), came: Math.min(n, 1) }));
  // The last of the pump's frames came before the second look.
  assert.deepEqual([found.past(SENDER), found.sure(SENDER)], [3, 4]);
  assert.equal(found.past(RECEIVER), -1);
});

test('and is let be where frames come to the pump again', async () => {
  const look = connection();
  const found = await look(2 * SECOND, (n) => ({ sent: video(n), came: n < 3 ? 0 : n }));
  assert.deepEqual([found.past(SENDER), found.sure(SENDER)], [2, -1]);
});

test('what was on its way from before is waited for', async () => {
  const look = connection();
  const found = await look(20, (n) => ({ sent: video(n), came: 0, tail: n < 2 * SECOND }));
  assert.deepEqual([found.past(SENDER), found.sure(SENDER)], [11, 12]);
});

test('what passes while nothing is made, or nothing while it is made, is no proof', async () => {
  const look = connection();
  const drained = await look(2 * SECOND, (n) => ({ sent: { ...video(n), framesEncoded: 100 }, came: 0 }));
  const held = await look(40, (n) => ({ sent: { ...video(100), framesEncoded: n }, came: 0 }));
  for (const found of [drained, held]) assert.deepEqual([found.past(SENDER), found.sure(SENDER)], [-1, -1]);
});

for (const [what, came] of /** @type {const} */ ([['where the pump does not say what came', null], ['beside frames that come to the pump', undefined]])) {
  test(`a picture that flows on and on ${what} is stopped in the end`, async () => {
    const look = connection();
    const found = await look(20, (n) => ({ sent: video(n), came }));
    assert.equal(found.past(SENDER), -1);
    assert.ok(found.sure(SENDER) > 2 * SECOND && found.sure(SENDER) < 3 * SECOND);
    assert.equal(found.sure(RECEIVER), -1);
  });
}

test('what a pacer held back is no proof', async () => {
  const look = connection();
  const found = await look(40, (n) => ({ sent: { ...video(Math.min(n, 2 * SECOND)), framesEncoded: n } }));
  assert.equal(found.sure(SENDER), -1);
});

test('nor is padding', async () => {
  const look = connection();
  const found = await look(40, (n) => ({ sent: { kind: 'video', framesEncoded: n, packetsSent: 100 + n, bytesSent: 5_000 } }));
  assert.deepEqual([found.past(SENDER), found.sure(SENDER)], [-1, -1]);
});

/** Sound that waited so long, played on from before. @param {number} n @param {number} wait in seconds */
const sound = (n, wait) => ({ kind: 'audio', packetsReceived: n, jitterBufferEmittedCount: 9_600 * n, jitterBufferDelay: 9_600 * n * wait });

test('nor is sound that waits as long as the page would have it', async () => {
  const look = connection();
  const found = await look(40, (n) => ({ received: { ...sound(Math.min(n, 4 * SECOND), 4), packetsReceived: n } }));
  assert.equal(found.sure(RECEIVER), -1);
});

test('sound that is played on and on is', async () => {
  const look = connection();
  const found = await look(80, (n) => ({ received: sound(n, 0.1) }));
  assert.ok(found.sure(RECEIVER) > 2 * SECOND && found.sure(RECEIVER) < 3 * SECOND);
});

test('and within a second where it does not come to the pump', async () => {
  const look = connection();
  const found = await look(SECOND, (n) => ({ received: sound(n, 0.1), came: Math.min(n, 1) }));
  assert.deepEqual([found.past(RECEIVER), found.sure(RECEIVER)], [3, 4]);
});

test('a stream that stands between is begun with anew', async () => {
  const look = connection();
  const found = await look(40, (n) => ({ sent: video(n - Math.floor(n / 4)) }));
  assert.equal(found.sure(SENDER), -1);
});
