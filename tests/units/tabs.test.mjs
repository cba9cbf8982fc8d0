/** What is remembered of tabs: where Sotto is on, also where the browser no longer says where that is. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { setAlwaysOn } from '../../sites/always.js';
import { hasLostFrame } from '../../sites/frames.js';
import { begin, followOn, forgetLeft, isOn, isWithdrawn, noteFrame, noteWithdrawals, originOn, turn } from '../../sites/tabs.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';
const THERE = 'https://other.example';
const NOBODY = new Error('Could not establish connection. Receiving end does not exist.');

/** @type {string[]} */ let granted;
/** @type {() => Promise<unknown>} */ let probed;
/** @type {string | undefined} what the tab shows by now */ let shown;
/** @type {ReturnType<typeof fakeBrowser>} */ let browser;

beforeEach(() => {
  granted = [`${HERE}/*`];
  probed = async () => undefined;
  const permissions = { getAll: async () => ({ origins: granted }) };
  const sendMessage = (/** @type {unknown[]} */ ...args) => (assert.deepEqual(args[2], { frameId: 0 }), probed());
  const tabs = { sendMessage, get: async () => ({ url: shown }) };
  browser = fakeBrowser({ permissions, tabs });
});

/** @param {string | undefined} url */
function goesTo(url) {
  shown = url;
  return forgetLeft({ id: 1, url });
}

test('a tab whose address is hidden is on if it was: nothing of it may go in clear', async () => {
  assert.equal(await isOn({ id: 1, url: undefined }), false);
  await turn(1, HERE, true);
  assert.equal(await isOn({ id: 1, url: undefined }), true);
  assert.equal(await isOn({ id: 1, url: `${HERE}/room` }), true);
  assert.equal(await isOn({ id: 1, url: `${THERE}/` }), false);
});

test('and is still the same page while its relay answers, whatever it does to its history', async () => {
  await turn(1, HERE, true);
  granted = [];
  await noteWithdrawals();
  await goesTo(undefined);
  assert.deepEqual([await originOn(1), await isWithdrawn(1)], [HERE, true]);
});

test('another page, where Sotto has no relay, starts off', async () => {
  await turn(1, HERE, true);
  granted = [];
  await noteWithdrawals();
  probed = () => Promise.reject(NOBODY);
  await goesTo(undefined);
  assert.deepEqual(browser.session.items, {});
});

test('so does one of another origin, unless it was turned on there meanwhile', async () => {
  await turn(1, HERE, true);
  await Promise.all([turn(1, THERE, true), goesTo(THERE)]);
  assert.equal(await originOn(1), THERE);
  await goesTo(HERE);
  assert.equal(await originOn(1), undefined);
});

test('a withdrawal is over when the permission is back, though Sotto was turned off before', async () => {
  await turn(1, HERE, true);
  granted = [];
  await noteWithdrawals();
  await turn(1, HERE, false);
  assert.ok(await isWithdrawn(1));
  granted = [`${HERE}/*`];
  await noteWithdrawals();
  assert.ok(!(await isWithdrawn(1)));
});

test('and when the tab goes elsewhere', async () => {
  await turn(1, HERE, true);
  granted = [];
  await noteWithdrawals();
  await turn(1, HERE, false);
  await goesTo(THERE);
  assert.ok(!(await isWithdrawn(1)));
});

test('it is of that page alone: one that is turned on afterwards has none', async () => {
  await turn(1, HERE, true);
  granted = [];
  await noteWithdrawals();
  granted = [`${THERE}/*`];
  await turn(1, THERE, true);
  assert.deepEqual(browser.session.items, { 'on:1': THERE });
});

test('whoever sees a tab turned off sees for what', async () => {
  await turn(1, HERE, true);
  /** @type {unknown[]} */ const seen = [];
  browser.session.onChanged.addListener(() => seen.push(browser.session.items['off:1']));
  await turn(1, HERE, false);
  assert.deepEqual(seen, [HERE, HERE]);
  assert.deepEqual(browser.session.items, { 'off:1': HERE });
});

test('a page that begins where Sotto is always on does not undo a click', async () => {
  await setAlwaysOn(`${HERE}/*`, true);
  const { get } = browser.local;
  /** @type {Promise<void> | undefined} */ let clicked;
  browser.local.get = async (key) => {
    clicked ??= turn(1, HERE, false);
    await settled();
    return get(key);
  };
  await begin({ id: 1, url: HERE });
  await clicked;
  assert.deepEqual(browser.session.items, { 'off:1': HERE });
});

