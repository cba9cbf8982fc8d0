/** How the relay learns what its tab is set to: it asks until it is answered, and nothing begins before. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { createContext, runInContext } from 'node:vm';

const SOURCE = readFileSync(join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay/relay.js'), 'utf8');

/** @param {(question: number) => unknown} answer what comes of each question, or is thrown @param {boolean} [prerendering] */
function page(answer, prerendering = false) {
  class HTMLElement extends EventTarget {}
  class RTCPeerConnection {}
  /** @type {string[]} */ const heard = [];
  /** @type {Record<string, (event: any) => void>} */ const listeners = {};
  /** @type {{asked: number, started: boolean, link?: any, relay?: any, made?: any}} */
  const state = { asked: 0, started: false };
  const runtime = {
    id: 'sotto',
    onMessage: { addListener() {} },
    async sendMessage() {
      state.asked += 1;
      const given = answer(state.asked);
      if (given instanceof Error) throw given;
      return given;
    },
  };
  class SottoHostLink {
    /** @param {any} listener */
    constructor(listener) { state.link = listener; }
    start() { state.started = true; }
  }
  class SottoConnection {
    streams = { setMode() {} };
    /** @param {number} number @param {object} _peer @param {boolean} _transforms @param {any} relay */
    constructor(number, _peer, _transforms, relay) { Object.assign(state, { relay, made: this, number }); }
    repeat() {}
    handleClose() {}
  }
  class SottoLookout {}
  class SottoPumpPlace { post() {} }
  const document = {
    prerendering,
    addEventListener: (/** @type {string} */ name, /** @type {(event: any) => void} */ act) => { listeners[name] = act; },
  };
  runInContext(SOURCE, createContext({
    HTMLElement, RTCPeerConnection, SottoHostLink, SottoConnection, SottoLookout, SottoPumpPlace, Event, document,
    chrome: { runtime },
    setTimeout: (/** @type {() => void} */ act) => setImmediate(act),
    addEventListener: (/** @type {string} */ name, /** @type {(event: any) => void} */ act) => { listeners[name] = act; },
    removeEventListener() {},
    dispatchEvent() {},
  }));
  const hook = new HTMLElement();
  for (const name of ['guard', 'unguard', 'closed']) hook.addEventListener(name, () => heard.push(name));
  listeners['sotto-hook']({ relatedTarget: hook });
  const call = () => hook.dispatchEvent(Object.assign(new Event('connection'), { detail: 1, relatedTarget: new RTCPeerConnection(), altKey: false }));
  const activate = (/** @type {boolean} */ isTrusted) => listeners.prerenderingchange({ isTrusted });
  return { state, heard, call, runtime, activate };
}

const turns = async () => { for (let n = 0; n < 40; n += 1) await turn(); };

test('an answer that is lost is asked for again, and no link is made before it is there', async () => {
  /** @type {() => void} */ let answered = () => {};
  const last = new Promise((resolve) => { answered = () => resolve({ on: true }); });
  const { state, heard, call } = page((question) => [new Error('no receiver'), null, last][question - 1]);
  call();
  await turns();
  assert.deepEqual([state.asked, state.started], [3, false]);
  answered();
  await turns();
  assert.deepEqual([state.asked, state.started, heard], [3, true, ['guard']]);
});

test('where nobody ever answers, the link says so itself', async () => {
  const { state, call } = page(() => null);
  call();
  await turns();
  assert.ok(state.started);
  assert.ok(state.asked > 3 && state.asked < 10);
});

test('a relay whose extension is gone asks nobody', async () => {
  const { state, call, runtime } = page((question) => (question === 1 ? new Error('invalidated') : { on: true }));
  runtime.id = '';
  call();
  await turns();
  assert.deepEqual([state.asked, state.started], [1, true]);
});

test('a page that is prerendered asks once it is shown, and makes no link before', async () => {
  const { state, heard, call, activate } = page(() => ({ on: true }), true);
  call();
  activate(false);
  await turns();
  assert.deepEqual([state.asked, state.started, heard], [0, false, []]);
  activate(true);
  await turns();
  assert.deepEqual([state.asked, state.started, heard], [1, true, ['guard']]);
});

/** What a core that begins is told; it may say something itself. @param {any} link @param {object} [message] */
function begin(link, message) {
  /** @type {string[]} */ const said = [];
  const listen = (/** @type {string} */ _, /** @type {(event: object) => void} */ hear) => message && hear({ data: message });
  const control = { addEventListener: listen, start() {}, postMessage: (/** @type {any} */ { kind, stream }) => { said.push(stream ? `${kind} ${stream}` : kind); } };
  link.ports(control, {});
  return said;
}

test('a core that begins is told what went past and has ended, of the last of it, until Sotto is off', async () => {
  const { state: { relay, link } } = await calling();
  link.mode(true);
  relay.streamEnded(1, { stream: 1, direction: 'send', carries: 'camera', bypassed: false });
  assert.deepEqual(begin(link), ['ping']);
  for (let stream = 2; stream < 20; stream += 1) relay.streamEnded(1, { stream, direction: 'send', carries: 'camera', bypassed: true });
  const said = begin(link);
  assert.deepEqual(said.slice(0, 3), ['stream 4', 'bypassed 4', 'stream-ended 4']);
  assert.equal(said.length, 3 * 16 + 1);
  begin(link, { kind: 'mode', on: false });
  assert.deepEqual(begin(link), ['ping']);
});

test('the hook is told of a connection that the relay closes', async () => {
  const { state: { relay, made }, heard } = await calling();
  relay.closed(made);
  assert.equal(heard.at(-1), 'closed');
});

async function calling() {
  const opened = page(() => ({ on: false }));
  opened.call();
  await turns();
  return opened;
}
