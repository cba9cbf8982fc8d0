/** The table of media: what was not played is told from what failed. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table } from '../lib/scenarios/table.mjs';

test('each cell says what became of it, or that it was not played', () => {
  const table = new Table(['mute', 'rollback'], [{ video: 'VP8', audio: 'opus' }]);
  for (const codec of ['VP8', 'opus']) table.begin('mute', codec);
  table.pass('mute', 'VP8');
  table.begin('rollback', 'VP8');
  table.refuse('rollback', 'VP8', 'refused');
  table.pass('rollback', 'VP8');
  assert.deepEqual(table.toString().split('\n').map((line) => line.split(/ {2,}/)), [
    ['', 'VP8', 'opus'],
    ['mute', 'passed', 'FAILED'],
    ['rollback', 'refused', 'not played'],
  ]);
});
