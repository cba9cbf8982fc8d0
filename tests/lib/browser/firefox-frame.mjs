/** A frame of a page in Firefox with the part of Playwright's interface that the stories use. */

import { until } from './firefox-until.mjs';

/** Where a document is to be left, it is marked, so that the next one can be told from it. */
let marks = 0;

/** @typedef {import('puppeteer-core').Frame} Raw */

export class FirefoxFrame {
  /** @param {Raw} raw */
  constructor(raw) {
    this.raw = raw;
  }

  url() {
    return this.raw.url();
  }

  childFrames() {
    return this.raw.childFrames().map((child) => new FirefoxFrame(child));
  }

  /** @param {any} script @param {unknown} [argument] @returns {Promise<any>} */
  evaluate(script, argument) {
    return typeof script === 'string' ? this.raw.evaluate(script) : this.raw.evaluate(script, argument);
  }

  waitForLoadState() {
    return until(() => this.evaluate(`document.readyState === 'complete'`), `${this.url()} to be loaded`);
  }

  /**
   * Leads away from its document. The same address may be here already, and what the browser says of
   * a page of the extension, in another process, doesn't always come.
   * @param {() => Promise<unknown>} act
   * @param {string} [condition] an expression that holds in the document to come
   */
  async leave(act, condition = 'true') {
    marks += 1;
    const mark = marks;
    await this.evaluate(`globalThis.left = ${mark}`);
    act().catch(() => {});
    const isThere = `globalThis.left !== ${mark} && document.readyState === 'complete' && ${condition}`;
    await until(() => this.evaluate(isThere), `another document, ${condition}`);
  }
}
