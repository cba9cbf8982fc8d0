/**
 * The background: remembers, for as long as the browser runs, on which tabs
 * Sotto is on, and vouches for a page's relay towards the host page in the
 * same tab. It may be stopped after every single event, so nothing is kept in
 * variables; no call, key or frame comes near it.
 */

import { isContained } from '../sites/container.js';
import { hasRelay } from '../sites/relay.js';
import { begin, forget, forgetLeft, hasCalled, isOn, isOnInTurn, isWithdrawn, noteCall, noteFrame, originOf, originOn } from '../sites/tabs.js';
import { badges } from '../worker/badges.js';
import { cutsOf, forgetCuts, noteCut } from '../worker/cuts.js';
import { ourCore } from '../worker/our-core.js';
import { toBackground } from '../worker/parse.js';
import { showLeftBehind } from './left-behind.js';
import { followPermissions } from './permissions.js';
import { followUpdates } from './updates.js';
import { showBadge } from '../worker/show-badge.js';
import { followForHosts, vouchFor } from './core.js';

/** A page makes one token each time it connects; a tab that floods loses its oldest. */
const MAX_TOKENS = 64;
const TOKEN = 'token:';

/** @typedef {{tab: number, top: boolean, at: number}} Page */

/** All but the youngest. @param {number} tab @param {number} [kept] how many of these */
async function dropTokens(tab, kept = 0) {
  const all = /** @type {Record<string, Page>} */ (await chrome.storage.session.get(null));
  const tokens = Object.keys(all).filter((key) => key.startsWith(TOKEN) && all[key].tab === tab);
  if (tokens.length <= kept) return;
  tokens.sort((one, other) => all[one].at - all[other].at);
  await chrome.storage.session.remove(tokens.slice(0, tokens.length - kept));
}

/** @param {string} token @param {chrome.tabs.Tab} tab @param {chrome.runtime.MessageSender} sender */
async function hello(token, tab, { frameId, origin }) {
  const { cookieStoreId } = /** @type {import('../sites/tabs.js').Shown} */ (tab);
  if (isContained(cookieStoreId)) return { on: false, contained: true };
  const page = { tab: /** @type {number} */ (tab.id), top: frameId === 0, at: Date.now() };
  await chrome.storage.session.set({ [TOKEN + token]: page });
  await dropTokens(page.tab, MAX_TOKENS);
  if (!page.top && origin !== undefined && origin !== originOf(tab.url)) await noteFrame(page.tab, origin);
  return { on: await isOnInTurn(tab) };
}

/**
 * The page's own relay asks as its document begins. What a page does later, to its frames or its
 * history, turns nothing on that goes on in clear, and hides no cut.
 * @param {chrome.tabs.Tab} tab @param {chrome.runtime.MessageSender} sender
 */
async function ask(tab, { frameId, url = tab.url }) {
  if (frameId === 0) await Promise.all([begin({ ...tab, url }), forgetCuts(/** @type {number} */ (tab.id))]);
  return { on: await isOnInTurn(tab) };
}

/** @param {string} token @param {chrome.tabs.Tab} tab */
async function redeem(token, tab) {
  const key = TOKEN + token;
  const page = /** @type {Page | undefined} */ ((await chrome.storage.session.get(key))[key]);
  await chrome.storage.session.remove(key);
  if (!page || page.tab !== tab.id) return null;
  await noteCall(page.tab);
  const known = { tab: page.tab, top: page.top, on: await isOn(tab) };
  const isKnown = await vouchFor({ token, ...known });
  return isKnown ? { ...known, core: (await ourCore()).name } : null;
}

/**
 * A content script speaks for the page it runs in, the host page for the
 * extension: neither may send the other's message.
 * @param {unknown} value @param {chrome.runtime.MessageSender} sender
 */
function answer(value, sender) {
  const message = toBackground(value);
  const { tab } = sender;
  if (!message || tab?.id === undefined) return null;
  const isHost = sender.url?.startsWith(chrome.runtime.getURL('worker/host.html'));
  if (message.kind === 'ask' && !isHost) return ask(tab, sender);
  if (message.kind === 'hello' && !isHost) return hello(message.token, tab, sender);
  if (message.kind === 'redeem' && isHost) return redeem(message.token, tab);
  if (message.kind === 'badge' && isHost) showBadge(tab.id, message.state);
  if (message.kind === 'cut' && !isHost) return handleCut(tab, sender.frameId ?? 0, message.cut);
  return null;
}

