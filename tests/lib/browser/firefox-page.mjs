/** A page in Firefox with the part of Playwright's interface that the stories use. */

import { FirefoxFrame } from './firefox-frame.mjs';
import { Locator } from './firefox-locator.mjs';
import { until } from './firefox-until.mjs';

export class FirefoxPage {
  /** @param {import('puppeteer-core').Page} raw @param {import('./firefox.mjs').FirefoxContext} owner */
  constructor(raw, owner) {
    this.raw = raw;
    this.owner = owner;
    /** Where a test sent it. */
    this.address = '';
  }

  context() {
    return this.owner;
  }

  url() {
    return this.address || this.raw.url();
  }

  mainFrame() {
    return new FirefoxFrame(this.raw.mainFrame());
  }

  frames() {
    return this.raw.frames().map((frame) => new FirefoxFrame(frame));
  }

  /** @param {string} url */
  async goto(url) {
    const { href } = new URL(url);
    this.address = href;
    // A page of the extension is there before its interface.
    const isThere = `location.href === ${JSON.stringify(href)} && (${!href.startsWith('moz-extension:')} || 'chrome' in globalThis)`;
    await this.mainFrame().leave(() => this.raw.goto(href), isThere);
  }

  reload() {
    return this.mainFrame().leave(() => this.raw.reload());
  }

  async goBack() {
    await this.mainFrame().leave(() => this.raw.goBack());
    this.address = await this.evaluate('location.href');
  }

  /** @param {any} script @param {unknown} [argument] @returns {Promise<any>} */
  evaluate(script, argument) {
    return this.mainFrame().evaluate(script, argument);
  }

  /** @param {string} script */
  addInitScript(script) {
    return this.raw.evaluateOnNewDocument(script);
  }

  /** @param {{path: string}} script */
  addScriptTag(script) {
    return this.raw.addScriptTag(script);
  }

  /** @param {string} name @param {(...args: any[]) => unknown} act */
  exposeFunction(name, act) {
    return this.raw.exposeFunction(name, act);
  }

  /** @param {any} look @param {unknown} [argument] @param {{timeout?: number}} [options] */
  waitForFunction(look, argument, { timeout } = {}) {
    return until(() => this.evaluate(look, argument), String(look), timeout);
  }

  /** @param {string} selector @param {{timeout?: number}} [options] */
  waitForSelector(selector, options) {
    return this.locator(selector).waitFor(options);
  }

  /** @param {string} selector @param {{hasText?: string}} [filter] */
  locator(selector, filter) {
    return new Locator(this, []).locator(selector, filter);
  }

  /** @param {string} selector */
  click(selector) {
    return this.locator(selector).click();
  }

  /** @param {string} selector @param {string} value */
  selectOption(selector, value) {
    return this.locator(selector).selectOption(value);
  }

  get keyboard() {
    const { raw } = this;
    return {
      /** @param {string} key */
      press: async (key) => {
        if (!(await this.hasFocus())) await this.takeFocus();
        await raw.keyboard.press(/** @type {import('puppeteer-core').KeyInput} */ (key === 'Space' ? ' ' : key));
      },
    };
  }

  /** @param {import('puppeteer-core').Viewport} size */
  setViewportSize(size) {
    return this.raw.setViewport(size);
  }

  /** @param {{colorScheme?: 'light' | 'dark', reducedMotion?: 'reduce' | 'no-preference' | null, forcedColors?: 'active' | null}} media */
  async emulateMedia({ colorScheme, reducedMotion, forcedColors }) {
    const { chrome } = this.owner;
    if (colorScheme) await chrome.setColourScheme(this.raw, colorScheme);
    if (reducedMotion !== undefined) await chrome.setPreference('ui.prefersReducedMotion', reducedMotion && Number(reducedMotion === 'reduce'));
    if (forcedColors !== undefined) await chrome.setPreference('browser.display.document_color_use', forcedColors && 2);
  }

  /** @param {{path: string, fullPage?: boolean}} options */
  screenshot({ path, fullPage }) {
    return this.raw.screenshot({ path: /** @type {`${string}.png`} */ (path), fullPage });
  }

  /** The id of the process that runs it. @returns {Promise<number>} */
  process() {
    return this.owner.chrome.processOf(this.raw);
  }

  bringToFront() {
    return this.raw.bringToFront();
  }

  async takeFocus() {
    await this.bringToFront();
    await this.owner.chrome.focus(this.raw);
    await until(() => this.hasFocus(), `${this.url()} to have the focus`);
  }

  /** @returns {Promise<boolean>} */
  hasFocus() {
    return this.evaluate('document.hasFocus()');
  }

  close() {
    return this.raw.close();
  }
}
