/** The core worker from inside: no page of an extension can look there. */

import { FirefoxContext } from './browser/firefox.mjs';
import { inTarget } from './target.mjs';

const FILE = 'core-worker.js';

/**
 * @param {import('./browser.mjs').Browser} browser
 * @param {string} expression
 * @returns {Promise<any>} its value
 */
export function inCoreWorker({ context }, expression) {
  if (context instanceof FirefoxContext) return context.chrome.inSharedWorker(FILE, expression);
  return inTarget(context, ({ type, url }) => type === 'shared_worker' && url.endsWith(FILE), expression);
}
