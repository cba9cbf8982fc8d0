/**
 * Pages that were open before Sotto came, or came anew: nobody answers what it left in them, so what
 * begins to call there may be silent. The browser has emptied their badges, and what was noted with them.
 */
import { isCovered, patternOf } from '../sites/patterns.js';
import { grantedSites } from '../sites/permissions.js';
import { hasRelay } from '../sites/relay.js';
import { showBadge } from '../worker/show-badge.js';

const LOOKED = 'looked';

/** @param {chrome.tabs.Tab} tab @param {string[]} granted */
async function showIfLeftBehind({ id = -1, url = '' }, granted) {
  if (isCovered(patternOf(url) ?? '', granted) && !(await hasRelay(id))) showBadge(id, 'unsupported');
}

/**
 * Once from when Sotto starts until it stops, as long as the session's storage lasts: the browser has
 * no event for who switches it off and on. What is still to be loaded has a relay then.
 */
export async function showLeftBehind() {
  if ((await chrome.storage.session.get(LOOKED))[LOOKED]) return;
  await chrome.storage.session.set({ [LOOKED]: true });
  const [tabs, granted] = await Promise.all([chrome.tabs.query({ status: 'complete', discarded: false }), grantedSites()]);
  await Promise.all(tabs.map((tab) => showIfLeftBehind(tab, granted)));
}