test('that it was turned off is forgotten when the tab goes elsewhere: back there, it is on as always', async () => {
  await setAlwaysOn(`${HERE}/*`, true);
  await turn(1, HERE, false);
  await goesTo(`${HERE}/room`);
  await begin({ id: 1, url: HERE });
  assert.equal(await originOn(1), undefined, 'another page of the site');
  await goesTo(THERE);
  await goesTo(HERE);
  await begin({ id: 1, url: HERE });
  assert.equal(await originOn(1), HERE);
});

test('two boxes that are ticked at once are both kept', async () => {
  await Promise.all([setAlwaysOn(`${HERE}/*`, true), setAlwaysOn(`${THERE}/*`, true)]);
  assert.deepEqual(browser.local.items['always-on'], [`${HERE}/*`, `${THERE}/*`]);
});

test('a popup hears whenever its tab is turned on, or is on no more', async () => {
  /** @type {boolean[]} */ const told = [];
  followOn(1, (on) => told.push(on));
  await turn(1, HERE, true);
  await turn(2, HERE, true);
  await goesTo(THERE);
  await settled();
  assert.deepEqual(told, [true, false]);
});

test('in a container it is never on, whatever its site is set to', async () => {
  await setAlwaysOn(`${HERE}/*`, true);
  const tab = { id: 1, url: `${HERE}/`, cookieStoreId: 'firefox-container-2' };
  await begin(tab);
  assert.equal(await originOn(1), undefined);
  await turn(1, HERE, true);
  assert.equal(await isOn(tab), false);
  assert.equal(await isOn({ ...tab, cookieStoreId: 'firefox-default' }), true);
});

test('news that came late does not undo what the next page was turned to', async () => {
  await turn(1, THERE, true);
  shown = THERE;
  await forgetLeft({ id: 1, url: HERE });
  assert.equal(await originOn(1), THERE);
  shown = undefined;
  await forgetLeft({ id: 1, url: HERE });
  assert.equal(await originOn(1), THERE, 'its permission was withdrawn just now');
});

test('a call in a frame of another site needs the permission of that site too', async () => {
  granted = [`${HERE}/*`, `${THERE}/*`];
  await turn(1, HERE, true);
  await noteFrame(1, THERE);
  assert.ok(!(await isWithdrawn(1)));
  granted = [`${HERE}/*`];
  await noteWithdrawals();
  assert.ok(await isWithdrawn(1));
  await begin({ id: 1, url: HERE });
  assert.ok(await isWithdrawn(1), 'the page makes the frame again');
});

test('given again, it is there once the page is loaded anew: the frame may have been loaded without Sotto', async () => {
  granted = [`${HERE}/*`, `${THERE}/*`];
  await turn(1, HERE, true);
  await noteFrame(1, THERE);
  granted = [`${HERE}/*`];
  await noteWithdrawals();
  granted = [`${HERE}/*`, `${THERE}/*`];
  await noteWithdrawals();
  assert.deepEqual([await isWithdrawn(1), await hasLostFrame(1)], [true, true]);
  await begin({ id: 1, url: HERE });
  assert.deepEqual(browser.session.items, { 'on:1': HERE });
});

test('a frame that was never let in, and one that lost it while Sotto was off, count once it is on', async () => {
  await noteFrame(1, THERE);
  assert.ok(!(await isWithdrawn(1)));
  await turn(1, HERE, true);
  assert.ok(await isWithdrawn(1));
  await turn(2, HERE, true);
  await noteFrame(2, THERE);
  assert.ok(await isWithdrawn(2));
});

test('where Sotto is off, a new page has no frames of the last; nor has a tab that goes elsewhere', async () => {
  await noteFrame(1, THERE);
  await begin({ id: 1, url: HERE });
  await turn(1, HERE, true);
  assert.ok(!(await isWithdrawn(1)));
  await noteFrame(1, THERE);
  granted = [`${THERE}/*`];
  await goesTo(THERE);
  assert.deepEqual(browser.session.items, {});
});

test('the page of a frame that was let in all the while needs no reload when its own permission is back', async () => {
  granted = [`${HERE}/*`, `${THERE}/*`];
  await turn(1, HERE, true);
  await noteFrame(1, THERE);
  granted = [`${THERE}/*`];
  await noteWithdrawals();
  granted = [`${HERE}/*`, `${THERE}/*`];
  await noteWithdrawals();
  assert.deepEqual([await isWithdrawn(1), await hasLostFrame(1)], [false, false]);
});

test('what a page frames is bounded', async () => {
  for (let site = 0; site < 100; site += 1) await noteFrame(1, `https://site${site}.example`);
  await noteFrame(1, 'null');
  assert.equal(Object.keys(/** @type {object} */ (browser.session.items['frames:1'])).length, 64);
});
