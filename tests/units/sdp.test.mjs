/** What the relay reads out of session descriptions. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { createContext, runInContext } from 'node:vm';

const FILE = join(resolve(import.meta.dirname, '../..'), 'content-scripts/relay/sdp.js');
const sottoSdp = runInContext(`${readFileSync(FILE, 'utf8')}; sottoSdp`, createContext({}));

/** @param {string[]} lines */
const farEnd = (...lines) => ({ ...sottoSdp.farEnd(['v=0', ...lines, 's=-', ''].join('\r\n')) });

test('the far end is what its origin and its ice-lite say', () => {
  assert.deepEqual(farEnd('o=- 81600905405 2 IN IP4 127.0.0.1'), { origin: '- 81600905405 2 IN IP4 127.0.0.1', iceLite: false });
  assert.deepEqual(farEnd('o=x 1 2 IN IP4 0.0.0.0', 'a=ice-lite'), { origin: 'x 1 2 IN IP4 0.0.0.0', iceLite: true });
});

test('what looks like either elsewhere is neither', () => {
  assert.deepEqual(farEnd('a=o=- 1', 'a=ice-lite-not', 'i=a=ice-lite'), { origin: '', iceLite: false });
});

test('an origin without end is cut', () => {
  assert.equal(farEnd(`o=${'x'.repeat(5000)}`).origin.length, 200);
});
