/** What an open popup tells the core of its tab, and what options don't. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { connect } from '../../popup/core.js';
import { forgetLeft, turn } from '../../sites/tabs.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';

/** @type {any[]} */ let posted;

beforeEach(() => {
  posted = [];
  fakeBrowser({ runtime: { getURL: String }, tabs: { get: async () => ({ url: 'https://other.example/' }) } });
  const port = { postMessage: (/** @type {any} */ message) => void posted.push(message) };
  Object.assign(globalThis, { SharedWorker: class { port = port; } });
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
  assert.equal(posted[0].reach, undefined);
});
