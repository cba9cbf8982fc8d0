/** What heals on bad networks, and how fast: as text, and as docs/networks.md once all of it was measured. */

import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join, resolve } from 'node:path';
import { CAST, FOLDER } from '../stage.mjs';

/**
 * @typedef {import('./link.mjs').Counts} Counts
 * @typedef {{picture: number | null, sound: number | null}} Perceived milliseconds until all see and hear all, if they did
 * @typedef {{joins: number[], perceived: Perceived, up: Counts, down: Counts}} Joined in milliseconds, from the quickest
 * @typedef {{without: Perceived | null, group: number, perceived: Perceived}} Cut
 */

const DOCUMENT = resolve(import.meta.dirname, '../../../docs/networks.md');
const LOST = /** @param {Counts} counts */ ({ came, lost, full, cut }) => `${((100 * (lost + full + cut)) / came).toFixed(1)} %`;

export class NetworksTable {
  /** @param {string[]} networks @param {string[]} cuts */
  constructor(networks, cuts) {
    this.busy = loadavg()[0].toFixed(1);
    /** @type {Map<string, Joined | null>} */
    this.networks = new Map(networks.map((name) => [name, null]));
    /** @type {Map<string, Cut | null>} */
    this.cuts = new Map(cuts.map((name) => [name, null]));
  }

  toString() {
    const joined = [...this.networks].map(([name, row]) => [name, ...(row ? joinedCells(row) : ['not measured'])]);
    const cut = [...this.cuts].map(([name, row]) => [name, ...(row ? cutCells(row) : ['not measured'])]);
    const joins = [['network', 'join', 'of five', 'seen', 'heard', 'lost up', 'down'], ...joined];
    const cuts = [['cut off for', 'one group', 'seen', 'heard', 'without Sotto: seen', 'heard'], ...cut];
    return `${aligned(joins)}\n\n${aligned(cuts)}`;
  }

  /** @param {number} seed @param {string} browsers */
  write(seed, browsers) {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(join(FOLDER, 'networks-table.txt'), `${this}\n`);
    const rows = [...this.networks.values(), ...this.cuts.values()];
    if (CAST.includes('firefox') || rows.some((row) => row === null)) return;
    const machine = `${cpus().length} x ${cpus()[0].model}, ${browsers}; load before: ${this.busy}; seed ${seed}`;
    writeFileSync(DOCUMENT, `${HEAD}\n\`\`\`\n${machine}\n\n${this}\n\`\`\`\n${TAIL}`);
  }
}

/** @param {Joined} row */
const joinedCells = ({ joins, perceived: { picture, sound }, up, down }) =>
  [joins[joins.length >> 1], `${joins[0]} to ${joins.at(-1)}`, picture ?? 'never', sound ?? 'never', LOST(up), LOST(down)].map(String);

/** @param {Cut} row */
const cutCells = ({ without, group, perceived: { picture, sound } }) =>
  [group, picture, sound, without?.picture ?? '-', without?.sound ?? '-'].map(String);

/** @param {string[][]} lines */
function aligned(lines) {
  const widths = lines[0].map((_, n) => Math.max(...lines.map((line) => line[n]?.length ?? 0)));
  const cells = (/** @type {string[]} */ line) => line.map((text, n) => (n === 0 ? text.padEnd(widths[n]) : text.padStart(widths[n])));
  return lines.map((line) => cells(line).join('  ').trimEnd()).join('\n');
}

const HEAD = `# Calls on bad networks

Written by \`cargo xtask test networks\`, which measures it again: three people in Chromium call through
Janus, whose demo page knows nothing of Sotto, and all messages of Sotto go along with the frames.
`;

const TAIL = `
Times are milliseconds. Faults are each person's own, and befall each hop: what goes from one to another
meets them on the way up to Janus and again on the way down. So 20 % lost are 36 % between two people, and
200 ms are 400. What goes by UDP has them; the page and Janus's API have none. 300 kbit/s are each
person's up, and as much down, with the packets that would wait for more than 300 ms lost; Janus doesn't fit pictures to
who receives them, so that room asks for 64 kbit/s of each. There alone a picture may stand still (**never**: not within
45 s), and has to move again once the network has room; it wasn't measured without Sotto.

- **join**: somebody turns Sotto on in a call of two who have it on; until it opens frames and all three
  are members for each other. The middle of five, then the quickest and the slowest. Bound where at
  most 5 % are lost one by one: 3,000 at the middle.
- **seen**, **heard**: after the last of these joins, on the same network, until all see the pictures of all move
  (ten frames more) and hear their sounds, which come and go. After a cut: from its end.
- **lost**: of what this person's browser sent or would have got.
- **cut off**: nothing passes between one person and Janus, either way.
  After 30 s Chromium has given the connections up, and Janus's page makes no others, with Sotto or without:
  that person loads the page again and joins.
- **one group**: until all show one safety number again, of three members.
- **without Sotto**: the same cut with Sotto off, which says what the page and the browser need.

In each row with Sotto all six streams of each person end up encrypted with no problem shown, and all share one safety
number. In those with joins, what is sent by who has Sotto off isn't shown to who has it on, nor the other way round;
in those with cuts, neither of the others was told "encrypted" when nothing was opened.
All chance follows from the seed, but not what browsers send and when: \`SOTTO_SEED\` takes another.
`;
