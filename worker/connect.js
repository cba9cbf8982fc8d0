/** The way to the core worker, for whoever is of its origin. */
import { forgetCore, ourCore } from './our-core.js';

/**
 * Another name, type or address would start a second core beside the one that knows the calls.
 * @param {string} name @returns {MessagePort}
 */
export const connectToCore = (name) =>
  new SharedWorker(chrome.runtime.getURL('worker/core-worker.js'), { type: 'module', name }).port;

/** As one whom the core obeys. */
export async function connectAsOurs() {
  const { name, word } = await ourCore();
  const port = connectToCore(name);
  port.addEventListener('message', ({ data }) => data?.kind === 'refused' && forgetCore(name));
  port.postMessage(/** @type {Sotto.WordToCore} */ ({ kind: 'word', word }));
  return port;
}

/**
 * The core turns a page away until it has heard of it.
 * @param {MessagePort} core @param {Sotto.Voucher} page @returns {Promise<boolean>} whether it has
 */
export function vouch(core, page) {
  return new Promise((resolve) => {
    core.onmessage = ({ data }) => resolve(/** @type {Sotto.CoreToOurs} */ (data).kind === 'vouched');
    core.postMessage(/** @type {Sotto.VoucherToCore} */ ({ kind: 'voucher', ...page }));
  });
}
