// Where WebCrypto would be cheaper than wasm: one frame sealed and opened, in a SharedWorker of an
// extension as the core's is, with an idle second core and with a busy one. Wall time is what a
// frame waits; CPU is what all processes of the browser used for it.
// Run by `cargo xtask bench media`, which passes the extension that it made.

import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { startBrowser } from '../tests/lib/browser.mjs';
import { cpuOf } from './lib/cpu.mjs';
import { median } from './lib/numbers.mjs';

/**
 * @typedef {{name: string, way: 'wasm' | 'subtle', atOnce: number}} Way
 * @typedef {{wall: number, cpu: number}} Cost microseconds for each frame
 */

const QUICK = process.argv.includes('--quick');
const SIZES = QUICK ? [100, 1_000, 10_000] : [100, 1_000, 3_000, 10_000, 30_000, 100_000];
/** The system counts CPU in steps of 10 ms. */
const BYTES_A_ROUND = 8_000_000;
const MAX_ROUNDS = 4_000;
const REPEATS = QUICK ? 1 : 5;

/** @type {Way[]} */
const WAYS = [
  { name: 'wasm', way: 'wasm', atOnce: 1 },
  { name: 'WebCrypto', way: 'subtle', atOnce: 1 },
  { name: 'four at once', way: 'subtle', atOnce: 4 },
];

const browser = await startBrowser({
  program: process.env.CHROME ?? '/usr/bin/chromium',
  extension: process.argv[2],
  devices: { camera: '', microphone: '' },
  headless: true,
});
const page = browser.context.pages()[0];
await page.goto(`${browser.extension}/page.html`);
const cpuSeconds = await cpuOf(browser);

/** @param {Way} way @param {number} size @returns {Promise<Cost>} */
async function measure({ way, atOnce }, size) {
  const rounds = Math.min(MAX_ROUNDS, Math.round(BYTES_A_ROUND / size));
  const before = await cpuSeconds();
  const wall = await page.evaluate(
    (task) => /** @type {any} */ (window).take(task),
    { way, size, rounds, atOnce },
  );
  const cpu = await cpuSeconds() - before;
  return { wall: wall * 1e3 / rounds, cpu: cpu * 1e6 / rounds };
}

/** The ways take turns, so that a machine that slows down slows all of them. @param {number} size */
async function row(size) {
  /** @type {Cost[][]} */
  const costs = WAYS.map(() => []);
  for (let repeat = 0; repeat <= REPEATS; repeat += 1) {
    for (const [n, way] of WAYS.entries()) {
      const cost = await measure(way, size);
      if (repeat > 0) costs[n].push(cost);
    }
  }
  return costs.map((of) => ({ wall: median(of.map(({ wall }) => wall)), cpu: median(of.map(({ cpu }) => cpu)) }));
}

/** @param {number} size @param {Cost[]} costs */
const line = (size, costs) =>
  [`${size} B`, ...costs.map(({ wall, cpu }) => `${wall.toFixed(0)} / ${cpu.toFixed(0)}`)]
    .map((cell) => cell.padStart(14))
    .join('');

async function table() {
  console.log(['frame', ...WAYS.map(({ name }) => name)].map((cell) => cell.padStart(14)).join(''));
  for (const size of SIZES) console.log(line(size, await row(size)));
}

console.log(`Sealed and opened in the extension's SharedWorker: microseconds of wall time / CPU, median of ${REPEATS};`);
console.log(`${cpus().length} x ${cpus()[0].model}, ${browser.context.browser()?.version()}`);
await table();
const spinner = spawn(process.execPath, ['-e', 'for (;;);']);
console.log('the same with a second core that is busy');
await table();
spinner.kill();
await browser.close();
