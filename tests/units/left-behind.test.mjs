/** The badge of pages that were open before Sotto came: what the next call there may not get is said at once. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { showLeftBehind } from '../../background/left-behind.js';
import { badges } from '../../worker/badges.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const LEFT = 1;
const REACHED = 2;
const TABS = [
  { id: LEFT, url: 'https://calls.example/room' },
  { id: REACHED, url: 'https://calls.example/room' },
  { id: 3, url: 'https://other.example/' },
  { id: 4 },
  { id: 5, url: 'chrome-extension://sotto/options/options.html' },
];

/** @type {[tab: number, text: string][]} */ let shown;
/** @type {object[]} */ let queries;
/** @type {ReturnType<typeof fakeBrowser>} */ let browser;

beforeEach(() => {
  [shown, queries] = [[], []];
  browser = fakeBrowser({
    permissions: { getAll: async () => ({ origins: ['https://calls.example/*'] }) },
    tabs: {
      query: async (/** @type {object} */ query) => (queries.push(query), TABS),
      sendMessage: async (/** @type {number} */ tab) => {
        if (tab !== REACHED) throw new Error('Could not establish connection. Receiving end does not exist.');
      },
    },
    i18n: { getMessage: String },
    action: {
      setBadgeText: async (/** @type {{tabId: number, text: string}} */ { tabId, text }) => void shown.push([tabId, text]),
      setBadgeBackgroundColor: async () => {},
      setTitle: async () => {},
    },
  });
});

test('a page on a site of Sotto\'s that has no relay is shown as one that it cannot work in, and no other', async () => {
  await showLeftBehind();
  assert.deepEqual(shown, [[LEFT, badges.unsupported.text]]);
  assert.deepEqual(queries, [{ status: 'complete', discarded: false }], 'what is still to be loaded gets its relay');
});

test('this is looked at once, and again when Sotto was switched off and on', async () => {
  await showLeftBehind();
  await showLeftBehind();
  assert.equal(shown.length, 1);
  await browser.session.remove(Object.keys(browser.session.items));
  await showLeftBehind();
  assert.equal(shown.length, 2);
});
