/**
 * One person in a call: a browser with devices of their own, the call page in one window, and,
 * if Sotto is installed, its popup in another.
 */

import { startBrowser } from './browser.mjs';
import { eventually } from './expect.mjs';
import { DEMO, pictureOf, tonesOf } from './call.mjs';
import { looksOf, makeDevices } from './media.mjs';
import { Popup } from './sotto.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{program: string, browser?: import('./browser.mjs').BrowserName, extension: string | null, headless?: boolean, folder: string,
 *   index: number, name: string, camera?: string | null, size?: import('./media.mjs').SizeName, script?: string,
 *   callPage?: import('./call.mjs').CallPage, kept?: boolean}} Who
 * @typedef {{room: string, codec?: string, sound?: string, layers?: string, processing?: 'on' | 'off', ptime?: string,
 *   vcodec?: string, simulcast?: 'true', html?: string}} Place the last three are the SFUs'
 */

export class Participant {
  /** @param {Who} who @param {import('./browser.mjs').Browser} browser @param {Page} page */
  constructor(who, browser, page) {
    this.who = who;
    this.name = who.name;
    this.looks = looksOf(who.index);
    this.browser = browser;
    this.page = page;
    this.callPage = who.callPage ?? DEMO;
    /** @type {Popup | null} */
    this.popupPage = null;
  }

  /** @param {Who} who */
  static async start(who) {
    const devices = makeDevices(who.folder, who.index, who.size, who.camera);
    const place = { left: (who.index % 3) * 460, top: Math.floor(who.index / 3) * 420, width: 480, height: 420 };
    const browser = await startBrowser({
      program: who.program,
      browser: who.browser,
      extension: who.extension,
      devices,
      kept: who.kept,
      headless: who.headless ?? true,
      window: place,
    });
    const page = await browser.newWindow();
    if (who.script) await page.addInitScript(who.script);
    return new Participant(who, browser, page);
  }

  /** The same person in a call beside this one. */
  async inAnotherWindow() {
    return new Participant(this.who, this.browser, await this.browser.newWindow());
  }

  /** @param {string} base @param {Place} place */
  async enter(base, place) {
    await this.callPage.enter(this.page, base, this.name, place);
  }

  /** The browser is closed and started again, into the tabs that were open. */
  async restart() {
    const url = this.page.url();
    this.browser = await this.browser.restart();
    const restored = () => this.browser.context.pages().find((page) => page.url() === url);
    this.page = /** @type {Page} */ (await eventually(async () => restored(), Boolean, `${url} is restored`));
    this.popupPage = null;
  }

  get popup() {
    if (!this.popupPage) throw new Error(`${this.name} hasn't opened the popup`);
    return this.popupPage;
  }

  async openPopup() {
    this.popupPage = await Popup.open(this.browser, this.page);
    return this.popupPage;
  }

  /** The popup of another of this person's tabs. @param {Page} tab */
  popupOf(tab) {
    return Popup.openBeside(this.browser, tab);
  }

  /** @param {string[]} names */
  waitForPeople(names) {
    return this.callPage.waitForPeople(this.page, names);
  }

  /** @param {Participant} other */
  pictureOf(other) {
    return pictureOf(this.page, this.callPage.mediaOf(other.name));
  }

  /** How far each pitch stands out in somebody's sound. @param {Participant} other @param {number[]} pitches */
  tonesOf(other, pitches) {
    return tonesOf(this.page, this.callPage.mediaOf(other.name), pitches);
  }

  close() {
    return this.browser.close();
  }
}
