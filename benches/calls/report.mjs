/** The figures as a table, and the bounds that they are held to. */

import { quantile } from '../lib/numbers.mjs';

/** @typedef {import('./measure.mjs').Figures} Figures */

const BOUNDS = { p50: 2, p99: 10, lost: 0.002 };
/** Of sound a browser tells the mean alone. */
const AT_MEDIAN = /** @type {const} */ (['p50']);
const AT_BOTH = /** @type {const} */ (['p50', 'p99']);
const HEAD = [
  'medium', 'streams', 'frames/s', 'bytes',
  'CPU: none', 'identity', 'Sotto', 'over none', 'over identity',
  'delay: none', 'identity', 'Sotto', 'added',
  'lost: none', 'identity', 'Sotto',
];

/** @param {Figures[]} figures @returns {Record<string, Figures>[]} one for each medium and number */
function byRow(figures) {
  /** @type {Map<string, Record<string, Figures>>} */
  const rows = new Map();
  for (const one of figures) {
    const key = `${one.medium} ${one.streams}`;
    rows.set(key, { ...rows.get(key), [one.way]: one });
  }
  return [...rows.values()];
}

/** @param {Figures} one */
const delay = ({ p50, p99 }) => (Number.isNaN(p99) ? p50.toFixed(1) : `${p50.toFixed(1)}, ${p99.toFixed(0)}`);
/** @param {Figures} one */
const lost = ({ lost: count, sent }) => ((count / sent) * 1000).toFixed(1);

/** @param {Record<string, Figures>} row */
function cells({ none, identity, sotto }) {
  const ways = [none, identity, sotto];
  return [
    none.medium, none.streams, none.streams * none.rate, sotto.frame,
    ...ways.map(({ cpu }) => cpu.toFixed(0)), `${(sotto.cpu / none.cpu).toFixed(2)}x`, `${(sotto.cpu / identity.cpu).toFixed(2)}x`,
    ...ways.map(delay), (sotto.p50 - none.p50).toFixed(1),
    ...ways.map(lost),
  ].map(String);
}

/** @param {Figures[]} figures @param {string} machine */
export function table(figures, machine) {
  const lines = [HEAD, ...byRow(figures).map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  const text = lines.map((line) => line.map((cell, n) => cell.padStart(widths[n])).join('  '));
  return [machine, '', ...text].join('\n');
}

/** @param {number[]} waits */
export const waiting = (waits) =>
  `A received picture waits ${quantile(waits, 0.5).toFixed(1)} ms at the median, ${quantile(waits, 0.99).toFixed(1)} ms at p99, until the browser gives it to any transform.`;

/** @param {Figures[]} figures @param {number[]} waits @param {string} machine */
export const document = (figures, waits, machine) => `# What media costs

Written by \`cargo xtask bench media\`, which measures it again and holds it to its bounds. Other
work on the machine makes all of it larger; what compares is what stands in one row.

\`\`\`
${table(figures, machine)}
\`\`\`

![The same as curves](media.svg)

- **CPU** is what all processes of the receiving browser used for each frame, in microseconds. It has a
  part that doesn't grow with the streams, so a frame is cheaper where there are more.
- **Delay** of video is the time from the picture being drawn to the decoded picture being handed to
  the page, median and p99, in milliseconds, by a clock that is drawn into the picture. Of audio it
  is the time in the receiver's jitter buffer.
- **Lost**, of 1,000 frames, is what was sent and never decoded; of sound, what the receiver made up in
  place of samples that it hadn't.
- **none** is a browser without Sotto, **identity** one with Sotto switched off (its hook and its pump, and
  no core), **Sotto** one with Sotto on.

How it is measured: three pairs of browsers stand ready on one machine, and take turns at each number
of streams, in another order each time. In a pair the first sends and the second plays; of one stream
each way at 1. The pictures are noise of 320 by 180 with the bitrate of 720p (8,000 bytes a frame) and
1080p (16,000 bytes a frame): frames have about the size that they have in a call, and two cores can
also encode them. The frame rate falls with the number of streams, to what two cores can also encode
and carry: \`frames/s\` is of all streams together, \`bytes\` what the encoder made of a frame. Audio is
Opus at its full 50 frames a second.

What **identity** adds over **none** is the browser's own way through a transform and its worker; what
**Sotto** adds over **identity** is the way to the core and back, and the cipher.

${waiting(waits)}
(By a page without Sotto whose transform passes frames on, and compares the clock with their
\`receiveTime\`.) Chromium hands received pictures to transforms, and to decoders, at the ticks of a clock
of 64 Hz; without a transform a picture waits for one tick, with any it waits for one and may miss the
next while it is under way. So the delay of **identity** over **none** is none of a transform's code; what
is later with **Sotto** than that is Sotto's.

${missedOf(figures)}

Bounds: sound and 720p of a two-person call at most ${BOUNDS.p50} ms later at the median and ${BOUNDS.p99} ms at p99 (of pictures) than
without any transform; at 25 streams no more frames lost than without, within ${BOUNDS.lost * 1000} of 1,000.
`;

/** @param {Figures[]} figures */
function missedOf(figures) {
  const missed = misses(figures);
  return missed.length === 0 ? 'In this run all bounds held.' : `In this run was missed: ${missed.join('; ')}.`;
}

/** @param {Figures[]} figures */
export function misses(figures) {
  return byRow(figures).flatMap(({ none, identity, sotto }) => [
    ...(none.medium !== '1080p' && none.streams === 1 ? later(none, identity, sotto) : []),
    ...(none.streams === 25 ? dropped(none, sotto) : []),
  ]);
}

/** What differs by more than the bound from itself can't be held to it. @param {Figures} none @param {Figures} identity @param {Figures} sotto */
const later = (none, identity, sotto) =>
  none.apart > BOUNDS.p50
    ? [`${none.medium} of a two-person call: no verdict, without Sotto its rounds are ${none.apart.toFixed(1)} ms apart; the bound is ${BOUNDS.p50}`]
    : added(none, identity, sotto);

/** @param {Figures} none @param {Figures} identity @param {Figures} sotto */
const added = (none, identity, sotto) =>
  (none.medium === 'audio' ? AT_MEDIAN : AT_BOTH)
    .map((at) => ({ at, more: sotto[at] - none[at], any: identity[at] - none[at] }))
    .filter(({ at, more }) => !(more <= BOUNDS[at]))
    .map(({ at, more, any }) =>
      `${none.medium} of a two-person call is ${more.toFixed(1)} ms later at ${at}; the bound is ${BOUNDS[at]} (an identity transform alone: ${any.toFixed(1)})`);

/** @param {Figures} none @param {Figures} sotto */
const dropped = (none, sotto) =>
  sotto.lost / sotto.sent > none.lost / none.sent + BOUNDS.lost
    ? [`${sotto.medium}: of 25 streams ${sotto.lost} of ${sotto.sent} frames were lost, ${none.lost} of ${none.sent} without Sotto`]
    : [];
