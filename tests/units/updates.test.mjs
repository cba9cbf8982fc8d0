/**
 * When an update is applied: never while Sotto is on in a tab that has made a call. Of the stories `restart` sees it, in
 * Firefox: Chromium offers none to an extension that it loaded from a folder.
 */

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { setImmediate as settled } from 'node:timers/promises';
import { followUpdates } from '../../background/updates.js';
import { begin, forget, noteCall, turn } from '../../sites/tabs.js';
import { fakeBrowser, fakeEvent } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';

/** @type {ReturnType<typeof fakeEvent>} */ let onUpdateAvailable;
let reloads = 0;

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  onUpdateAvailable = fakeEvent();
  reloads = 0;
  fakeBrowser({ runtime: { reload: () => { reloads += 1; }, onUpdateAvailable } });
  followUpdates();
});

/** @param {number} tab */
async function calls(tab) {
  await turn(tab, HERE, true);
  await noteCall(tab);
}

/** @param {number} milliseconds */
async function pass(milliseconds) {
  await settled();
  mock.timers.tick(milliseconds);
  await settled();
}

test('with Sotto on nowhere an update is applied soon', async () => {
  await onUpdateAvailable.fire();
  await pass(5_000);
  assert.equal(reloads, 1);
});

test('a tab that Sotto is on in and that has made no call holds nothing back', async () => {
  await turn(1, HERE, true);
  await noteCall(2);
  await onUpdateAvailable.fire();
  await pass(5_000);
  assert.equal(reloads, 1);
});

for (const [how, act] of Object.entries({
  'is loaded anew and calls no more': () => begin({ id: 1, url: HERE }),
  'is closed': () => forget(1),
})) {
  test(`one whose page ${how} holds it back no longer`, async () => {
    await calls(1);
    await onUpdateAvailable.fire();
    await pass(60_000);
    assert.equal(reloads, 0);
    await act();
    await pass(5_000);
    assert.equal(reloads, 1);
  });
}

test('one that is reloaded in mid-call does, if it calls again soon', async () => {
  await calls(1);
  await onUpdateAvailable.fire();
  await begin({ id: 1, url: HERE });
  await pass(4_000);
  await noteCall(1);
  await pass(60_000);
  assert.equal(reloads, 0);
});

test('in mid-call it waits until the last tab is off, and the popup has told the core', async () => {
  await calls(1);
  await calls(2);
  await onUpdateAvailable.fire();
  await turn(1, HERE, false);
  await pass(60_000);
  assert.equal(reloads, 0);
  await turn(2, HERE, false);
  await pass(4_999);
  assert.equal(reloads, 0);
  await pass(1);
  assert.equal(reloads, 1);
});

test('one that is turned on again meanwhile keeps it waiting, and one that is turned off again for as long', async () => {
  await calls(1);
  await onUpdateAvailable.fire();
  await turn(1, HERE, false);
  await pass(3_000);
  await turn(1, HERE, true);
  await pass(60_000);
  assert.equal(reloads, 0);
  await turn(1, HERE, false);
  await pass(3_000);
  await turn(1, HERE, true);
  await turn(1, HERE, false);
  await pass(3_000);
  assert.equal(reloads, 0);
  await pass(2_000);
  assert.equal(reloads, 1);
});

test('without an update nothing is reloaded when Sotto is turned off', async () => {
  await turn(1, HERE, true);
  await turn(1, HERE, false);
  await pass(60_000);
  assert.equal(reloads, 0);
});
