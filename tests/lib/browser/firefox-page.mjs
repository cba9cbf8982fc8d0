/**
 * A page in Firefox with the part of Playwright's interface that the stories use. Each wait looks
 * again and again rather than for an event, so that it holds in windows that nobody looks at.
 */

import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE = 30_000;
const PAUSE = 50;

/** @typedef {import('puppeteer-core').Frame} Frame */

/**
 * @template T
 * @param {() => Promise<T>} look @param {string} wanted @param {number} [timeout]
 * @returns {Promise<T>} what is not falsy
 */
async function until(look, wanted, timeout = PATIENCE) {
  for (const end = performance.now() + timeout; ; await sleep(PAUSE)) {
    // A document that goes away answers no question; the next one does.
    const found = await look().catch((error) => (isOfLeaving(error) ? null : Promise.reject(error)));
    if (found) return found;
    if (performance.now() > end) throw new Error(`waited ${timeout} ms for ${wanted}`);
  }
}

/** Whether this is the page of the extension, with its interface. @param {string} url */
const isReady = (url) =>
  !('left' in globalThis) && location.href === url && document.readyState === 'complete' && 'chrome' in globalThis;

/** @param {Error} error */
const isOfLeaving = ({ message }) => /detached|destroyed|no such frame|discarded|Cannot find context/i.test(message);

export class FirefoxPage {
  /** @param {import('puppeteer-core').Page} raw @param {unknown} owner */
  constructor(raw, owner) {
    this.raw = raw;
    this.owner = owner;
    this.address = 'about:blank';
  }

  context() {
    return this.owner;
  }

  url() {
    return this.address;
  }

  mainFrame() {
    return this.raw.mainFrame();
  }

  frames() {
    return this.raw.frames();
  }

  /** @param {string} url */
  async goto(url) {
    this.address = url;
    if (!url.startsWith('moz-extension:')) return this.raw.goto(url);
    // The same address may be here already: its document is told from the one to come by a mark.
    await this.evaluate(() => Object.assign(globalThis, { left: true }));
    // A page of the extension is in another process, and the answer never comes from there.
    this.raw.goto(url).catch(() => {});
    await until(() => this.evaluate(isReady, url), url);
  }

  reload() {
    return this.raw.reload();
  }

  /** @param {any} script @param {unknown} [argument] @returns {Promise<any>} */
  evaluate(script, argument) {
    return this.raw.evaluate(script, argument);
  }

  /** @param {string} script */
  addInitScript(script) {
    // Only functions are run so.
    return this.raw.evaluateOnNewDocument(`() => {${script}}`);
  }

  /** @param {any} look @param {unknown} [argument] @param {{timeout?: number}} [options] */
  waitForFunction(look, argument, { timeout } = {}) {
    return until(() => this.evaluate(look, argument), String(look), timeout);
  }

  /** @param {string} selector @param {{timeout?: number}} [options] */
  waitForSelector(selector, options) {
    return this.locator(selector).waitFor(options);
  }

  /** @param {string} selector */
  locator(selector) {
    return new Locator(this, selector);
  }

  /** @param {string} selector */
  click(selector) {
    return this.locator(selector).click();
  }

  /** @param {string} selector @param {string} value */
  async selectOption(selector, value) {
    await this.raw.select(selector, value);
  }

  get keyboard() {
    return this.raw.keyboard;
  }

  bringToFront() {
    return this.raw.bringToFront();
  }

  close() {
    return this.raw.close();
  }
}

class Locator {
  /** @param {FirefoxPage} page @param {string} selector */
  constructor(page, selector) {
    this.page = page;
    this.selector = selector;
  }

  /** @param {{timeout?: number}} [options] */
  waitFor({ timeout } = {}) {
    const isShown = (/** @type {string} */ selector) => {
      const found = document.querySelector(selector);
      return found !== null && found.getClientRects().length > 0;
    };
    return until(() => this.page.evaluate(isShown, this.selector), this.selector, timeout);
  }

  async click() {
    await this.waitFor();
    await this.page.evaluate((/** @type {string} */ selector) => {
      /** @type {HTMLElement} */ (document.querySelector(selector)).click();
    }, this.selector);
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.page.evaluate(
      (/** @type {[string, string]} */ [selector, which]) => document.querySelector(selector)?.getAttribute(which),
      [this.selector, name],
    );
  }

  async textContent() {
    return (await this.allTextContents())[0] ?? null;
  }

  /** @returns {Promise<string[]>} */
  allTextContents() {
    return this.page.evaluate(
      (/** @type {string} */ selector) => Array.from(document.querySelectorAll(selector), ({ textContent }) => textContent),
      this.selector,
    );
  }
}
