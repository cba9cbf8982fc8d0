/** A connection that the relay closes, which the page's own method has no part in. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FOLDER = join(resolve(import.meta.dirname, '../..'), 'content-scripts/hook');
const PAGE = `
  class RTCPeerConnection {
    state = 'stable';
    get signalingState() { return this.state; }
  }
  Object.assign(globalThis, { RTCPeerConnection, told: {}, closed: [] });
`;
const REST = `Object.assign(sottoHook, {
  announce() {}, refuseIfAbandoned() {}, whenTold: (word, act) => { told[word] = act; },
  forConstruction: (configuration) => ({ flagged: configuration, wanted: () => false }),
  handleClosed: (peer) => closed.push(peer),
})`;

test('what waits for its descriptions is let go, and of no other', () => {
  const context = createContext({});
  const file = (/** @type {string} */ name) => readFileSync(join(FOLDER, name), 'utf8');
  for (const source of [PAGE, file('natives.js'), REST, file('connections.js')]) runInContext(source, context);
  const run = (/** @type {string} */ source) => runInContext(source, context);
  run("const { RTCPeerConnection: Wrapped } = globalThis; const [one, other] = [new Wrapped(), new Wrapped()]; one.state = 'closed'; told.closed()");
  assert.ok(run('closed.length === 1 && closed[0] === one'));
});
