/**
 * One measurement: so many streams flow for a while between the ends of a pair, in one round or in
 * several, which count as one.
 */

import { quantile } from '../lib/numbers.mjs';

/**
 * @typedef {{name: string, kind: 'audio' | 'video', frame?: number, rates: Record<number, number>,
 *   rounds?: Record<number, number>}} Medium
 * @typedef {{cpu: number, ages: number[], sent: number, bytes: number, played: number, emitted: number, buffered: number,
 *   concealed: number}} Round `concealed`: the share of its samples that a receiver of sound made up
 * @typedef {{medium: string, streams: number, way: import('./pair.mjs').Way, rate: number, frame: number,
 *   sent: number, played: number, lost: number, cpu: number, p50: number, p99: number, apart: number}} Figures
 *   `apart`: how far the medians of its rounds are from each other
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
 * @returns {Promise<Round>}
 */
export async function measure(pair, medium, streams, seconds) {
  const rate = medium.rates[streams];
  const bitrate = medium.frame && medium.frame * 8 * rate;
  const before = await state(pair);
  await pair.ask(1, 'start', streams === 1 ? 1 : 0, rate, bitrate);
  await pair.ask(0, 'start', streams, rate, bitrate);
  await pause(SETTLE_MS);
  await pair.ask(1, 'takeAges');
  const heard = await pair.ask(1, 'counts');
  const [settled, started] = [await pair.ends[1].cpu(), performance.now()];
  await pause(seconds * 1000);
  const cpu = (await pair.ends[1].cpu() - settled) / (performance.now() - started);
  const ages = await pair.ask(1, 'takeAges');
  const concealed = share(heard, await pair.ask(1, 'counts'));
  await Promise.all([0, 1].map((end) => pair.ask(end, 'stop')));
  await pause(DRAIN_MS);
  const after = await state(pair);
  const [sent, bytes, played, emitted, buffered] = after.map((value, n) => value - before[n]);
  return { cpu, ages, sent, bytes, played, emitted, buffered, concealed };
}

/** @typedef {{concealed: number, samples: number}} Heard */

/** While it is sent; when nothing comes any more all is made up. @param {Heard} before @param {Heard} after */
const share = (before, after) => (after.concealed - before.concealed) / Math.max(1, after.samples - before.samples);

/** @param {import('./pair.mjs').Pair} pair @returns {Promise<number[]>} */
async function state(pair) {
  const [sender, receiver] = await Promise.all([0, 1].map((end) => pair.ask(end, 'counts')));
  return [sender.sent, sender.sentBytes, receiver.played, receiver.emitted, receiver.buffered];
}

/** Of sound the mean. @param {boolean} isVideo @param {Round[]} rounds */
const median = (isVideo, rounds) => (isVideo ? quantile(rounds.flatMap(({ ages }) => ages), 0.5) : meanBuffered(rounds));

/** @param {Round[]} rounds */
function meanBuffered(rounds) {
  const sum = (/** @type {'buffered' | 'emitted'} */ of) => rounds.reduce((all, round) => all + round[of], 0);
  return (sum('buffered') / sum('emitted')) * 1000;
}

/**
 * @param {import('./pair.mjs').Way} way @param {Medium} medium
 * @param {number} streams @param {Round[]} rounds
 * @returns {Figures}
 */
export function figures(way, medium, streams, rounds) {
  const total = (/** @type {Exclude<keyof Round, 'ages'>} */ of) => rounds.reduce((sum, round) => sum + round[of], 0);
  const [sent, rate] = [total('sent'), medium.rates[streams]];
  const ages = rounds.flatMap((round) => round.ages);
  const isVideo = medium.kind === 'video';
  const medians = rounds.map((round) => median(isVideo, [round]));
  const played = isVideo ? total('played') : Math.round(sent * (1 - total('concealed') / rounds.length));
  return {
    medium: medium.name,
    streams,
    way,
    rate,
    frame: Math.round(total('bytes') / sent),
    sent,
    played,
    lost: Math.max(0, sent - played),
    cpu: (total('cpu') / rounds.length * 1e9) / (streams * rate),
    p50: median(isVideo, rounds),
    p99: isVideo ? quantile(ages, 0.99) : NaN,
    apart: Math.max(...medians) - Math.min(...medians),
  };
}
