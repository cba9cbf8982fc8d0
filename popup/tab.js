/**
 * The tab that the popup is about: which it is, whether Sotto can get into it, and whether it
 * was turned on there. What is remembered lasts as long as the browser runs, for one origin.
 */

/** @typedef {{id: number, url: string, origin: string, host: string}} Tab */

/** Where no extension may go. */
const STORES = new Set(['chromewebstore.google.com', 'microsoftedge.microsoft.com', 'addons.mozilla.org']);

/** @returns {Promise<Tab>} */
export async function currentTab() {
  const named = Number(new URLSearchParams(location.search).get('tab'));
  const [active] = named
    ? [await chrome.tabs.get(named)]
    : await chrome.tabs.query({ active: true, currentWindow: true });
  const url = URL.parse(active?.url ?? '');
  return { id: active?.id ?? -1, url: url?.href ?? '', origin: url?.origin ?? '', host: url?.host ?? '' };
}

/** @param {Tab} tab @returns {Promise<Sotto.Reach>} */
export async function reachOf({ id, url, origin, host }) {
  if (!/^https?:/.test(url) || STORES.has(host)) return 'restricted';
  if (!(await chrome.permissions.contains({ origins: [`${origin}/*`] }))) return 'no-permission';
  return (await hasRelay(id)) ? 'ok' : 'reload-needed';
}

/** A page that was open before Sotto was installed has no relay. @param {number} id */
async function hasRelay(id) {
  try {
    await chrome.tabs.sendMessage(id, { kind: 'probe' });
    return true;
  } catch (error) {
    return !String(error).includes('Receiving end does not exist');
  }
}

/** @param {number} id */
const key = (id) => `on:${id}`;

/** @param {Tab} tab */
export async function isOn({ id, origin }) {
  return (await chrome.storage.session.get(key(id)))[key(id)] === origin;
}

/** The tab may have gone elsewhere since the popup was opened. @param {Tab} tab @param {boolean} on */
export async function remember({ id }, on) {
  const origin = URL.parse((await chrome.tabs.get(id)).url ?? '')?.origin;
  if (on) await chrome.storage.session.set({ [key(id)]: origin });
  else await chrome.storage.session.remove(key(id));
}
