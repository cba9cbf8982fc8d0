/** What is remembered of tabs: where Sotto is on. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { setAlwaysOn } from '../../sites/always.js';
import { begin, turn } from '../../sites/tabs.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';
const THERE = 'https://other.example';

/** @type {ReturnType<typeof fakeBrowser>} */ let browser;

beforeEach(() => {
  browser = fakeBrowser();
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

test('two boxes that are ticked at once are both kept', async () => {
  await Promise.all([setAlwaysOn(`${HERE}/*`, true), setAlwaysOn(`${THERE}/*`, true)]);
  assert.deepEqual(browser.local.items['always-on'], [`${HERE}/*`, `${THERE}/*`]);
});

