/**
 * Two browsers in a call with each other, of which the first sends as many streams as it is told
 * and the second plays them: without Sotto, with Sotto switched off, or with Sotto on.
 */

import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuOf } from '../lib/cpu.mjs';
import { startBrowser } from '../../tests/lib/browser.mjs';
import { eventually } from '../../tests/lib/expect.mjs';
import { makeDevices } from '../../tests/lib/media.mjs';
import { Popup } from '../../tests/lib/sotto.mjs';

/**
 * @typedef {'none' | 'identity' | 'sotto'} Way
 * @typedef {{browser: import('../../tests/lib/browser.mjs').Browser, page: import('playwright-core').Page,
 *   cpu: () => Promise<number>}} End
 * @typedef {{program: string, extension: string, base: string}} Stage
 */

export class Pair {
  /** @param {Way} way @param {Stage} stage @param {End[]} ends */
  constructor(way, stage, ends) {
    this.way = way;
    this.stage = stage;
    this.ends = ends;
    this.on = false;
    /** @type {Popup[]} */
    this.popups = [];
  }

  /** @param {Way} way @param {Stage} stage */
  static async start(way, stage) {
    const extension = way === 'none' ? null : stage.extension;
    const ends = await Promise.all([0, 1].map((index) => startEnd(stage.program, extension, index)));
    return new Pair(way, stage, ends);
  }

  /** Begins a call anew. @param {'audio' | 'video'} kind @param {number} count */
  async call(kind, count) {
    await Promise.all(this.ends.map(({ page }) => page.goto(this.stage.base)));
    if (this.way === 'sotto' && !this.on) await this.turnOn();
    const offer = await this.ask(0, 'offer', kind, count);
    const answer = await this.ask(1, 'answer', kind, offer);
    await this.ask(0, 'accept', answer);
    await Promise.all(this.popups.splice(0).map(leave));
  }

  async turnOn() {
    for (const { browser, page } of this.ends) {
      const popup = await Popup.open(browser, page);
      await popup.turn(true);
      this.popups.push(popup);
    }
    this.on = true;
  }

  /** @param {number} end @param {string} name @param {unknown[]} args @returns {Promise<any>} */
  ask(end, name, ...args) {
    return this.ends[end].page.evaluate(
      ([called, given]) => /** @type {any} */ (window).bench[called](...given),
      /** @type {[string, unknown[]]} */ ([name, args]),
    );
  }

  close() {
    return Promise.all(this.ends.map(({ browser }) => browser.close()));
  }
}

/**
 * A popup that is open is drawn again with each change, which is no part of a call. But one alone
 * keeps the core's worker until the page is there.
 * @param {Popup} popup
 */
async function leave(popup) {
  await eventually(() => popup.view(), ({ streams }) => streams.length > 0, 'the page has reached the core');
  await popup.page.goto('about:blank');
}

/** @param {string} program @param {string | null} extension @param {number} index @returns {Promise<End>} */
async function startEnd(program, extension, index) {
  const folder = join(tmpdir(), 'sotto-bench');
  mkdirSync(folder, { recursive: true });
  const devices = makeDevices(folder, index);
  const browser = await startBrowser({ program, extension, devices, headless: true });
  const page = await browser.newWindow();
  return { browser, page, cpu: await cpuOf(browser) };
}
