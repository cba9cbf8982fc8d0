/** What an open popup tells the core of its tab, and what options don't. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { connect } from '../../popup/core.js';
import { forgetLeft, turn } from '../../sites/tabs.js';
import { connectAsOurs } from '../../worker/connect.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';

/** @type {any[]} */ let posted;
/** @type {any} */ let port;
/** @type {string[]} */ let workers;

beforeEach(() => {
  [posted, workers] = [[], []];
  fakeBrowser({ runtime: { getURL: String }, tabs: { get: async () => ({ url: 'https://other.example/' }) } });
  port = Object.assign(new EventTarget(), { postMessage: (/** @type {any} */ message) => void posted.push(message) });
  Object.assign(globalThis, { SharedWorker: class { constructor(/** @type {string} */ _, /** @type {{name: string}} */ { name }) { workers.push(name); } port = port; } });
});

/** What it is turned to, as the core hears it. */
const turns = () => posted.filter(({ kind }) => kind === 'toggle').map(({ on }) => on);

test('a tab that goes elsewhere under a popup is off, and on again if another turns it on', async () => {
  await turn(1, HERE, true);
  await connect(1, 'ok', true, () => {});
  await turn(2, HERE, true);
  await forgetLeft({ id: 1, url: 'https://other.example/' });
  await turn(1, 'https://other.example', true);
  assert.deepEqual(turns(), [false, true]);
});

test('options have no word in it', async () => {
  await turn(1, HERE, true);
  await connect(1, null, true, () => {});
  await forgetLeft({ id: 1, url: 'https://other.example/' });
  assert.deepEqual(turns(), []);
  assert.ok(posted.every(({ reach }) => reach === undefined));
});

test('worker and word are the same for all of ours in one session, and the word comes before all else', async () => {
  for (const tab of [1, 2]) await connect(tab, 'ok', false, () => {});
  const { word } = posted[0];
  assert.match(word, /^[0-9a-f-]{36}$/);
  assert.equal(new Set(workers).size, 1);
  assert.ok(!workers[0].includes(word), 'its name can be told to pages');
  assert.deepEqual(posted.filter(({ kind }) => ['word', 'watch'].includes(kind)).map(({ kind, tab }) => tab ?? kind), ['word', 1, 'word', 2]);
  assert.ok(posted.every((message) => message.word === undefined || message.word === word));
});

test('a core that refuses it shows as one that says nothing, also after a click', async () => {
  /** @type {Sotto.View[]} */ const views = [];
  const core = await connect(1, 'ok', false, (view) => void views.push(view));
  port.onmessage({ data: { kind: 'refused' } });
  core.toggle(true);
  assert.deepEqual(views.map(({ state, reason, on }) => [state, reason, on]), [
    ['trouble', 'core-silent', false],
    ['trouble', 'core-silent', true],
  ]);
});

test('who is refused leaves that worker alone: the next is another', async () => {
  await connectAsOurs();
  port.dispatchEvent(new MessageEvent('message', { data: { kind: 'refused' } }));
  await new Promise((resolve) => { setTimeout(resolve, 5); });
  await connectAsOurs();
  const [refused, next] = workers;
  assert.notEqual(next, refused);
});

test('an extension that comes anew finds no core of before, whose worker lives on with its pages', async () => {
  await connect(1, 'ok', false, () => {});
  await chrome.storage.session.remove('core');
  await connect(1, 'ok', false, () => {});
  assert.notEqual(workers[0], workers[1]);
  assert.notEqual(posted.filter(({ kind }) => kind === 'word').at(-1).word, posted[0].word);
});
