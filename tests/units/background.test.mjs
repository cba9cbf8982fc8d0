/** What the background says to pages. */

import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeBrowser, fakeEvent } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';

/** @type {typeof import('../../sites/tabs.js')} */ let tabs;
/** @type {string[]} */ let told;

fakeBrowser({
  runtime: { onMessage: fakeEvent(), onInstalled: fakeEvent(), onStartup: fakeEvent(), onUpdateAvailable: fakeEvent() },
  permissions: { onAdded: fakeEvent(), onRemoved: fakeEvent() },
  tabs: {
    sendMessage: async (/** @type {number} */ _, /** @type {{kind: string}} */ { kind }) => void told.push(kind),
    onRemoved: fakeEvent(),
    onUpdated: fakeEvent(),
  },
  action: { getBadgeText: async () => '', setBadgeText: async () => {} },
});

before(async () => {
  tabs = await import('../../sites/tabs.js');
  await import('../../background/background.js');
});

beforeEach(() => {
  told = [];
});

test('a page that is cut off is told each time that Sotto is turned on or off', async () => {
  for (const on of [true, false, true]) {
    await tabs.turn(1, HERE, on);
    await sleep(5);
  }
  assert.deepEqual(told, ['turned-on', 'turned-off', 'turned-on']);
});
