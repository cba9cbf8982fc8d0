/** Shows a state on the toolbar badge of a tab. */
import { badges } from './badges.js';

/** @param {number} tabId @param {Sotto.State} state */
export function showBadge(tabId, state) {
  const { text, color } = badges[state];
  // The tab may be gone by now.
  chrome.action.setBadgeText({ tabId, text }).catch(() => {});
  chrome.action.setBadgeBackgroundColor({ tabId, color }).catch(() => {});
}
