/** What the background says to pages, and shows: on is on also where it no longer sees the address. */

import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { badges } from '../../worker/badges.js';
import { cutsOf } from '../../worker/cuts.js';
import { fakeBrowser, fakeEvent } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';
const THERE = 'https://other.example';
const EXTENSION = 'chrome-extension://sotto/';

/** @type {typeof import('../../sites/tabs.js')} */ let tabs;
/** @type {typeof import('../../sites/always.js')} */ let always;
/** @type {Record<number, string>} */ let badge;
/** @type {Record<number, string>} */ let colour;
/** @type {Record<number, string>} */ let titles;
/** @type {string[]} */ let told;
let answers = true;
/** @type {{url?: string}} the tab by now */ let shown = {};
let granted = [`${HERE}/*`];

const event = {
  message: fakeEvent(),
  removed: fakeEvent(),
  updated: fakeEvent(),
};

/** @param {number} _ @param {{kind: string}} message */
async function sendMessage(_, { kind }) {
  if (!answers) throw new Error('Could not establish connection. Receiving end does not exist.');
  if (kind !== 'probe') told.push(kind);
}

/** @type {unknown[]} */ const levels = [];
const browser = fakeBrowser({
  runtime: {
    getURL: (/** @type {string} */ file) => EXTENSION + file,
    onMessage: event.message,
    onInstalled: fakeEvent(),
    onStartup: fakeEvent(),
    onUpdateAvailable: fakeEvent(),
  },
  permissions: { getAll: async () => ({ origins: granted }), onAdded: fakeEvent(), onRemoved: fakeEvent() },
  tabs: { sendMessage, get: async () => shown, query: async () => [], onRemoved: event.removed, onUpdated: event.updated },
  i18n: { getMessage: (/** @type {string} */ key, /** @type {string[]} */ parts = []) => [key, ...parts].join(' ') },
  action: {
    getBadgeText: async (/** @type {{tabId: number}} */ { tabId }) => badge[tabId] ?? '',
    setBadgeText: async (/** @type {{tabId: number, text: string}} */ { tabId, text }) => { badge[tabId] = text; },
    setTitle: async (/** @type {{tabId: number, title: string}} */ { tabId, title }) => { titles[tabId] = title; },
    setBadgeBackgroundColor: async (/** @type {{tabId: number, color: string}} */ { tabId, color }) => { colour[tabId] = color; },
  },
});

before(async () => {
  Object.assign(browser.local, { setAccessLevel: async (/** @type {unknown} */ level) => void levels.push(level) });
  tabs = await import('../../sites/tabs.js');
  always = await import('../../sites/always.js');
  await import('../../background/background.js');
});

beforeEach(async () => {
  await browser.session.remove(Object.keys(browser.session.items));
  await always.setAlwaysOn(`${HERE}/*`, false);
  await sleep(5);
  [badge, colour, titles, told, answers, granted] = [{}, {}, {}, [], true, [`${HERE}/*`]];
});

/** @param {object} message @param {{id: number, url?: string}} tab @param {number} [frameId] @param {string} [url] */
async function ask(message, tab, frameId = 0, url = `${HERE}/room`) {
  const sender = { tab, frameId, url, origin: HERE };
  /** @type {unknown} */ let said;
  event.message.fire(message, sender, (/** @type {unknown} */ reply) => { said = reply; });
  await sleep(5);
  return said;
}

/** @param {{id: number, url?: string}} tab @param {string} [status] */
async function update(tab, status) {
  shown = tab;
  await event.updated.fire(tab.id, { status }, tab);
  await sleep(5);
}

async function withdraw() {
  granted = [];
  await tabs.noteWithdrawals();
  await sleep(5);
}

test('a page that connects anew after its permission was withdrawn is on as before', async () => {
  await tabs.turn(1, HERE, true);
  await withdraw();
  assert.deepEqual(await ask({ kind: 'hello', token: 'a' }, { id: 1 }), { on: true });
});

test('each page is told at its start what it is to hold to, should nobody be there later', async () => {
  assert.deepEqual(await ask({ kind: 'ask' }, { id: 1, url: HERE }), { on: false });
  await tabs.turn(1, HERE, true);
  assert.deepEqual(await ask({ kind: 'ask' }, { id: 1, url: HERE }), { on: true });
});

test('and when it is cut off, the badge stays what it was', async () => {
  await tabs.turn(1, HERE, true);
  await withdraw();
  assert.equal(badge[1], '\u00d7');
  await ask({ kind: 'cut', cut: 'lost' }, { id: 1 });
  assert.equal(badge[1], '\u00d7');
});

