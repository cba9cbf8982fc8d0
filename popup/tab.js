/**
 * The tab that the popup is about: which it is, whether Sotto can get into it, and whether it
 * was turned on there. What is remembered lasts as long as the browser runs, for one origin.
 */

import { isContained } from '../sites/container.js';
import { hasLostFrame, sitesMissing } from '../sites/frames.js';
import { patternOf, siteName } from '../sites/patterns.js';
import { mayAsk, registerScripts } from '../sites/permissions.js';
import { hasRelay } from '../sites/relay.js';
import { originOf, originOn, turn } from '../sites/tabs.js';

/** @typedef {{id: number, url: string, origin: string, host: string, cookieStoreId?: string, missing?: string[], reloaded?: string, gone?: boolean}} Tab
 *   `missing` are the sites that Sotto would have to be let into, `reloaded` the origin that was to be
 *   reloaded, so that it comes in; `gone`, that it shows another page, whose address the browser hides */

/** Where no extension may go: the stores, and Firefox's `extensions.webextensions.restrictedDomains`. */
const CLOSED = new Set([
  'chromewebstore.google.com',
  'microsoftedge.microsoft.com',
  'accounts-static.cdn.mozilla.net',
  'accounts.firefox.com',
  'addons.cdn.mozilla.net',
  'addons.mozilla.org',
  'api.accounts.firefox.com',
  'content.cdn.mozilla.net',
  'discovery.addons.mozilla.org',
  'oauth.accounts.firefox.com',
  'profile.accounts.firefox.com',
  'support.mozilla.org',
  'sync.services.mozilla.com',
]);

/** The browser hides the address of a page whose permission was withdrawn; what comes after it has no relay. @param {number} tab */
const originKept = async (tab) => ((await hasRelay(tab)) && (await originOn(tab))) || '';

/** @param {number} [named] by its id @returns {Promise<Tab>} */
export async function currentTab(named = Number(new URLSearchParams(location.search).get('tab'))) {
  const [active] = named
    ? [await chrome.tabs.get(named)]
    : await chrome.tabs.query({ active: true, currentWindow: true });
  const url = URL.parse(active?.url ?? (await originKept(active?.id ?? -1)));
  const { cookieStoreId } = /** @type {{cookieStoreId?: string}} */ (active ?? {});
  return { id: active?.id ?? -1, url: url?.href ?? '', origin: url?.origin ?? '', host: url?.host ?? '', cookieStoreId };
}

/** Nothing that was known of it holds where it has gone to a page that the browser hides. @param {Tab} tab */
export async function update(tab) {
  const now = await currentTab(tab.id);
  if (now.url) Object.assign(tab, now, { gone: false });
  else if (tab.url && !(await hasRelay(tab.id))) Object.assign(tab, now, { reloaded: undefined, gone: true });
}

/** @param {Tab} tab @returns {Promise<Sotto.Reach>} */
export async function reachOf(tab) {
  const { id, url, origin, host, cookieStoreId, reloaded } = tab;
  if (isContained(cookieStoreId)) return 'contained';
  if (CLOSED.has(host)) return 'restricted';
  tab.missing = await sitesMissing(id, url);
  if (tab.missing.length > 0) return tab.missing.every(mayAsk) ? 'no-permission' : 'restricted';
  if (await hasLostFrame(id)) return 'reload-needed';
  if (await hasRelay(id)) return 'ok';
  // What kept Sotto out the browser doesn't tell: a policy of its owner's, or a list of its own.
  return reloaded === origin ? 'restricted' : 'reload-needed';
}

/** The sites of frames that Sotto may not come into where the page itself lets it in, as a person reads them. @param {Tab} tab */
export function framesMissing({ url, missing = [] }) {
  const frames = missing.includes(url) ? [] : missing;
  return frames.map((site) => siteName(patternOf(site) ?? '')).join(', ');
}

/** The tab may have gone elsewhere since the popup was opened. @param {Tab} tab @param {boolean} on */
export async function remember({ id, origin }, on) {
  const { url } = await chrome.tabs.get(id);
  await turn(id, url ? originOf(url) : origin, on);
}

/** Asks the browser for this one site, and those of frames in it that make calls. @param {Tab} tab */
export async function allow({ missing = [] }) {
  const origins = missing.flatMap((url) => patternOf(url) ?? []);
  await chrome.permissions.request({ origins: [...new Set(origins)] });
}

/** Sotto is on from the new page's first frame. @param {Tab} tab @param {(on: boolean) => Promise<void>} turn */
export async function reload(tab, turn) {
  await registerScripts();
  await turn(true);
  tab.reloaded = tab.origin;
  await chrome.tabs.reload(tab.id);
}
