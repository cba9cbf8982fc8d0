/** Where the pump runs, in a browser without encoded streams on the page's thread. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FILE = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay/pump-place.js');

/** A worker that a policy has stopped takes no transform. */
const BROWSER = `
  class Blob {}
  const URL = { createObjectURL: () => '', revokeObjectURL() {} };
  const workers = [];
  let isForbidden = false;
  class Worker {
    constructor() {
      if (isForbidden) throw new TypeError('Trusted Types'); this.stopped = false; this.heard = {}; workers.push(this); }
    addEventListener(name, act) { this.heard[name] = act; }
    postMessage() {}
    stop() { this.stopped = true; this.heard.error(); }
  }
  class RTCRtpScriptTransform {
    constructor(worker) { if (worker.stopped) throw new Error('InvalidStateError'); }
  }
  const waiting = [];
  const queueMicrotask = (act) => waiting.push(act);
  const sottoPlatform = { hasEncodedStreams: false, forPage: (options) => options };
  function sottoPump() {}
`;

function browser() {
  const context = createContext({});
  for (const source of [BROWSER, readFileSync(FILE, 'utf8')]) runInContext(source, context);
  return (/** @type {string} */ source) => runInContext(source, context);
}

test('where none can even be made, that is said to whoever has the place by then', () => {
  const run = browser();
  run('isForbidden = true; let place = null; let told = null; place = new SottoPumpPlace(() => { told = place; })');
  assert.ok(run('place.isBlocked && told === null'));
  run('waiting.shift()()');
  assert.ok(run('told === place'));
});

test('where no worker may run, streams are covered again and again, and nothing passes', () => {
  const run = browser();
  run('const end = { transform: null }; const place = new SottoPumpPlace(() => {}); place.cover(end, {})');
  assert.ok(run('end.transform !== null'), 'before it is known');
  run('workers[0].stop(); end.transform = null');
  for (let time = 0; time < 2; time += 1) {
    run('place.cover(end, {})');
    assert.ok(run('place.isBlocked && end.transform !== null'), 'afterwards');
    run('end.transform = null; workers.at(-1).stopped = true');
  }
});