test('a frame that connects needs its own permission, and the page stays withdrawn until that is back', async () => {
  granted = ['https://frame.example/*', `${HERE}/*`];
  await tabs.turn(1, HERE, true);
  const sender = { tab: ALWAYS, frameId: 3, url: 'https://frame.example/', origin: 'https://frame.example' };
  event.message.fire({ kind: 'hello', token: 'a' }, sender, () => {});
  await sleep(5);
  granted = [`${HERE}/*`];
  await tabs.noteWithdrawals();
  await sleep(5);
  shows('unsupported');
});

test('what it does to its history does not give the permission back', async () => {
  await tabs.turn(1, HERE, true);
  await withdraw();
  for (const status of ['loading', 'complete']) await update({ id: 1 }, status);
  assert.ok(await tabs.isWithdrawn(1));
  assert.equal(await tabs.originOn(1), HERE);
});

test('a page that it moves to starts off, whether its address is hidden or not', async () => {
  for (const tab of [{ id: 1 }, { id: 2, url: THERE }]) {
    await tabs.turn(tab.id, HERE, true);
    answers = tab.url !== undefined;
    for (const status of ['loading', 'complete']) await update(tab, status);
    assert.deepEqual(await ask({ kind: 'hello', token: 'a' }, tab), { on: false });
  }
});

test('a moment without an address, on the way from page to page of one site, changes nothing', async () => {
  await tabs.turn(1, HERE, true);
  answers = false;
  for (const status of ['loading', undefined]) await update({ id: 1 }, status);
  answers = true;
  await update({ id: 1, url: `${HERE}/room` }, 'complete');
  assert.equal(await tabs.originOn(1), HERE);
});

test('a page that is cut off is told each time that Sotto is turned on or off', async () => {
  for (const on of [true, false, true]) {
    await tabs.turn(1, HERE, on);
    await sleep(5);
  }
  assert.deepEqual(told, ['turned-on', 'turned-off', 'turned-on']);
});

const ALWAYS = { id: 1, url: `${HERE}/room` };

test('a site that is set to always on in the middle of its call is not on before its next document', async () => {
  await ask({ kind: 'ask' }, ALWAYS);
  await always.setAlwaysOn(`${HERE}/*`, true);
  assert.deepEqual(await ask({ kind: 'ask' }, ALWAYS, 3), { on: false });
  for (const frame of [3, 0]) assert.deepEqual(await ask({ kind: 'hello', token: 'a' }, ALWAYS, frame), { on: false });
  for (const status of ['loading', 'complete']) await update(ALWAYS, status);
  assert.deepEqual([await tabs.originOn(1), badge[1]], [undefined, undefined]);
  assert.deepEqual(await ask({ kind: 'ask' }, ALWAYS), { on: true });
  assert.deepEqual([await tabs.originOn(1), badge[1]], [HERE, 'on']);
});

test('a page in a container is told so, and that it is off', async () => {
  const tab = { id: 1, url: HERE, cookieStoreId: 'firefox-container-1' };
  await tabs.turn(1, HERE, true);
  assert.deepEqual(await ask({ kind: 'hello', token: 'a' }, tab), { on: false, contained: true });
});

test('a frame of the page itself needs no permission of its own', async () => {
  await tabs.turn(1, HERE, true);
  await ask({ kind: 'hello', token: 'a' }, { id: 1, url: `${HERE}/room` }, 3);
  await withdraw();
  granted = [`${HERE}/*`];
  await tabs.noteWithdrawals();
  assert.ok(!(await tabs.isWithdrawn(1)), 'nor a reload');
});

test('a page that calls at its very start is on there from the first', async () => {
  await always.setAlwaysOn(`${HERE}/*`, true);
  const kinds = [{ kind: 'ask' }, { kind: 'hello', token: 'a' }];
  assert.deepEqual(await Promise.all(kinds.map((message) => ask(message, ALWAYS))), [{ on: true }, { on: true }]);
});

test('a page that comes to the core has a call, and no page comes by a token that nobody has told', async () => {
  const host = `${EXTENSION}worker/host.html`;
  await tabs.turn(1, HERE, true);
  assert.equal(await ask({ kind: 'redeem', token: 'a' }, ALWAYS, 5, host), null);
  assert.ok(!(await tabs.isCalling()));
  await ask({ kind: 'hello', token: 'a' }, ALWAYS);
  const { core, ...known } = /** @type {NonNullable<Sotto.RedeemReply>} */ (await ask({ kind: 'redeem', token: 'a' }, ALWAYS, 5, host));
  assert.match(core, /^sotto-core-/);
  assert.deepEqual(known, { tab: 1, top: true, on: true });
  assert.ok(await tabs.isCalling());
});

