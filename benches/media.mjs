// Takes the time of the wasm benchmark, prints it as a table and holds it to its bounds.
// Run by `cargo xtask bench media`, which passes the built module.

import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { median } from './lib/numbers.mjs';

/**
 * @typedef {'seal' | 'open' | 'both'} Kind
 * @typedef {'sotto' | 'bare' | 'mls'} Name
 * @typedef {{seal: (size: number, n: number) => void, open: () => void}} Way
 * @typedef {Record<Name, Record<Kind, number[]>>} Samples
 * @typedef {ReturnType<typeof row>} Row
 */

/** @type {Name[]} */
const NAMES = ['sotto', 'bare', 'mls'];
const SIZES = [100, 1_000, 10_000];
const REPEATS = 25;
/** A frame is sealed once and opened once, an MLS message made once and processed once. @type {Kind[]} */
const KINDS = ['seal', 'open', 'both'];
const BATCH_MS = 20;
const BOUNDS = { bareAt1k: 1.5, mlsAt100: 50 };

const { Bench } = createRequire(import.meta.url)(process.argv[2]);
const bench = new Bench();

/** @type {Record<Name, Way>} */
const WAYS = {
  sotto: { seal: (size, n) => bench.seal(size, n), open: () => bench.open() },
  bare: { seal: (size, n) => bench.bareSeal(size, n), open: () => bench.bareOpen() },
  mls: { seal: (size, n) => bench.mlsSeal(size, n), open: () => bench.mlsOpen() },
};

/** @param {Way} way @param {number} size */
const rounds = (way, size) => {
  const start = performance.now();
  way.seal(size, 8);
  way.open();
  const each = (performance.now() - start) / 8;
  return Math.max(8, Math.min(2_000, Math.round(BATCH_MS / each)));
};

/** @param {number} n @param {() => void} act @returns {number} microseconds for each of the n */
const timed = (n, act) => {
  const start = performance.now();
  act();
  return ((performance.now() - start) * 1000) / n;
};

/**
 * The ways take turns, so that a machine that slows down slows all of them down.
 * @param {number} size
 */
const measure = (size) => {
  const empty = () => ({ seal: [], open: [], both: [] });
  /** @type {Samples} */
  const samples = { sotto: empty(), bare: empty(), mls: empty() };
  const plan = NAMES.map((name) => ({ name, way: WAYS[name], n: rounds(WAYS[name], size) }));
  for (let repeat = 0; repeat < REPEATS; repeat += 1) {
    for (const { name, way, n } of plan) {
      const seal = timed(n, () => way.seal(size, n));
      const open = timed(n, () => way.open());
      samples[name].seal.push(seal);
      samples[name].open.push(open);
      samples[name].both.push(seal + open);
    }
  }
  return samples;
};

/** @param {number} size @param {Kind} kind @param {Samples} samples */
const row = (size, kind, samples) => {
  const [sotto, bare, mls] = NAMES.map((name) => median(samples[name][kind]));
  return { size, kind, sotto, bare, mls, overBare: sotto / bare, mlsOver: mls / sotto };
};

const rows = SIZES.flatMap((size) => {
  const samples = measure(size);
  return KINDS.map((kind) => row(size, kind, samples));
});

/** @param {Row} r */
const cells = (r) => [
  `${r.size} B`, r.kind, r.sotto.toFixed(1), r.bare.toFixed(1), r.mls.toFixed(0),
  `${r.overBare.toFixed(2)}x`, `${r.mlsOver.toFixed(0)}x`,
];
const table = [['frame', '', 'Sotto', 'AES-GCM', 'MLS message', 'over bare', 'MLS over Sotto'], ...rows.map(cells)];
const widths = table[0].map((_, column) => Math.max(...table.map((line) => line[column].length)));
console.log(`Microseconds per frame in wasm, median of ${REPEATS}; ${cpus()[0].model}, Node ${process.version}`);
for (const line of table) console.log(line.map((cell, i) => cell.padStart(widths[i])).join('  '));

const misses = [
  ...rows.filter((r) => r.size === 1_000 && r.overBare > BOUNDS.bareAt1k)
    .map((r) => `${r.kind} of 1 kB costs ${r.overBare.toFixed(2)} times the bare call; the bound is ${BOUNDS.bareAt1k}`),
  ...rows.filter((r) => r.size === 100 && r.kind === 'both' && r.mlsOver < BOUNDS.mlsAt100)
    .map((r) => `the whole way of 100 B is only ${r.mlsOver.toFixed(0)} times cheaper than an MLS message; the bound is ${BOUNDS.mlsAt100}`),
];
for (const miss of misses) console.error(`missed: ${miss}`);
process.exitCode = misses.length > 0 ? 1 : 0;
