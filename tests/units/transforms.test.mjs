/** The hook's word on transforms of the page's own, with senders that the test plays. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FOLDER = join(resolve(import.meta.dirname, '../..'), 'content-scripts/hook');

/** A page in which it isn't known yet whether Sotto is on; `wait` has what waits for that. */
const PAGE = `
  class RTCRtpScriptTransform {}
  class RTCRtpSender {
    #transform = null;
    get transform() { return this.#transform; }
    set transform(value) { this.#transform = value; applied.push(value); }
  }
  Object.assign(globalThis, { RTCRtpScriptTransform, RTCRtpSender, applied: [], wait: [] });
`;
const REST = 'Object.assign(sottoHook, { notify() {}, refuseIfAbandoned() {}, isPassing: () => false, whenPassing: (act) => wait.push(act) })';

function page() {
  const context = createContext({});
  const file = (/** @type {string} */ name) => readFileSync(join(FOLDER, name), 'utf8');
  for (const source of [PAGE, file('natives.js'), REST, file('transforms.js')]) runInContext(source, context);
  return (/** @type {string} */ source) => runInContext(source, context);
}

test('a page that sets transforms without end makes one of them wait', () => {
  const run = page();
  run('const sender = new RTCRtpSender(); for (let n = 0; n < 1000; n += 1) sender.transform = new RTCRtpScriptTransform()');
  assert.equal(run('wait.length'), 1);
  assert.ok(run('const last = sender.transform; wait.shift()(); applied.length === 1 && applied[0] === last'));
});

test('one that was taken back is not set', () => {
  const run = page();
  run('const sender = new RTCRtpSender(); sender.transform = new RTCRtpScriptTransform(); sender.transform = null; applied.length = 0; wait.shift()()');
  assert.equal(run('applied.length'), 0);
});

test('while it must wait, nothing takes away the transform that is there', () => {
  const run = page();
  run('const sender = new RTCRtpSender(); for (const value of [null, undefined, Object.create(null), new (class {})()]) sender.transform = value');
  assert.equal(run('applied.length'), 0);
  run('sender.transform = new RTCRtpScriptTransform(); sender.transform = null; wait.shift()()');
  assert.equal(run('applied.length'), 0);
});

test('what can be no transform is left to the browser, which refuses it', () => {
  const run = page();
  run('const sender = new RTCRtpSender(); for (const value of [1, "", () => {}]) sender.transform = value');
  assert.equal(run('applied.length'), 3);
});

test('one that is set after others have had their turn waits in its own', () => {
  const run = page();
  run('const sender = new RTCRtpSender(); sender.transform = new RTCRtpScriptTransform(); wait.shift()(); sender.transform = new RTCRtpScriptTransform()');
  assert.equal(run('wait.length'), 1);
});
