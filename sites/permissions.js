/**
 * Sites that the browser lets Sotto into, and the content scripts there. The
 * permissions themselves are the only list that is kept: what the manifest's
 * own scripts don't cover of them gets the same scripts registered.
 */
import { isCovered, patternOf, unscripted } from './patterns.js';

const declared = () => chrome.runtime.getManifest().content_scripts ?? [];

/** @returns {Promise<string[]>} */
export async function grantedSites() {
  return (await chrome.permissions.getAll()).origins ?? [];
}

/** Whether the browser would ask for a page's site: it knows only what the manifest names. @param {string} url */
export function mayAsk(url) {
  const pattern = patternOf(url);
  const { host_permissions: own = [], optional_host_permissions: optional = [] } = chrome.runtime.getManifest();
  return pattern !== null && isCovered(pattern, [...own, ...optional]);
}

/**
 * Firefox gives whole addresses and doesn't take them, and takes what has no slash at its start from
 * the folder of the page that asks, which may be the popup's.
 * @param {string} file
 */
const fromRoot = (file) => new URL(file, chrome.runtime.getURL('/')).pathname;

/**
 * All sites, as one pattern, has those of the manifest in it: there its own scripts are.
 * @param {string[]} matches @returns {chrome.scripting.RegisteredContentScript[]}
 */
function scriptsFor(matches) {
  return declared().map(({ js = [], matches: own = [], ...script }, index) => ({
    id: `call-${index}`,
    matches,
    excludeMatches: own,
    js: /** @type {[string, ...string[]]} */ (js.map(fromRoot)),
    world: /** @type {any} */ (script).world ?? 'ISOLATED',
    runAt: 'document_start',
    allFrames: true,
    matchOriginAsFallback: true,
    persistAcrossSessions: true,
  }));
}

async function register() {
  const matches = unscripted(await grantedSites(), declared().flatMap((script) => script.matches ?? []));
  const registered = await chrome.scripting.getRegisteredContentScripts();
  if (matches.length === 0) {
    if (registered.length > 0) await chrome.scripting.unregisterContentScripts();
  } else if (registered.length === 0) {
    await chrome.scripting.registerContentScripts(scriptsFor(matches));
  } else {
    await chrome.scripting.updateContentScripts(scriptsFor(matches));
  }
}

/** Brings the scripts in line with the permissions; popup and background may do so at once. */
export function registerScripts() {
  return navigator.locks.request('sotto-scripts', register);
}
