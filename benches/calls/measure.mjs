/** One measurement: so many streams flow for a while between the ends of a pair. */

import { quantile } from '../lib/numbers.mjs';

/**
 * @typedef {{name: string, kind: 'audio' | 'video', frame?: number, rates: Record<number, number>}} Medium
 * @typedef {{medium: string, streams: number, way: import('./pair.mjs').Way, rate: number, frame: number,
 *   sent: number, played: number, lost: number, cpu: number, p50: number, p99: number}} Figures
 */

/** Until the encoders have found their rate. */
const SETTLE_MS = 1_500;
/** For what is on its way. */
const DRAIN_MS = 700;

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/**
 * @param {import('./pair.mjs').Pair} pair @param {Medium} medium
 * @param {number} streams @param {number} seconds
 * @returns {Promise<Figures>}
 */
export async function measure(pair, medium, streams, seconds) {
  const rate = medium.rates[streams];
  const bitrate = medium.frame && medium.frame * 8 * rate;
  const before = await state(pair);
  await pair.ask(1, 'start', streams === 1 ? 1 : 0, rate, bitrate);
  await pair.ask(0, 'start', streams, rate, bitrate);
  await pause(SETTLE_MS);
  await pair.ask(1, 'takeAges');
  const [settled, started] = [await pair.ends[1].cpu(), performance.now()];
  await pause(seconds * 1000);
  const cpu = (await pair.ends[1].cpu() - settled) / (performance.now() - started);
  const ages = await pair.ask(1, 'takeAges');
  await Promise.all([0, 1].map((end) => pair.ask(end, 'stop')));
  await pause(DRAIN_MS);
  return figures({ pair, medium, streams, rate, cpu, ages, before, after: await state(pair) });
}

/** @param {import('./pair.mjs').Pair} pair */
async function state(pair) {
  const [sender, receiver] = await Promise.all([0, 1].map((end) => pair.ask(end, 'counts')));
  return { sender, receiver };
}

/** @param {any} measured @returns {Figures} */
function figures({ pair, medium, streams, rate, cpu, ages, before, after }) {
  const [sent, bytes] = ['sent', 'sentBytes'].map((of) => after.sender[of] - before.sender[of]);
  const { played, emitted, buffered } = Object.fromEntries(
    ['played', 'emitted', 'buffered'].map((of) => [of, after.receiver[of] - before.receiver[of]]),
  );
  const inBuffer = (buffered / emitted) * 1000;
  const isVideo = medium.kind === 'video';
  return {
    medium: medium.name,
    streams,
    way: pair.way,
    rate,
    frame: Math.round(bytes / sent),
    sent,
    played,
    lost: Math.max(0, sent - played),
    cpu: (cpu * 1e9) / (streams * rate),
    p50: isVideo ? quantile(ages, 0.5) : inBuffer,
    p99: isVideo ? quantile(ages, 0.99) : NaN,
  };
}
