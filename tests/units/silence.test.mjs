/** What the popup shows when the core falls silent. */

import assert from 'node:assert/strict';
import { beforeEach, mock, test } from 'node:test';
import { Silence } from '../../popup/silence.js';

/** @type {Sotto.View[]} */ let shown;
/** @type {Silence} */ let silence;

/** @param {Partial<Sotto.View>} parts */
const view = (parts) => /** @type {Sotto.View} */ ({ on: true, state: 'encrypted', reason: 'encrypted', ...parts });
const said = () => shown.map(({ on, state, reason }) => [on, state, reason]);

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ['setTimeout'] });
  shown = [];
  silence = new Silence((what) => shown.push(what), true);
});

test('while Sotto is on, nobody vouches for a view of 5 s ago', () => {
  silence.end(view({ safetyNumber: ['12345'] }));
  mock.timers.tick(4_999);
  assert.deepEqual(said(), []);
  mock.timers.tick(1);
  assert.deepEqual(said(), [[true, 'trouble', 'core-silent']]);
  assert.equal(shown[0].safetyNumber, null);
});

test('a view falls back to what it says it will, and another begins anew', () => {
  const lapse = { afterMs: 3_000, state: /** @type {const} */ ('joining'), reason: 'waiting-for-frames' };
  silence.end(view({ lapse }));
  mock.timers.tick(2_999);
  silence.end(view({ lapse }));
  mock.timers.tick(2_999);
  assert.deepEqual(said(), []);
  mock.timers.tick(1);
  assert.deepEqual(said(), [[true, 'joining', 'waiting-for-frames']]);
});

test('a core that never spoke is trouble too, once it should have', () => {
  silence.begin();
  mock.timers.tick(5_000);
  assert.deepEqual(said(), [[true, 'trouble', 'core-silent']]);
});

test('while it is off, the core owes no view', () => {
  silence.end(view({ on: false, state: 'off' }));
  mock.timers.tick(60_000);
  assert.deepEqual(said(), []);
});

test('but a click that it does not answer within 5 s is trouble', () => {
  silence.end(view({ on: false, state: 'off' }));
  silence.begin();
  mock.timers.tick(5_000);
  assert.deepEqual(said(), [[false, 'trouble', 'core-silent']]);
});

test('and one that it answers is none', () => {
  silence.end(view({ on: false, state: 'off' }));
  silence.begin();
  silence.end(view({ on: false, state: 'off' }));
  mock.timers.tick(60_000);
  assert.deepEqual(said(), []);
});
