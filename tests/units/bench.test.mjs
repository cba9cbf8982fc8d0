/** The bench of calls: what it makes of its rounds, and what it holds against them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { figures } from '../../benches/calls/measure.mjs';
import { misses } from '../../benches/calls/report.mjs';

/** @typedef {import('../../benches/calls/measure.mjs').Round} Round */
/** @typedef {import('../../benches/calls/pair.mjs').Way} Way */

const AUDIO = /** @type {const} */ ({ name: 'audio', kind: 'audio', rates: { 1: 50, 25: 50 } });
const VIDEO = /** @type {const} */ ({ name: '720p', kind: 'video', rates: { 1: 30, 25: 10 } });
/** @type {Round} */
const ROUND = { cpu: 0.1, ages: [20, 20, 21], sent: 1_000, bytes: 100_000, played: 1_000, emitted: 48_000, buffered: 960, concealed: 0 };

/**
 * @param {typeof AUDIO | typeof VIDEO} medium @param {number} streams
 * @param {Partial<Record<Way, Partial<Round>>>} rounds what is other than usual
 */
const missed = (medium, streams, rounds) =>
  misses(/** @type {Way[]} */ (['none', 'identity', 'sotto']).map((way) => figures(way, medium, streams, [{ ...ROUND, ...rounds[way] }])));

test('what is as without Sotto misses nothing', () => {
  for (const medium of [AUDIO, VIDEO]) for (const streams of [1, 25]) assert.deepEqual(missed(medium, streams, {}), []);
});

test('sound that a receiver makes up is lost', () => {
  const [miss] = missed(AUDIO, 25, { sotto: { concealed: 0.01 } });
  assert.match(miss, /audio: of 25 streams 10 of 1000 frames were lost, 0 of 1000 without/);
});

test('so are pictures that are never decoded', () => {
  const [miss] = missed(VIDEO, 25, { sotto: { played: 990 } });
  assert.match(miss, /10 of 1000 frames were lost/);
});

test('later sound and later pictures of a two-person call are missed bounds', () => {
  assert.match(missed(AUDIO, 1, { sotto: { buffered: 1_200 } })[0], /audio of a two-person call is 5.0 ms later at p50/);
  assert.match(missed(VIDEO, 1, { sotto: { ages: [23, 23, 24] } })[0], /720p of a two-person call is 3.0 ms later at p50/);
  assert.match(missed(VIDEO, 1, { sotto: { ages: [20, 20, 40] } })[0], /later at p99/);
});

test('pictures of which none came are not passed over', () => {
  assert.equal(missed(VIDEO, 1, { sotto: { ages: [] } }).length, 2);
});

test('where rounds without Sotto differ by more than the bound there is no verdict', () => {
  const rounds = (/** @type {number[]} */ ...buffered) => buffered.map((one) => ({ ...ROUND, buffered: one }));
  const verdict = (/** @type {Round[]} */ none) =>
    misses([figures('none', AUDIO, 1, none), figures('identity', AUDIO, 1, [ROUND]), figures('sotto', AUDIO, 1, [ROUND])]);
  assert.deepEqual(verdict(rounds(960, 1_050)), []);
  assert.match(verdict(rounds(960, 1_080))[0], /audio of a two-person call: no verdict, without Sotto its rounds are 2.5 ms apart/);
});
