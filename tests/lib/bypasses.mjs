/** What a story of streams that go past Sotto looks at: when clear frames were seen, and the popup. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from './expect.mjs';

/** Within this a bypass has to end, in milliseconds. */
export const BOUND = 1_000;

/** Page side: whatever is added beside head and body goes at once, Sotto's host among it, until `letCoreBack`. */
export function keepCoreAway() {
  const root = document.documentElement;
  const strip = () => { for (const child of [...root.children]) if (child !== document.head && child !== document.body) child.remove(); };
  const observer = new MutationObserver(strip);
  observer.observe(root, { childList: true });
  strip();
  Object.assign(window, { letCoreBack: () => observer.disconnect() });
}

/** Page side. */
export const letCoreBack = () => /** @type {any} */ (window).letCoreBack();

/** @param {import('./lab.mjs').End} end */
export const bypasses = async (end) =>
  (await end.view()).problems.filter((/** @type {any} */ { code }) => code === 'stream-bypassed');

/**
 * By now it has had its time: the first and the last clear frame are close to each other.
 * @param {import('node:test').TestContext} t @param {() => Promise<number[]>} look when clear frames were seen
 */
export async function hasEnded(t, look) {
  const times = await look();
  const took = Math.round((times.at(-1) ?? 0) - (times[0] ?? 0));
  t.diagnostic(`${times.length} frames in clear, over ${took} ms`);
  assert.ok(took < BOUND, `it ended after ${took} ms`);
  return times;
}

/**
 * Sotto found so many streams with another transform than its own. So there was one, though it may
 * have been undone before the first frame.
 * @param {import('node:test').TestContext} t @param {import('./lab.mjs').End} end
 * @param {() => Promise<number[]>} look when clear frames were seen @param {number} [count]
 */
export async function clearFramesEnd(t, end, look, count = 1) {
  await eventually(() => bypasses(end), ({ length }) => length === count, 'the bypass is found');
  await sleep(BOUND);
  const times = await hasEnded(t, look);
  await sleep(1_000);
  assert.equal((await look()).length, times.length, 'and for good');
  return times;
}
