/**
 * Where the background reaches the core, as in Firefox: it vouches for a page before its host goes there, and
 * tells of a permission only what has changed, and what is bad.
 */

import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const HERE = 'https://calls.example';
const PAGE = { token: 'its', tab: 7, top: true, on: true };

/** @type {typeof import('../../background/core.js')} */ let core;
/** @type {typeof import('../../sites/tabs.js')} */ let tabs;
/** @type {any[]} */ let posted;
/** @type {string} what the core answers once it was told of the page */ let answer;
let granted = [`${HERE}/*`];

before(async () => {
  class SharedWorker {
    constructor() {
      const port = {
        /** @type {(event: object) => void} */ onmessage: () => {},
        /** @param {any} message */
        postMessage(message) {
          posted.push(message);
          if (message.kind === 'voucher') setTimeout(() => port.onmessage({ data: { kind: answer } }));
        },
        addEventListener() {},
        close() {},
      };
      this.port = port;
    }
  }
  Object.assign(globalThis, { SharedWorker });
  const { permissions } = (fakeBrowser({ runtime: { getURL: String } }), /** @type {any} */ (chrome));
  permissions.getAll = async () => ({ origins: granted });
  core = await import('../../background/core.js');
  tabs = await import('../../sites/tabs.js');
  core.followForHosts();
});

beforeEach(async () => {
  granted = [`${HERE}/*`];
  answer = 'vouched';
  await tabs.forget(7);
  await sleep(5);
  posted = [];
});

const permissions = () => posted.filter(({ kind }) => kind === 'permission').map(({ tab, given }) => [tab, given]);

test('the core hears the word, what is noted of the tab, and the page, in this order', async () => {
  assert.equal(await core.vouchFor(PAGE), true);
  assert.deepEqual(posted.map(({ kind }) => kind), ['word', 'cuts', 'permission', 'name', 'voucher']);
  assert.deepEqual(posted.at(-1), { kind: 'voucher', ...PAGE });
});

test('where the core refuses the word the page is not vouched for', async () => {
  answer = 'refused';
  assert.equal(await core.vouchFor(PAGE), false);
});

test('a permission that is withdrawn is told at once, before each page, and when it is given again', async () => {
  await tabs.turn(7, HERE, true);
  granted = [];
  await tabs.noteWithdrawals();
  await sleep(5);
  await core.vouchFor(PAGE);
  granted = [`${HERE}/*`];
  await tabs.noteWithdrawals();
  await sleep(5);
  assert.deepEqual(permissions(), [[7, false], [7, false], [7, true]]);
});
