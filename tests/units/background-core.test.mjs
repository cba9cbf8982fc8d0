/** Where the background reaches the core, as in Firefox, it vouches for a page before its host goes there. */

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const PAGE = { token: 'its', tab: 7, on: true };

/** @type {any[]} */ let posted;
/** @type {string} what the core answers once it was told of the page */ let answer;

Object.assign(globalThis, {
  SharedWorker: class {
    constructor() {
      const port = {
        /** @type {(event: object) => void} */ onmessage: () => {},
        /** @param {any} message */
        postMessage(message) {
          posted.push(message);
          if (message.kind === 'voucher') setTimeout(() => port.onmessage({ data: { kind: answer } }));
        },
      };
      this.port = port;
    }
  },
});
const { introduce } = await import('../../background/core.js');

beforeEach(() => {
  [posted, answer] = [[], 'vouched'];
  fakeBrowser({ runtime: { getURL: String } });
});

test('the core hears the word, what is noted of the tab, and the page, in this order', async () => {
  assert.equal(await introduce(PAGE), true);
  assert.deepEqual(posted.map(({ kind }) => kind), ['word', 'cuts', 'reach', 'name', 'voucher']);
  assert.deepEqual(posted.at(-1), { kind: 'voucher', ...PAGE });
});

test('where the core refuses the word the page is not vouched for', async () => {
  answer = 'refused';
  assert.equal(await introduce(PAGE), false);
});
