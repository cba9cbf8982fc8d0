// What Sotto costs in calls in a real browser, beside an identity transform and beside none: CPU
// and delay for each frame, and what is lost, at 1 to 50 remote streams. The three take turns, so
// that a machine that slows down slows all of them. Prints a table, writes the figures for the
// curves, and holds them to the bounds. Run by `cargo xtask bench media`, which passes where to.

import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { measure } from './calls/measure.mjs';
import { Pair } from './calls/pair.mjs';
import { document, misses, table } from './calls/report.mjs';
import { serve } from './calls/serve.mjs';

const QUICK = process.argv.includes('--quick');
const SECONDS = QUICK ? 2 : 6;
const STREAMS = QUICK ? [1, 25] : [1, 5, 25, 50];
const OUT = process.argv[2];
const DOCUMENT = join(import.meta.dirname, '../docs/media.md');

/** Rates at which two cores can also encode, send and receive. @type {import('./calls/measure.mjs').Medium[]} */
const MEDIA = [
  { name: 'audio', kind: 'audio', rates: { 1: 50, 5: 50, 25: 50, 50: 50 } },
  { name: '720p', kind: 'video', frame: 8_000, rates: { 1: 30, 5: 30, 25: 10, 50: 5 } },
  { name: '1080p', kind: 'video', frame: 16_000, rates: { 1: 30, 5: 15, 25: 4, 50: 2 } },
];
/** @type {import('./calls/pair.mjs').Way[]} */
const WAYS = ['none', 'identity', 'sotto'];

/** @param {Pair[]} pairs @param {import('./calls/measure.mjs').Medium} medium */
async function measureAll(pairs, medium) {
  const found = [];
  for (const [turn, streams] of STREAMS.entries()) {
    for (let n = 0; n < pairs.length; n += 1) {
      const pair = pairs[(turn + n) % pairs.length];
      const figures = await measure(pair, medium, streams, SECONDS);
      console.error(`${medium.name}, ${streams} streams, ${pair.way}: ${figures.played} of ${figures.sent} played`);
      found.push(figures);
    }
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
const figures = [];
let kind = '';
for (const medium of MEDIA) {
  if (medium.kind !== kind) for (const pair of pairs) await pair.call(medium.kind, Math.max(...STREAMS));
  kind = medium.kind;
  figures.push(...(await measureAll(pairs, medium)));
}
await Promise.all(pairs.map((pair) => pair.close()));
server.close();

writeFileSync(OUT, JSON.stringify({ machine, figures }));
if (!QUICK) writeFileSync(DOCUMENT, document(figures, machine));
console.log(table(figures, machine));
const missed = misses(figures);
for (const miss of missed) console.error(`missed: ${miss}`);
process.exitCode = missed.length > 0 ? 1 : 0;
