/** The core worker from inside: no page of an extension can look there. */

import { inTarget } from './target.mjs';

/**
 * @param {import('./browser.mjs').Browser} browser
 * @param {string} expression
 * @returns {Promise<any>} its value
 */
export function inCoreWorker({ context }, expression) {
  return inTarget(context, ({ type, url }) => type === 'shared_worker' && url.endsWith('core-worker.js'), expression);
}
