/**
 * The way to the core worker, for whoever is of its origin. Another name, type
 * or address would start a second core beside the one that knows the calls.
 * @returns {MessagePort}
 */
export const connectToCore = () =>
  new SharedWorker(chrome.runtime.getURL('worker/core-worker.js'), { type: 'module', name: 'sotto-core' }).port;
