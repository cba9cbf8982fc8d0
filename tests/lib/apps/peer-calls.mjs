/** peer-calls, whole and as published. Its server reads its settings once, from the environment. */

import { createRequire } from 'node:module';
import { listen } from '../listen.mjs';

const require = createRequire(import.meta.url);

/** @type {import('./all.mjs').App} */
export const peerCalls = {
  name: 'peer-calls',
  path: '/call/room',

  start() {
    process.env.PEERCALLS__ICE_SERVERS = '[]';
    return listen(require('peer-calls/lib/server/app').default);
  },

  /** @param {import('playwright-core').Page} page @param {string} name */
  async join(page, name) {
    await page.waitForSelector('form.media button');
    await page.evaluate((who) => {
      const field = /** @type {HTMLInputElement} */ (document.querySelector('[name="nickname"]'));
      // React hears of what is typed, and not of what a script sets.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value')?.set?.call(field, who);
      field.dispatchEvent(new Event('input', { bubbles: true }));
    }, name);
    await page.click('form.media button');
  },
};