test('a tab that is closed leaves no token behind, and those of others stay', async () => {
  for (const id of [1, 2]) await ask({ kind: 'hello', token: 'ab'[id - 1] }, { id, url: HERE });
  assert.equal(Object.keys(browser.session.items).length, 2);
  await event.removed.fire(1);
  await sleep(5);
  assert.deepEqual(Object.keys(browser.session.items), ['token:b']);
});

/** The core's word, as a host brings it. @param {Sotto.State} state */
const fromCore = (state) => ask({ kind: 'badge', state }, ALWAYS, 5, `${EXTENSION}worker/host.html`);

/** @param {Sotto.State} state */
function shows(state) {
  const { text, color, words } = badges[state];
  assert.deepEqual([badge[1], colour[1], titles[1]], [text, color, `toolbar_title ${words}`]);
}

for (const state of /** @type {const} */ (['alone', 'joining', 'encrypted'])) {
  test(`what the core said last, ${state}, is not the badge of a page that is cut off from it`, async () => {
    await tabs.turn(1, HERE, true);
    await fromCore(state);
    await ask({ kind: 'cut', cut: 'lost' }, ALWAYS);
    shows('trouble');
    await fromCore(state);
    await ask({ kind: 'cut', cut: null }, ALWAYS);
    await fromCore(state);
    shows(state);
    await tabs.turn(1, HERE, false);
    await sleep(5);
    shows('off');
  });
}

test('where frames that were cut off are gone, and no page is attached to the core, the badge warns no more', async () => {
  await tabs.turn(1, HERE, true);
  for (const frame of [3, 4]) await ask({ kind: 'cut', cut: 'sandboxed' }, ALWAYS, frame);
  shows('unsupported');
  await Promise.all([3, 4].map((frame) => ask({ kind: 'cut', cut: null }, ALWAYS, frame)));
  shows('alone');
});

test('while a frame is still cut off, the badge warns on', async () => {
  await tabs.turn(1, HERE, true);
  for (const frame of [3, 4]) await ask({ kind: 'cut', cut: 'sandboxed' }, ALWAYS, frame);
  await ask({ kind: 'cut', cut: null }, ALWAYS, 3);
  shows('unsupported');
  await ask({ kind: 'cut', cut: 'lost' }, ALWAYS, 3);
  await ask({ kind: 'cut', cut: null }, ALWAYS, 4);
  shows('trouble');
});

test('a sandbox beside a call that works is trouble; by itself it is where Sotto cannot work, as the popup says', async () => {
  await tabs.turn(1, HERE, true);
  await tabs.noteCall(1);
  await ask({ kind: 'cut', cut: 'sandboxed' }, ALWAYS, 3);
  shows('trouble');
  await ask({ kind: 'cut', cut: null }, ALWAYS, 3);
  await ask({ kind: 'ask' }, ALWAYS);
  await ask({ kind: 'cut', cut: 'sandboxed' }, ALWAYS, 3);
  shows('unsupported');
});

test('a page that is cut off can not hide it by its history; one that comes after it starts anew', async () => {
  await tabs.turn(1, HERE, true);
  const lose = () => ask({ kind: 'cut', cut: 'lost' }, ALWAYS, 3);
  const isLost = async () => (await cutsOf(1)).lost === 1;
  await lose();
  for (const status of ['loading', 'complete']) await update(ALWAYS, status);
  await ask({ kind: 'ask' }, ALWAYS, 4);
  assert.ok(await isLost());
  shows('trouble');
  await ask({ kind: 'ask' }, ALWAYS);
  assert.ok(!(await isLost()));
  await lose();
  answers = false;
  await update(ALWAYS, 'loading');
  assert.ok(!(await isLost()));
});

test('a page that Sotto is on for and has no relay in is not shown as on', async () => {
  answers = false;
  await tabs.turn(1, HERE, true);
  await sleep(5);
  shows('unsupported');
  answers = true;
  await update(ALWAYS, 'complete');
  shows('alone');
});

test('what is kept on disk is not for content scripts, which run in a process of the page', () => {
  assert.deepEqual(levels, [{ accessLevel: 'TRUSTED_CONTEXTS' }]);
});
