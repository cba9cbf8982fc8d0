/**
 * What is remembered of each tab for as long as the browser runs: the origin
 * that Sotto is on for there, the one that a person turned it off for, whether
 * a permission was withdrawn while it was on, and whether its page has made a call.
 */
import { isAlwaysOn } from './always.js';
import { isContained } from './container.js';
import { addFrame, hasLostFrame, keyOfFrames, markLost, sitesMissing } from './frames.js';
import { hasRelay } from './relay.js';

/** @typedef {'on' | 'off' | 'withdrawn' | 'calling'} What */
/** @typedef {{id?: number, url?: string, cookieStoreId?: string}} Shown a tab, as the browser shows it */

/** @param {What} what @param {number | ''} tab */
export const keyOf = (what, tab) => `${what}:${tab}`;

/** @param {string | undefined} url */
export const originOf = (url) => URL.parse(url ?? '')?.origin ?? 'null';

/** @param {What} what @param {number} tab @returns {Promise<string | undefined>} */
async function noted(what, tab) {
  const key = keyOf(what, tab);
  return /** @type {string | undefined} */ ((await chrome.storage.session.get(key))[key]);
}

/** The origin that Sotto is on for. @param {number} tab */
export const originOn = (tab) => noted('on', tab);

/**
 * Turned on for one origin in a tab; another origin there starts off. The browser hides the address
 * of a page whose permission was withdrawn, so that one stays on: nothing of it may go in clear.
 * @param {Shown} tab
 */
export async function isOn({ id = -1, url, cookieStoreId }) {
  if (isContained(cookieStoreId)) return false;
  const origin = await originOn(id);
  return origin !== undefined && (url === undefined || origin === originOf(url));
}

/**
 * What is decided by what is noted, popup and background decide one after the other.
 * @template T @param {() => Promise<T>} act @returns {Promise<T>}
 */
const inTurn = (act) => navigator.locks.request('sotto-tabs', act);

/** Once it is settled how its document begins. @param {Shown} tab */
export const isOnInTurn = (tab) => inTurn(() => isOn(tab));

/** The new word comes first: whoever sees the old one go finds it. @param {number} tab @param {string} origin @param {boolean} on */
async function note(tab, origin, on) {
  await chrome.storage.session.set({ [keyOf(on ? 'on' : 'off', tab)]: origin });
  await chrome.storage.session.remove(keyOf(on ? 'off' : 'on', tab));
  if (on) await lookAtPermissions(tab, origin);
}

/** @param {number} tab @param {string} origin @param {boolean} on */
export const turn = (tab, origin, on) => inTurn(() => note(tab, origin, on));

/** Where Sotto is always on, a tab starts so, unless it was turned off there. @param {Shown} tab */
export const begin = ({ id = -1, url, cookieStoreId }) =>
  inTurn(async () => {
    if (isContained(cookieStoreId)) return;
    const origin = originOf(url);
    await chrome.storage.session.remove(keyOf('calling', id));
    await beginFrames(id, origin);
    const isNew = (await originOn(id)) !== origin && (await noted('off', id)) !== origin;
    if (isNew && (await isAlwaysOn(url))) await note(id, origin, true);
  });

/** @param {number} tab */
export async function forget(tab) {
  const notes = /** @type {const} */ (['on', 'off', 'withdrawn', 'calling']).map((what) => keyOf(what, tab));
  await chrome.storage.session.remove([...notes, keyOfFrames(tab)]);
}

/** @param {number} tab */
const originNoted = async (tab) =>
  (await originOn(tab)) ?? (await noted('withdrawn', tab)) ?? (await noted('off', tab));

/**
 * Forgets a tab that shows another origin now. Where the address is hidden, the page is still the
 * same while its relay answers: what is loaded without permission has none.
 * @param {{id?: number, url?: string}} tab
 */
export async function forgetLeft({ id = -1, url }) {
  if ((await originNoted(id)) === undefined || (url === undefined && (await hasRelay(id)))) return;
  await inTurn(async () => {
    // What is told here may be older than the next page and its word.
    const { url: current } = await chrome.tabs.get(id);
    const isHidden = current === undefined && url !== undefined;
    if (!isHidden && (await originNoted(id)) !== originOf(current)) await forget(id);
  });
}

