/**
 * The extension's iframe in a page: passes the relay's two ports on to the
 * core worker, shows the tab's badge, and by being there tells the core that
 * the page is. The page can embed this file and post messages to it, so
 * nothing is done for a token that the background does not know.
 */
import { watchWithdrawal } from '../sites/tabs.js';
import { connectAsOurs, connectToCore, vouch } from './connect.js';
import { watchCuts } from './cuts.js';
import { holdLock } from './hold-lock.js';
import { watchName } from './name.js';
import { relayToHost } from './parse.js';
import { showBadge } from './show-badge.js';

/**
 * Firefox runs this document in the page's process: it has no more than content scripts have, not
 * even the word, and its locks aren't those of the worker.
 */
const isApart = !chrome.action;

/** The relay posts one message; the page may have posted before it, but not without end. */
const MAX_MESSAGES = 16;
let messages = 0;

/** @param {MessageEvent} event */
function handleBadge({ data }) {
  const { tab, state } = /** @type {Sotto.CoreToHost} */ (data);
  if (isApart) chrome.runtime.sendMessage({ kind: 'badge', state }).catch(() => {});
  else showBadge(tab, state);
}

/** What the background knows and the core can't see. @param {number} tab @param {MessagePort} core */
async function watch(tab, core) {
  await watchCuts(tab, (cuts) => core.postMessage(cuts));
  await watchWithdrawal(tab, (permission) => core.postMessage(permission));
  await watchName((name) => core.postMessage(name));
}

/**
 * Where this is apart, the background has done it.
 * @param {string} token @param {NonNullable<Sotto.RedeemReply>} page @returns {Promise<MessagePort | null>}
 */
async function connectAndVouch(token, { tab, top, on }) {
  const core = await connectAsOurs();
  const lock = await holdLock('page');
  return (await vouch(core, { token, tab, top, on, lock })) ? core : null;
}

/** @param {string} token @param {readonly MessagePort[]} ports */
async function attach(token, ports) {
  /** @type {Sotto.RedeemReply} */
  const page = await chrome.runtime.sendMessage({ kind: 'redeem', token });
  const core = page && (isApart ? connectToCore(page.core) : await connectAndVouch(token, page));
  if (!core) return;
  core.onmessage = handleBadge;
  core.postMessage(/** @type {Sotto.HostToCore} */ ({ kind: 'attach', token }), [...ports]);
  if (isApart) addEventListener('pagehide', () => core.postMessage({ kind: 'leave' }));
  else await watch(page.tab, core);
}

addEventListener('message', (event) => {
  const message = relayToHost(event.data);
  if (event.source !== parent || event.ports.length !== 2 || !message) return;
  messages += 1;
  if (messages <= MAX_MESSAGES) attach(message.token, event.ports);
});
