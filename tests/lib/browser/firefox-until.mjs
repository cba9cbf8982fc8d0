/**
 * Waiting in Firefox: it looks again and again rather than for an event, so that it holds in
 * windows that nobody looks at.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE } from '../patience.mjs';

const PAUSE = 50;

/**
 * @template T
 * @param {() => Promise<T>} look @param {string} wanted @param {number} [timeout]
 * @returns {Promise<T>} what is not falsy
 */
export async function until(look, wanted, timeout = PATIENCE) {
  for (const end = performance.now() + timeout; ; await sleep(PAUSE)) {
    // A document that goes away answers no question; the next one does.
    const found = await look().catch((error) => (isOfLeaving(error) ? null : Promise.reject(error)));
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited ${timeout} ms for ${wanted}`);
  }
}

/** @param {Error} error */
const isOfLeaving = ({ message }) => /detached|destroyed|no such frame|discarded|Cannot find context/i.test(message);
