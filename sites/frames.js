/**
 * The sites of a tab's frames that hold calls, beside the page's own: what Sotto may do there is up
 * to the permission of each. Noted until another page comes, and of each whether it was ever missing.
 */
import { isCovered, patternOf } from './patterns.js';
import { grantedSites } from './permissions.js';

/** @typedef {Record<string, 'let-in' | 'lost'>} Frames by their origins */

/** A page can frame sites without end, but only those that Sotto is in speak to it. */
const MOST = 64;

/** @param {number} tab */
export const keyOfFrames = (tab) => `frames:${tab}`;

/** @param {number} tab @returns {Promise<Frames>} */
async function framesOf(tab) {
  const key = keyOfFrames(tab);
  return /** @type {Frames | undefined} */ ((await chrome.storage.session.get(key))[key]) ?? {};
}

/** @param {number} tab @param {string} origin */
export async function addFrame(tab, origin) {
  const frames = await framesOf(tab);
  if (patternOf(origin) === null || origin in frames || Object.keys(frames).length >= MOST) return;
  await chrome.storage.session.set({ [keyOfFrames(tab)]: { ...frames, [origin]: 'let-in' } });
}

/** Of a tab's page and its frames those that Sotto may not come into. @param {number} tab @param {string} page its address */
export async function sitesMissing(tab, page) {
  const granted = await grantedSites();
  const sites = [page, ...Object.keys(await framesOf(tab))];
  return sites.filter((site) => !isCovered(patternOf(site) ?? '', granted));
}

/** @param {number} tab @param {string[]} missing */
export async function markLost(tab, missing) {
  const frames = Object.entries(await framesOf(tab)).map(([site, was]) => [site, missing.includes(site) ? 'lost' : was]);
  if (frames.length > 0) await chrome.storage.session.set({ [keyOfFrames(tab)]: Object.fromEntries(frames) });
}

/**
 * Whether a frame may have been loaded without Sotto meanwhile: given again, the permission brings
 * it into what is loaded from then on.
 * @param {number} tab
 */
export const hasLostFrame = async (tab) => Object.values(await framesOf(tab)).includes('lost');
