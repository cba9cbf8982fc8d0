/** Streams end with their transceiver, also where the browser takes it away before anybody sees it stopped. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FILE = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay/streams.js');

/** A connection with two transceivers, and a core that counts what it has. */
const BROWSER = `
  class RTCRtpSender { transform = null; track = null; }
  class RTCRtpReceiver { transform = null; track = { kind: 'audio' }; }
  const made = () => ({ sender: new RTCRtpSender(), receiver: new RTCRtpReceiver(), currentDirection: 'sendrecv' });
  let transceivers = [made(), made()];
  const peer = { addEventListener() {}, getTransceivers: () => transceivers };
  const sottoPlatform = { hasEncodedStreams: false };
  const pump = { isBlocked: false, isOnPage: false, cover: (end) => (end.transform = {}) };
  const [begun, ended] = [[], []];
  const one = () => new SottoStreams(peer, false, {
    pump: () => pump, left() {}, replaced() {}, bypassed() {},
    changed: ({ stream }) => begun.push(stream), ended: ({ stream }) => ended.push(stream),
  });
`;

/** @type {(source: string) => any} */ let run;

beforeEach(() => {
  const context = createContext({ performance: { now: () => 0 } });
  run = (source) => runInContext(source, context);
  for (const source of [BROWSER, readFileSync(FILE, 'utf8'), 'const streams = one(); streams.setMode(true); streams.sweep()']) run(source);
});

const ended = () => [...run('ended')];

test('what the connection no longer has ends, once, and nothing is kept of it', () => {
  run('transceivers.shift(); streams.sweep(); streams.sweep()');
  assert.deepEqual(ended(), [1, 2]);
  assert.equal(run('streams.streams.size'), 2);
});

test('what was seen stopped and then goes ends once', () => {
  run("transceivers[0].currentDirection = 'stopped'; streams.sweep()");
  assert.deepEqual(ended(), [1, 2]);
  run('transceivers.shift(); streams.sweep()');
  assert.deepEqual(ended(), [1, 2]);
});

test('what stays goes on, and what comes in its place is new', () => {
  run('transceivers = [made(), transceivers[1]]; streams.sweep()');
  assert.deepEqual([ended(), [...run('begun')]], [[1, 2], [1, 2, 3, 4, 5, 6]]);
});
