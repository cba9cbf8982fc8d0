/**
 * A lab: two people with Sotto on a page that a test leads step by step, and, where it is asked
 * for, a third without Sotto who stands between them. The page side is in `lab/`.
 */

import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { eventually, turnOn } from './expect.mjs';
import { listen, originOf } from './listen.mjs';
import { Participant } from './participant.mjs';
import { EXTENSION, FOLDER, browserOf } from './stage.mjs';

/** @typedef {import('./lab/page.mjs').Lab} PageLab */
/** @typedef {{sealed: number, opened: number, failed: number, dropped: number, unsealed: number}} Stats */

/** One person of a lab. */
export class End {
  /** @param {Participant} person */
  constructor(person) {
    this.person = person;
    this.colour = person.looks.colour;
    this.pitch = person.looks.pitch;
  }

  /**
   * Runs a function in the page.
   * @template T, A
   * @param {(lab: PageLab, detail: A) => T} act @param {A} [detail]
   * @returns {Promise<Awaited<T>>}
   */
  do(act, detail) {
    return this.person.page.evaluate(`(${act})(window.lab, ${JSON.stringify(detail)})`);
  }

  /** @returns {Promise<any>} */
  view() {
    return this.person.popup.view();
  }

  /** What arrives is what the other sends. @param {End} other @param {string} name @param {{colour?: boolean | number[], pitch?: boolean, nth?: number}} [what] */
  perceives(other, name, { colour = true, pitch = true, nth = 0 } = {}) {
    const wanted = {
      colour: colour === true ? other.colour : colour || undefined,
      pitch: pitch ? other.pitch : undefined,
      nth,
    };
    return this.do((lab, { call, ...rest }) => lab.perceives(call, rest), { call: name, ...wanted });
  }
}

export class Lab {
  /** @param {import('node:http').Server} server @param {Participant[]} people */
  constructor(server, people) {
    this.server = server;
    this.people = people;
    const [near, far] = people.map((person) => new End(person));
    this.near = near;
    this.far = far;
    this.forwarder = people[2]?.page;
  }

  /** @param {{between?: boolean, before?: (person: Participant) => Promise<unknown>}} [how] `between`: with a forwarder */
  static async open({ between = false, before = async () => {} } = {}) {
    const server = await serve();
    const names = between ? ['near', 'far', 'between'] : ['near', 'far'];
    const people = await Promise.all(names.map((name, index) => start(name, index, name === 'between')));
    await Promise.all(people.map(before));
    const lab = new Lab(server, people);
    await lab.load();
    return lab;
  }

  get ends() {
    return [this.near, this.far];
  }

  get base() {
    return `${originOf(this.server)}/`;
  }

  async load() {
    const { near, far, forwarder } = this;
    for (const { page } of this.people) await page.goto(this.base);
    if (forwarder) await this.standBetween(forwarder);
    await this.equip(near, false, (signal) => (forwarder ? tell(forwarder, signal, 0) : hear(far, signal)));
    await this.equip(far, true, (signal) => (forwarder ? tell(forwarder, signal, 1) : hear(near, signal)));
  }

  /** @param {End} end @param {boolean} polite @param {(signal: object) => unknown} send */
  equip({ person, colour, pitch }, polite, send) {
    return equip(person.page, { polite, colour, pitch }, send);
  }

  /** @param {import('playwright-core').Page} page */
  async standBetween(page) {
    const ends = [this.near, this.far];
    await page.exposeFunction('sendSignal', (/** @type {number} */ side, /** @type {object} */ signal) =>
      hear(ends[side], { name: 'call', ...signal }));
    await this.standAnew(page);
  }

  /** All connections end, and who stands between is ready for others. */
  async restart() {
    await Promise.all([this.near, this.far].map((end) => end.do((page) => page.closeAll())));
    if (this.forwarder) await this.standAnew(this.forwarder);
  }

  /** @param {import('playwright-core').Page} page */
  async standAnew(page) {
    await page.evaluate(`import('/forwarder.mjs').then(({ Forwarder }) => { window.forwarder?.close(); window.forwarder = new Forwarder(window.sendSignal); })`);
  }

  /** Whether the browser has a codec. @param {'audio' | 'video'} kind @param {string} codec */
  has(kind, codec) {
    return this.near.do((lab, wanted) => lab.has(wanted.kind, wanted.codec), { kind, codec });
  }

  /** Both turn Sotto on; it works once something connects them. */
  async turnOn() {
    await turnOn(this.people.slice(0, 2));
  }

  /** Both are in one group. */
  async joined() {
    const both = () => Promise.all([this.near, this.far].map(async (end) => (await end.view()).members.length));
    await eventually(both, (counts) => counts.every((count) => count === 2), 'they share a group');
  }

  async close() {
    await Promise.all(this.people.map((person) => person.close()));
    this.server.close();
  }
}

/** @param {string} name @param {number} index @param {boolean} without */
export function start(name, index, without) {
  return Participant.start({ ...browserOf(index), extension: without ? null : EXTENSION, folder: FOLDER, index, name });
}

/**
 * @param {import('playwright-core').Page} page
 * @param {{polite: boolean, colour: [number, number, number], pitch: number}} self @param {(signal: object) => unknown} send
 */
export async function equip(page, self, send) {
  await page.exposeFunction('sendSignal', send);
  await page.evaluate(`import('/page.mjs').then(async ({ Lab, prepareSound }) => {
    await prepareSound();
    window.lab = new Lab(${JSON.stringify(self)}, window.sendSignal);
  })`);
}

/** A page that is closing hears nothing more. @param {End} end @param {object} signal */
export const hear = ({ person }, signal) => person.page.evaluate((heard) => /** @type {any} */ (window).lab.receive(heard), signal).catch(() => {});

/** @param {import('playwright-core').Page} page @param {object} signal @param {number} side */
const tell = (page, signal, side) =>
  page.evaluate(([from, said]) => /** @type {any} */ (window).forwarder.receive(from, said), /** @type {const} */ ([side, signal])).catch(() => {});

/** The blank page and the modules of `lab/`. @returns {Promise<import('node:http').Server>} */
export async function serve() {
  const server = createServer(async ({ url }, response) => {
    const module = /^\/([a-z-]+\.mjs)$/.exec(url ?? '')?.[1];
    response.setHeader('content-type', module ? 'text/javascript' : 'text/html');
    response.end(module ? await readFile(join(import.meta.dirname, 'lab', module)) : '<!doctype html><title>Lab</title><body>');
  });
  await listen(server);
  return server;
}