/** @param {What} what @returns {Promise<[tab: number, origin: string][]>} */
async function tabsThatAre(what) {
  const all = /** @type {Record<string, string>} */ (await chrome.storage.session.get(null));
  const notes = Object.entries(all).filter(([key]) => key.startsWith(`${what}:`));
  return notes.map(([key, origin]) => [Number(key.split(':')[1]), origin]);
}

export const tabsOn = () => tabsThatAre('on');

/** @param {() => void} changed whenever a tab is turned on, or is on no more */
export function followTabsOn(changed) {
  chrome.storage.session.onChanged.addListener((changes) => {
    if (Object.keys(changes).some((key) => key.startsWith(keyOf('on', '')))) changed();
  });
}

/** A page of the tab comes to the core, as it makes its first connection. @param {number} tab */
export const noteCall = (tab) => inTurn(() => chrome.storage.session.set({ [keyOf('calling', tab)]: true }));

/** Whether its page, or a frame there, ever came to the core. @param {number} tab */
export const hasCalled = async (tab) => (await noted('calling', tab)) !== undefined;

/** Whether there is a call that an update would cut off from its keys. */
export async function isCalling() {
  const on = (await tabsOn()).map(([tab]) => tab);
  return (await tabsThatAre('calling')).some(([tab]) => on.includes(tab));
}

/** @param {number} tab @param {(on: boolean) => void} tell at every change */
export function followOn(tab, tell) {
  const key = keyOf('on', tab);
  chrome.storage.session.onChanged.addListener((changes) => {
    if (key in changes) tell(changes[key].newValue !== undefined);
  });
}

/** @param {number} tab */
export async function isWithdrawn(tab) {
  return (await noted('withdrawn', tab)) !== undefined;
}

/**
 * A tab's calls need the permission of its page and of each frame that holds one. Where a frame's
 * was missing, it is back only with a new page.
 * @param {number} tab @param {string} origin
 */
async function lookAtPermissions(tab, origin) {
  const key = keyOf('withdrawn', tab);
  const missing = await sitesMissing(tab, origin);
  await markLost(tab, missing);
  if (missing.length > 0) await chrome.storage.session.set({ [key]: origin });
  else if (!(await hasLostFrame(tab))) await chrome.storage.session.remove(key);
}

/** Looks at the permissions of each tab that Sotto is on in, or was when one was withdrawn. */
export const noteWithdrawals = () =>
  inTurn(async () => {
    for (const [tab, origin] of [...(await tabsOn()), ...(await tabsThatAre('withdrawn'))]) {
      await lookAtPermissions(tab, origin);
    }
  });

/** A frame of another site than the page's makes a call. @param {number} tab @param {string} origin */
export const noteFrame = (tab, origin) =>
  inTurn(async () => {
    await addFrame(tab, origin);
    const on = await originOn(tab);
    if (on !== undefined) await lookAtPermissions(tab, on);
  });

/**
 * A new page has frames of its own. While Sotto is on, those that it may not come into are
 * remembered: the page would make them again, and their calls would go in clear.
 * @param {number} tab @param {string} origin
 */
async function beginFrames(tab, origin) {
  if ((await originOn(tab)) === origin && (await sitesMissing(tab, origin)).length > 0) return;
  await chrome.storage.session.remove([keyOf('withdrawn', tab), keyOfFrames(tab)]);
}

/** @param {number} tab @returns {Promise<Sotto.PermissionToCore>} */
export const permissionOf = async (tab) => ({ kind: 'permission', tab, given: !(await isWithdrawn(tab)) });

/** @param {number} tab @param {(message: Sotto.PermissionToCore) => void} tell now, and at every change */
export async function watchWithdrawal(tab, tell) {
  const key = keyOf('withdrawn', tab);
  const say = async () => tell(await permissionOf(tab));
  chrome.storage.onChanged.addListener((changes) => {
    if (key in changes) say();
  });
  await say();
}
