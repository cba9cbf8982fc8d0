/**
 * Whether a tab is in one of Firefox's containers. What runs there reaches no worker outside: its
 * page would have a core of its own, of which popup and background see nothing. So Sotto stays off.
 * @param {string} [cookieStore] the tab's
 */
export const isContained = (cookieStore = '') => cookieStore.startsWith('firefox-container-');
