/** Shows a state on the toolbar's button of a tab, in colour, sign and words. */
import { badges } from './badges.js';

/** @param {number} tabId @param {Sotto.State} state */
export function showBadge(tabId, state) {
  const { text, color, words } = badges[state];
  // The toolbar speaks the browser's language, whatever was chosen for our own pages.
  const title = chrome.i18n.getMessage('toolbar_title', [chrome.i18n.getMessage(words)]);
  // The tab may be gone by now.
  chrome.action.setBadgeText({ tabId, text }).catch(() => {});
  chrome.action.setBadgeBackgroundColor({ tabId, color }).catch(() => {});
  chrome.action.setTitle({ tabId, title }).catch(() => {});
}
