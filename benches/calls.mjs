// What Sotto costs in calls in a real browser, beside an identity transform and beside none: CPU
// and delay for each frame, and what is lost, at 1 to 50 remote streams. The three take turns, so
// that a machine that slows down slows all of them. Prints a table, writes the figures for the
// curves, and holds them to the bounds. Run by `cargo xtask bench media`, which passes where to.

import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { figures, measure } from './calls/measure.mjs';
import { Pair } from './calls/pair.mjs';
import { document, misses, table, waiting } from './calls/report.mjs';
import { serve } from './calls/serve.mjs';

const QUICK = process.argv.includes('--quick');
const SECONDS = QUICK ? 2 : 6;
const STREAMS = QUICK ? [1, 25] : [1, 5, 25, 50];
const OUT = process.argv[2];
/** Of what a bound of 2 ms is held to, so that it isn't a matter of luck. */
const ROUNDS = QUICK ? 1 : 4;
const DOCUMENT = join(import.meta.dirname, '../docs/media.md');

/** Rates at which two cores can also encode, send and receive. @type {import('./calls/measure.mjs').Medium[]} */
const MEDIA = [
  { name: 'audio', kind: 'audio', rates: { 1: 50, 5: 50, 25: 50, 50: 50 }, rounds: { 1: ROUNDS } },
  { name: '720p', kind: 'video', frame: 8_000, rates: { 1: 30, 5: 30, 25: 10, 50: 5 }, rounds: { 1: ROUNDS } },
  { name: '1080p', kind: 'video', frame: 16_000, rates: { 1: 30, 5: 15, 25: 4, 50: 2 } },
];
/** @type {import('./calls/pair.mjs').Way[]} */
const WAYS = ['none', 'identity', 'sotto'];

/** @param {Pair[]} pairs @param {import('./calls/measure.mjs').Medium} medium */
async function measureAll(pairs, medium) {
  const found = [];
  for (const [turn, streams] of STREAMS.entries()) {
    const rounds = pairs.map(() => /** @type {import('./calls/measure.mjs').Round[]} */ ([]));
    for (let n = 0; n < pairs.length * (medium.rounds?.[streams] ?? 1); n += 1) {
      const next = (turn + n) % pairs.length;
      rounds[next].push(await measure(pairs[next], medium, streams, SECONDS));
    }
    const row = pairs.map(({ way }, n) => figures(way, medium, streams, rounds[n]));
    for (const { way, played, sent } of row) console.error(`${medium.name}, ${streams} streams, ${way}: ${played} of ${sent} played`);
    found.push(...row);
  }
  return found;
}

const server = await serve();
const stage = {
  program: process.env.CHROME ?? '/usr/bin/chromium',
  extension: process.env.SOTTO_EXTENSION ?? join(import.meta.dirname, '../target/extension'),
  base: server.base,
};
const pairs = await Promise.all(WAYS.map((way) => Pair.start(way, stage)));
const busy = loadavg()[0].toFixed(1);
const version = pairs[0].ends[0].browser.context.browser()?.version();
const machine = `${cpus().length} x ${cpus()[0].model}, Chromium ${version}; load before: ${busy}`;
/** @type {import('./calls/measure.mjs').Figures[]} */
const found = [];
let kind = '';
for (const medium of MEDIA) {
  if (medium.kind !== kind) for (const pair of pairs) await pair.call(medium.kind, Math.max(...STREAMS));
  kind = medium.kind;
  found.push(...(await measureAll(pairs, medium)));
}
// How long received frames wait for any transform: no part of it is Sotto's.
await pairs[0].call('video', 1);
const waits = await pairs[0].ask(0, 'waits', SECONDS);
await Promise.all(pairs.map((pair) => pair.close()));
server.close();

writeFileSync(OUT, JSON.stringify({ machine, figures: found }));
if (!QUICK) writeFileSync(DOCUMENT, document(found, waits, machine));
console.log(table(found, machine));
console.log(waiting(waits));
const missed = misses(found);
for (const miss of missed) console.error(`missed: ${miss}`);
process.exitCode = missed.length > 0 ? 1 : 0;