/**
 * Where the last of a tab's cuts ends its warning goes before the core hears of it: what the core
 * then says stands, and where no page is attached to it nobody else takes the warning back.
 * @param {chrome.tabs.Tab} tab @param {number} frame @param {Sotto.Cut | null} cut
 */
async function handleCut(tab, frame, cut) {
  const id = /** @type {number} */ (tab.id);
  await navigator.locks.request('sotto-cuts', async () => {
    if (cut === null && (await countCuts(id)) === 1) showBadge(id, await stateWithoutCuts(id, await isOn(tab)));
    await noteCut(id, frame, cut);
    if ((await countCuts(id)) > 0) await showDefaultBadge(id, await isOn(tab));
  });
  return null;
}

chrome.runtime.onMessage.addListener((message, sender, reply) => {
  const pending = answer(message, sender);
  if (!pending) return false;
  pending.then(reply, () => reply(null));
  return true;
});

chrome.tabs.onRemoved.addListener((tab) => {
  forget(tab);
  forgetCuts(tab);
  dropTokens(tab);
});

// The browser clears a tab's badge when the tab loads another document.
chrome.tabs.onUpdated.addListener(async (id, { status }, tab) => {
  if (status) await forgetCutsLeft(id);
  // On the way to a page Firefox shows a moment without address or relay.
  if (tab.url !== undefined || status === 'complete') await forgetLeft(tab);
  if (status === 'complete' && (await isOn(tab))) await showDefaultBadge(id, true);
});

/** @param {number} tab */
async function countCuts(tab) {
  const { sandboxed, lost } = await cutsOf(tab);
  return sandboxed + lost;
}

/** A document without a relay asks nothing. @param {number} tab */
async function forgetCutsLeft(tab) {
  if ((await countCuts(tab)) > 0 && !(await hasRelay(tab))) await forgetCuts(tab);
}

// Until a page of the tab has a host page, nobody else shows that Sotto is on.
chrome.storage.onChanged.addListener(async (changes, area) => {
  if (area !== 'session') return;
  for (const key of Object.keys(changes)) {
    const [what, id] = key.split(':');
    const tab = Number(id);
    if (what === 'on') await tellRelays(tab);
    if (what === 'on' || what === 'withdrawn') await showDefaultBadge(tab, (await originOn(tab)) !== undefined);
  }
});

/**
 * A page whose way to the core is cut would go on sending in clear until it is
 * mended, or for good be silent: its relay stops all frames, and lets them pass
 * again, on this word alone.
 * @param {number} tab
 */
async function tellRelays(tab) {
  // Not by what has changed: that may be another thing again while this was waking up.
  const kind = (await originOn(tab)) === undefined ? 'turned-off' : 'turned-on';
  // Without a relay there is nothing to stop.
  await chrome.tabs.sendMessage(tab, { kind }).catch(() => {});
}

/** @param {number} tab @param {boolean} on @returns {Promise<Sotto.State>} */
async function stateNoted(tab, on) {
  const state = await stateWithoutCuts(tab, on);
  if (!on || (await isWithdrawn(tab))) return state;
  const { sandboxed, lost } = await cutsOf(tab);
  if (sandboxed > 0 && !(await hasCalled(tab))) return 'unsupported';
  return sandboxed + lost > 0 ? 'trouble' : state;
}

/** @param {number} tab @param {boolean} on @returns {Promise<Sotto.State>} */
async function stateWithoutCuts(tab, on) {
  if (!on) return 'off';
  if (await isWithdrawn(tab)) return 'unsupported';
  // It came before Sotto, or the browser keeps Sotto out.
  return (await hasRelay(tab)) ? 'alone' : 'unsupported';
}

/** What the core shows says more than that Sotto is on, and less than that nobody reaches it. */
const BEFORE_THE_CORE = [badges.off, badges.alone, badges.unsupported].map(({ text }) => text);

/** @param {number} tabId @param {boolean} on */
async function showDefaultBadge(tabId, on) {
  try {
    const state = await stateNoted(tabId, on);
    const shown = await chrome.action.getBadgeText({ tabId });
    if (state !== 'alone' || BEFORE_THE_CORE.includes(shown)) showBadge(tabId, state);
  } catch {
    // The tab is gone.
  }
}

chrome.runtime.onInstalled.addListener(({ reason }) => {
  if (reason === 'install') chrome.tabs.create({ url: chrome.runtime.getURL('welcome/welcome.html') });
});
// No content script needs it, and a page's process could speak as one. Firefox has no such order.
chrome.storage.local.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' });
followForHosts();
followPermissions();
followUpdates();
showLeftBehind();
