/** When an update is applied: never while Sotto is on in a tab. Browsers let no test offer them one. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { followUpdates } from '../../background/updates.js';

/** @type {Record<string, unknown>} */ let stored;
/** @type {((changes: Record<string, {newValue?: unknown}>) => void)[]} */ let onChanged;
/** @type {(() => void)[]} */ let onUpdateAvailable;
let reloads = 0;

beforeEach(() => {
  [stored, onChanged, onUpdateAvailable, reloads] = [{}, [], [], 0];
  const session = {
    get: async (/** @type {string | null} */ key) => (key === null ? { ...stored } : { [key]: stored[key] }),
    set: async (/** @type {Record<string, unknown>} */ values) => { Object.assign(stored, values); },
    onChanged: { addListener: (/** @type {any} */ listener) => onChanged.push(listener) },
  };
  const runtime = {
    reload: () => { reloads += 1; },
    onUpdateAvailable: { addListener: (/** @type {any} */ listener) => onUpdateAvailable.push(listener) },
  };
  Object.assign(globalThis, { chrome: { storage: { session }, runtime } });
  followUpdates();
});

async function offerUpdate() {
  for (const listener of onUpdateAvailable) listener();
  await settled();
}

/** @param {number} tab @param {string} [origin] none: turned off */
async function turn(tab, origin) {
  stored[`on:${tab}`] = origin;
  if (origin === undefined) delete stored[`on:${tab}`];
  for (const listener of onChanged) listener({ [`on:${tab}`]: origin === undefined ? {} : { newValue: origin } });
  await settled();
}

test('with Sotto on nowhere an update is applied at once', async () => {
  await offerUpdate();
  assert.equal(reloads, 1);
});

test('in mid-call it waits until the last tab is off', async () => {
  await turn(1, 'https://calls.example');
  await turn(2, 'https://calls.example');
  await offerUpdate();
  await turn(1);
  assert.equal(reloads, 0);
  await turn(2);
  assert.equal(reloads, 1);
});

test('without an update nothing is reloaded when Sotto is turned off', async () => {
  await turn(1, 'https://calls.example');
  await turn(1);
  assert.equal(reloads, 0);
});
