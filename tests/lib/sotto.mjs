/**
 * Sotto from a person's side: the popup of a tab, opened as a page of its own, and the view
 * behind it. Only the test contract of the popup is used to act; figures that the popup
 * doesn't show are read from the core's view, over the popup's own way to it.
 */

import { PATIENCE } from './patience.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('./browser.mjs').Browser} Browser
 * @typedef {{state: string, number: string, members: string[], streams: string[], problems: string[]}} Shown
 */

export class Popup {
  /** @param {Page} page @param {number} tab */
  constructor(page, tab) {
    this.page = page;
    this.tab = tab;
  }

  /**
   * Opens the popup of a page, in the browser's first window, so that the page stays visible.
   * @param {Browser} browser
   * @param {Page} of
   */
  static open(browser, of) {
    return Popup.openIn(browser.context.pages()[0], browser, of);
  }

  /**
   * In a tab of its own, where one browser has several popups.
   * @param {Browser} browser
   * @param {Page} of
   */
  static async openBeside(browser, of) {
    return Popup.openIn(await browser.context.newPage(), browser, of);
  }

  /** @param {Page} page @param {Browser} browser @param {Page} of */
  static async openIn(page, { extension }, of) {
    const url = `${extension}/popup/popup.html`;
    await page.goto(url);
    const tab = await tabOf(page, of.url());
    await page.goto(`${url}?tab=${tab}`);
    return new Popup(page, tab);
  }

  /** @param {string} name */
  part(name) {
    return this.page.locator(`[data-test="${name}"]`);
  }

  /** @param {boolean} on */
  async turn(on) {
    const toggle = this.part('toggle');
    // Until the first view is there it shows nothing.
    await this.page.locator('[data-test="toggle"]:enabled').waitFor();
    if ((await toggle.getAttribute('aria-checked')) !== String(on)) await toggle.click();
    const turned = this.page.locator(`[data-test="toggle"][aria-checked="${on}"]`);
    await turned.waitFor().catch(async () => {
      throw new Error(`expected to be turned ${on ? 'on' : 'off'}, but the popup shows ${JSON.stringify(await this.shown())}`);
    });
  }

  /** @param {string | string[]} states @param {number} [timeout] */
  async waitForState(states, timeout = PATIENCE) {
    const wanted = [states].flat().map((state) => `[data-test="state"][data-state="${state}"]`);
    try {
      await this.page.locator(wanted.join(',')).waitFor({ timeout });
    } catch {
      throw new Error(`expected ${states}, but the popup shows ${JSON.stringify(await this.shown())}`);
    }
  }

  /** @param {number} count @param {number} [timeout] */
  async waitForMembers(count, timeout = PATIENCE) {
    await this.page.waitForFunction(
      (wanted) => document.querySelectorAll('[data-test="member"]').length === wanted,
      count,
      { timeout },
    );
  }

  /** @returns {Promise<Shown>} */
  shown() {
    return this.page.evaluate(() => {
      /** @param {string} name */
      const all = (name) => /** @type {HTMLElement[]} */ ([...document.querySelectorAll(`[data-test="${name}"]`)]);
      /** @param {HTMLElement | undefined} element */
      const digits = (element) => (element?.textContent ?? '').replace(/[^0-9]/g, '');
      return {
        state: all('state')[0]?.dataset.state ?? '',
        number: digits(all('safety-number')[0]),
        members: all('member').map(({ children }) => [...children].map((part) => part.textContent).join(' ')),
        streams: all('stream').map((stream) => stream.dataset.protection ?? ''),
        problems: all('problem').map((problem) => problem.textContent ?? ''),
      };
    });
  }

  /** More streams than a few are folded away at first. */
  async unfoldStreams() {
    const details = this.page.locator('#media-details');
    await details.waitFor();
    if (await details.getAttribute('open') === null) await details.locator('summary').click();
  }

  /** The button that looks at a stream. @param {string} line a part of what its line says */
  look(line) {
    return this.page.locator('[data-test="stream"]', { hasText: line }).locator('[data-test="look"]');
  }

  /**
   * The mean colour of a stream's still picture, where it has one.
   * @param {string} line @returns {Promise<{colour: [number, number, number], width: number, height: number} | null>}
   */
  still(line) {
    return this.page.evaluate((wanted) => {
      const lines = [...document.querySelectorAll('[data-test="stream"]')];
      const found = lines.find(({ textContent }) => textContent?.includes(wanted));
      const canvas = /** @type {HTMLCanvasElement | null | undefined} */ (found?.querySelector('[data-test="still"]'));
      if (!canvas?.width || !canvas.getClientRects().length) return null;
      const { width, height } = canvas;
      const { data } = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d')).getImageData(0, 0, width, height);
      const mean = (/** @type {number} */ part) =>
        Math.round(data.reduce((sum, value, n) => (n % 4 === part ? sum + value : sum), 0) / (width * height));
      return { colour: [mean(0), mean(1), mean(2)], width, height };
    }, line);
  }

  /**
   * The core's view of the tab, asked for as a second popup would; the lock tells the worker
   * when that one is gone.
   * @returns {Promise<any>}
   */
  view() {
    return this.page.evaluate(async (tab) => {
      // The popup may be about to make it.
      const session = async () => /** @type {any} */ (await chrome.storage.session.get(null));
      while (!(await session()).core);
      const { core: { name, word }, [`on:${tab}`]: on } = await session();
      const lock = `sotto-test-${crypto.randomUUID()}`;
      return navigator.locks.request(lock, async () => {
        const { port } = new SharedWorker(chrome.runtime.getURL('worker/core-worker.js'), {
          type: 'module',
          name,
        });
        return new Promise((resolve) => {
          port.onmessage = ({ data }) => data.kind === 'view' && resolve(data.view);
          port.postMessage({ kind: 'word', word });
          port.postMessage({ kind: 'watch', tab, on: on !== undefined, lock });
        });
      });
    }, this.tab);
  }
}

/** @param {Page} extensionPage @param {string} url */
async function tabOf(extensionPage, url) {
  const id = await extensionPage.evaluate(
    async (wanted) => (await chrome.tabs.query({})).find((tab) => tab.url === wanted)?.id,
    url,
  );
  if (id === undefined) throw new Error(`no tab shows ${url}`);
  return id;
}
