/** When a name may leave the browser: where that asks about such data, once a person has said so. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { askToTell, mayBeTold, setDisplayName, watchName } from '../../worker/name.js';
import { fakeBrowser, fakeEvent } from '../lib/fake-chrome.mjs';

/** @type {string[] | undefined} */ let allowed;
/** @type {ReturnType<typeof fakeEvent>} */ let onAdded;
/** @type {ReturnType<typeof fakeEvent>} */ let onRemoved;
/** @type {unknown[]} */ let asked;
/** @type {string[]} */ let told;

beforeEach(async () => {
  [allowed, onAdded, onRemoved, asked, told] = [[], fakeEvent(), fakeEvent(), [], []];
  const getAll = async () => ({ origins: [], ...(allowed && { data_collection: allowed }) });
  const request = async (/** @type {unknown} */ what) => asked.push(what);
  fakeBrowser({ permissions: { getAll, request, onAdded, onRemoved } });
  await setDisplayName('Ana');
});

const watch = () => watchName(({ name }) => told.push(name));

test('a browser that asks about no such data has nothing to allow', async () => {
  allowed = undefined;
  await watch();
  assert.deepEqual([await mayBeTold(), told], [true, ['Ana']]);
});

test('one that does is asked, and until it says so the core is told no name', async () => {
  allowed = ['technicalAndInteraction'];
  await watch();
  await setDisplayName('Ana Lu');
  await settled();
  assert.deepEqual(told, ['', '']);
  await askToTell();
  assert.deepEqual(asked, [{ data_collection: ['personallyIdentifyingInfo'] }]);
});

test('what is allowed and taken back is told at once', async () => {
  await watch();
  allowed = ['personallyIdentifyingInfo'];
  await onAdded.fire();
  await settled();
  allowed = [];
  await onRemoved.fire();
  await settled();
  assert.deepEqual(told, ['', 'Ana', '']);
});
