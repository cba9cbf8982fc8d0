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

/** A connection with a sender and a receiver, whose counters the test sets. */
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
const MADE = 'const flows = new SottoFlows(peer, (end) => (end === sender ? 1 : 2)); let found;';

function connection() {
  const context = createContext({});
  const files = ['flows.js', 'lookout.js'].map((name) => readFileSync(join(FOLDER, name), 'utf8'));
  for (const source of [BROWSER, ...files, MADE]) runInContext(source, context);
  /** @param {number} looks @param {(look: number) => {sent?: object, received?: object}} counters */
  return async function look(looks, counters) {
    /** @type {{suspect: number[], sure: number[]}[]} */
    const found = [];
    for (let n = 0; n < looks; n += 1) {
      const { sent = {}, received = {} } = counters(n);
      runInContext(`Object.assign(entries.sent, ${JSON.stringify(sent)}); Object.assign(entries.received, ${JSON.stringify(received)})`, context);
      found.push(await runInContext('flows.persistent().then(({ suspect, sure }) => ({ suspect: [...suspect], sure: [...sure] }))', context));
    }
    const seen = (/** @type {'suspect' | 'sure'} */ which, /** @type {number} */ stream) =>
      found.findIndex((look) => Array.from(look[which]).includes(stream));
    return { suspect: (/** @type {number} */ stream) => seen('suspect', stream), sure: (/** @type {number} */ stream) => seen('sure', stream) };
  };
}

const video = (/** @type {number} */ n) => ({ kind: 'video', framesEncoded: n, packetsSent: 3 * n, bytesSent: 3_000 * n });

test('a picture that goes past its transform gets another within a second, and is stopped if that does not help', async () => {
  const look = connection();
  const found = await look(20, (n) => ({ sent: video(n) }));
  assert.ok(found.suspect(SENDER) > 0 && found.suspect(SENDER) < SECOND);
  assert.ok(found.sure(SENDER) > 2 * SECOND && found.sure(SENDER) < 3 * SECOND);
  assert.equal(found.sure(RECEIVER), -1);
});

test('what a pacer held back is no proof', async () => {
  const look = connection();
  const found = await look(40, (n) => ({ sent: { ...video(Math.min(n, 2 * SECOND)), framesEncoded: n } }));
  assert.equal(found.sure(SENDER), -1);
});

test('nor is padding', async () => {
  const look = connection();
  const found = await look(40, (n) => ({ sent: { kind: 'video', framesEncoded: n, packetsSent: 100 + n, bytesSent: 5_000 } }));
  assert.deepEqual([found.suspect(SENDER), found.sure(SENDER)], [-1, -1]);
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

test('a stream that stands between is begun with anew', async () => {
  const look = connection();
  const found = await look(40, (n) => ({ sent: video(n - Math.floor(n / 4)) }));
  assert.equal(found.sure(SENDER), -1);
});
