/**
 * What a browser test stands on: the demo's server, people to start, and a folder for what the
 * run leaves behind. `cargo xtask test` names browser and extension; run by hand, a test takes
 * what `cargo xtask build` made.
 */

import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { DEMO } from './call.mjs';
import { Participant } from './participant.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
export const PROGRAM = process.env.CHROME ?? '/usr/bin/chromium';
const PROGRAMS = { chromium: PROGRAM, firefox: process.env.FIREFOX ?? '/usr/bin/firefox-esr' };
/** Who has which, in turn: a story is played in several casts. */
export const CAST = /** @type {BrowserName[]} */ ((process.env.SOTTO_CAST ?? 'chromium').split(','));
export const EXTENSION = process.env.SOTTO_EXTENSION ?? join(ROOT, 'target/extension');
const SERVER = process.env.SOTTO_DEMO ?? join(ROOT, 'target/debug/demo');

/** What a run leaves behind. */
export const FOLDER = join(ROOT, 'target/browser-tests');

/** @param {number} index of a person @returns {{browser: BrowserName, program: string}} */
export function browserOf(index) {
  const browser = CAST[index % CAST.length];
  return { browser, program: PROGRAMS[browser] };
}

/**
 * Why a test can't be done in this cast.
 * @param {string} reason
 * @returns {string | false} what Node's test runner takes
 */
export const notInFirefox = (reason) => CAST.includes('firefox') && reason;

/** @param {string} reason @returns {string | false} */
export const notInChromium = (reason) => CAST.includes('chromium') && reason;

/** @typedef {import('./browser.mjs').BrowserName} BrowserName */
/** @typedef {{name: string, without?: boolean, extension?: string, size?: import('./media.mjs').SizeName, script?: string, kept?: boolean}} Person */

export class Stage {
  /** @param {{close(): unknown}} server @param {string} base @param {import('./call.mjs').CallPage} [callPage] */
  constructor(server, base, callPage = DEMO) {
    this.server = server;
    this.base = base;
    this.callPage = callPage;
    /** @type {Participant[]} */
    this.people = [];
    this.folder = FOLDER;
    mkdirSync(this.folder, { recursive: true });
  }

  static async open() {
    const server = spawn(SERVER, ['127.0.0.1:0'], { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: server.stdout });
    const [line] = await new Promise((done, failed) => {
      lines.once('line', (text) => done([text]));
      server.once('error', failed);
    });
    return new Stage({ close: () => server.kill() }, new URL('/', line).href);
  }

  /** Starts somebody's browser. @param {Person} person */
  async cast({ name, without = false, extension = EXTENSION, size, script, kept }) {
    const participant = await Participant.start({
      ...browserOf(this.people.length),
      extension: without ? null : extension,
      folder: this.folder,
      index: this.people.length,
      name,
      size,
      script,
      callPage: this.callPage,
      kept,
    });
    this.people.push(participant);
    return participant;
  }

  /**
   * Brings people into a room and waits until all are connected with all.
   * @param {Participant[]} people @param {import('./participant.mjs').Place} place
   */
  async gather(people, place) {
    for (const person of people) await person.enter(this.base, place);
    await this.connected(people);
  }

  /** @param {Participant[]} people */
  async connected(people) {
    const names = people.map(({ name }) => name);
    await Promise.all(
      people.map((one) => one.waitForPeople(names.filter((name) => name !== one.name))),
    );
  }

  async close() {
    await Promise.all(this.people.map((person) => person.close()));
    await this.server.close();
  }
}
