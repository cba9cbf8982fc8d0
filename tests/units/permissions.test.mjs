/** The scripts that are registered for what a person let Sotto into, and what can be asked for. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { allow, framesMissing, reachOf, update } from '../../popup/tab.js';
import { addFrame, markLost } from '../../sites/frames.js';
import { siteName, widerThan } from '../../sites/patterns.js';
import { registerScripts } from '../../sites/permissions.js';
import { turn } from '../../sites/tabs.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const SERVICES = ['https://meet.example/*', 'https://*.rooms.example/*'];
const MANIFEST = {
  host_permissions: SERVICES,
  optional_host_permissions: ['https://*/*', 'http://localhost/*'],
  content_scripts: [
    { matches: SERVICES, js: ['hook.js'], world: 'MAIN' },
    { matches: SERVICES, js: ['relay.js'] },
  ],
};

/** @type {string[]} */ let granted;
/** @type {{id: string, matches: string[], excludeMatches: string[]}[]} */ let registered;
/** @type {string[]} */ let calls;
/** @type {number[]} frames in which somebody answers */ let relays;
/** @type {string[]} */ let asked;
/** @type {string | undefined} what the tab shows by now */ let shown;

beforeEach(() => {
  [granted, registered, calls, relays, asked] = [SERVICES, [], [], [], []];
  /** @param {string} name */
  const taking = (name) => async (/** @type {typeof registered} */ scripts = []) => {
    calls.push(name);
    registered = scripts;
  };
  fakeBrowser({
    runtime: { getManifest: () => MANIFEST, getURL: (/** @type {string} */ file) => `chrome-extension://sotto${file}` },
    permissions: {
      getAll: async () => ({ origins: granted }),
      request: async (/** @type {{origins: string[]}} */ { origins }) => { asked = origins; },
    },
    tabs: {
      get: async (/** @type {number} */ id) => ({ id, url: shown }),
      sendMessage: async (/** @type {number} */ _, /** @type {object} */ __, /** @type {{frameId?: number}} */ { frameId } = {}) => {
        if (!relays.some((frame) => frameId === undefined || frame === frameId)) throw new Error('Receiving end does not exist.');
      },
    },
    scripting: {
      getRegisteredContentScripts: async () => registered,
      registerContentScripts: taking('register'),
      updateContentScripts: taking('update'),
      unregisterContentScripts: taking('unregister'),
    },
  });
});

test('a site that was let in has the scripts of the manifest', async () => {
  granted = [...SERVICES, 'https://calls.example/*'];
  await registerScripts();
  assert.deepEqual(registered.map(({ id, matches }) => [id, ...matches]), [
    ['call-0', 'https://calls.example/*'],
    ['call-1', 'https://calls.example/*'],
  ]);
});

test('where all sites were, no page gets them twice', async () => {
  for (const site of ['https://calls.example/*', 'https://*/*']) {
    granted = [...SERVICES, site];
    await registerScripts();
    assert.deepEqual(registered.map(({ matches }) => matches), [[site], [site]]);
    assert.deepEqual(registered.map(({ excludeMatches }) => excludeMatches), [SERVICES, SERVICES]);
  }
  granted = SERVICES;
  await registerScripts();
  assert.deepEqual(calls, ['register', 'update', 'unregister']);
});

/** @param {string} url @param {string} [reloaded] */
const reach = (url, reloaded) => reachOf({ id: 1, url, origin: URL.parse(url)?.origin ?? '', host: URL.parse(url)?.host ?? '', reloaded });

test('only what the browser would ask for can be let in', async () => {
  for (const url of ['https://calls.example/room', 'http://localhost:8080/']) assert.equal(await reach(url), 'no-permission');
  const closed = ['http://calls.example/room', 'chrome://version/', 'https://chromewebstore.google.com/', 'https://support.mozilla.org/en', ''];
  for (const url of closed) assert.equal(await reach(url), 'restricted');
});

test('a page is reached by its own relay, not by one of a frame in it', async () => {
  relays = [5];
  assert.equal(await reach('https://meet.example/room'), 'reload-needed');
  relays = [0, 5];
  assert.equal(await reach('https://meet.example/room'), 'ok');
});

test('a site whose frame makes a call in the page is asked for too, and comes with a new page', async () => {
  const page = { id: 1, url: 'https://meet.example/room', origin: 'https://meet.example', host: 'meet.example' };
  relays = [0];
  await addFrame(1, 'https://frame.example');
  assert.equal(await reachOf(page), 'no-permission');
  assert.equal(framesMissing(page), 'frame.example');
  await allow(page);
  assert.deepEqual(asked, ['https://frame.example/*']);
  await markLost(1, ['https://frame.example']);
  granted = [...SERVICES, 'https://frame.example/*'];
  assert.equal(await reachOf(page), 'reload-needed');
});

test('a page that has gone leaves nothing of it to an open popup where the browser hides the next', async () => {
  const page = { id: 1, url: 'https://meet.example/room', origin: 'https://meet.example', host: 'meet.example', reloaded: 'https://meet.example' };
  /** @type {import('../../popup/tab.js').Tab} */ const tab = { ...page };
  await turn(1, page.origin, true);
  [shown, relays] = [undefined, [0]];
  await update(tab);
  assert.deepEqual([tab.host, tab.gone], ['meet.example', false], 'one whose permission was withdrawn is still the same');
  relays = [];
  await update(tab);
  assert.deepEqual([tab.url, tab.origin, tab.host, tab.reloaded, tab.gone], ['', '', '', undefined, true]);
  assert.equal(await reachOf(tab), 'restricted');
  shown = 'https://a.rooms.example/';
  await update(tab);
  assert.deepEqual([tab.host, tab.gone], ['a.rooms.example', false]);
});

test('where the page itself may not be come into, its frames are not named', async () => {
  granted = [];
  const page = { id: 1, url: 'https://meet.example/room', origin: 'https://meet.example', host: 'meet.example' };
  await addFrame(1, 'https://frame.example');
  assert.equal(await reachOf(page), 'no-permission');
  assert.equal(framesMissing(page), '');
});

test('a page that no relay comes into with a reload is closed to it; the next site may not be', async () => {
  assert.equal(await reach('https://meet.example/room', 'https://meet.example'), 'restricted');
  assert.equal(await reach('https://meet.example/room', 'https://a.rooms.example'), 'reload-needed');
});

test('a site is named as a person would, and all of them have no name', () => {
  const names = ['https://calls.example/*', 'https://*.rooms.example/*', 'http://localhost/*'].map(siteName);
  assert.deepEqual(names, ['calls.example', 'rooms.example', 'http://localhost']);
  for (const pattern of ['https://*/*', '<all_urls>']) assert.equal(siteName(pattern), null);
});

test('a site is in a wider one, but not in itself', () => {
  const [one, all, wild] = ['https://calls.example/*', 'https://*/*', 'https://*.calls.example/*'];
  assert.equal(widerThan(one, [one, 'http://calls.example/*']), undefined);
  assert.equal(widerThan(one, [one, all]), all);
  assert.equal(widerThan(one, [wild]), wild);
  assert.equal(widerThan(all, [one, all]), undefined);
});
