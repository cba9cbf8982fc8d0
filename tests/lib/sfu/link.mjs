/**
 * A bad network between browsers and the SFU: the program of `link/`, which takes the SFU's place and
 * does to each person's packets what it is told. All its chance follows from a seed.
 */

import { execFileSync, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { VIDEO_ROOM } from './video-room.mjs';

/**
 * @typedef {import('../participant.mjs').Participant} Participant
 * @typedef {{loss?: number, bursts?: {begin: number, end: number}, twice?: number, delay?: number, jitter?: number,
 *   reorder?: boolean, rate?: number, queue?: number, cut?: boolean}} Faults shares, milliseconds and kbit/s
 * @typedef {{came: number, lost: number, cut: number, full: number, arrived: number}} Counts
 * @typedef {{up: Counts, down: Counts}} BothWays
 */

const PROGRAM = process.env.SOTTO_LINK ?? resolve(import.meta.dirname, '../../../target/debug/link');

/** Where browsers take the SFU to be, where it is, and its ports. */
export const PLACE = { at: '10.99.1.2', to: '10.99.1.1', first: 20_000, last: 20_299 };

/**
 * The SFU's side, an interface that leads nowhere: what is sent from it to a browser's own address, as ICE
 * would try, doesn't get past the link. Chromium takes none of this name for its own.
 */
const SIDE = ['link add vmnet0 type veth peer name vmnet1', `address add ${PLACE.to}/24 dev vmnet0`, `address add ${PLACE.at}/24 dev vmnet0`,
  'link set vmnet0 up addrgenmode none', 'link set vmnet1 up addrgenmode none'];

export class Link {
  /** @param {import('node:child_process').ChildProcess} process */
  constructor(process) {
    this.process = process;
    const lines = createInterface({ input: /** @type {import('node:stream').Readable} */ (process.stdout) });
    this.answers = lines[Symbol.asyncIterator]();
  }

  /** Before the SFU and the browsers start, which look for interfaces then. @param {number} seed */
  static async start(seed) {
    execFileSync('ip', ['-batch', '-'], { input: SIDE.join('\n') });
    const words = Object.entries({ seed, ...PLACE }).map(([name, value]) => `--${name}=${value}`);
    const link = new Link(spawn(PROGRAM, words, { stdio: ['pipe', 'pipe', 'inherit'] }));
    await link.answer();
    return link;
  }

  /** What befalls everybody's packets, or somebody's, both ways. @param {Faults} faults @param {Participant} [person] */
  set(faults, person) {
    return this.ask({ set: { who: person?.name ?? null, way: null, faults } });
  }

  /** Which ports are whose; to be said again when somebody has made new connections. @param {Participant[]} people */
  async know(people) {
    for (const { name, page } of people) {
      const ports = await VIDEO_ROOM.portsOf(page);
      if (ports.length === 0) throw new Error(`${name} has no connection that is up`);
      await this.ask({ own: { who: name, ports } });
    }
  }

  /** What became of somebody's packets, since then. @param {Participant} person @param {BothWays} [since] @returns {Promise<BothWays>} */
  async countsOf({ name }, since) {
    const { up, down } = (await this.ask('report'))[name];
    return { up: difference(up, since?.up), down: difference(down, since?.down) };
  }

  /** @param {unknown} command */
  async ask(command) {
    this.process.stdin?.write(`${JSON.stringify(command)}\n`);
    const answer = JSON.parse(await this.answer());
    if (answer.error) throw new Error(`the link refuses ${JSON.stringify(command)}: ${answer.error}`);
    return answer;
  }

  async answer() {
    const { value, done } = await this.answers.next();
    if (done) throw new Error('the link has ended');
    return value;
  }

  close() {
    this.process.stdin?.end();
  }
}

/** @param {Counts} counts @param {Counts} [earlier] @returns {Counts} */
function difference(counts, earlier) {
  const entries = /** @type {[keyof Counts, number][]} */ (Object.entries(counts));
  return /** @type {any} */ (Object.fromEntries(entries.map(([name, count]) => [name, count - (earlier?.[name] ?? 0)])));
}
