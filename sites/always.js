/**
 * The sites on which every tab starts with Sotto on. The list is kept on disk,
 * unlike all else that Sotto remembers, and is written only by a person's word.
 */
import { isCovered, patternOf } from './patterns.js';

const KEY = 'always-on';

/** @returns {Promise<string[]>} */
export async function alwaysOn() {
  const patterns = (await chrome.storage.local.get(KEY))[KEY];
  return Array.isArray(patterns) ? patterns.filter((pattern) => typeof pattern === 'string') : [];
}

/** Two who change it at once do so one after the other. @param {(patterns: string[]) => string[]} change */
const changeList = (change) =>
  navigator.locks.request('sotto-always', async () => {
    await chrome.storage.local.set({ [KEY]: change(await alwaysOn()) });
  });

/** @param {string} pattern @param {boolean} always */
export const setAlwaysOn = (pattern, always) =>
  changeList((patterns) => [...patterns.filter((other) => other !== pattern), ...(always ? [pattern] : [])]);

/** @param {() => void} changed */
export function followAlways(changed) {
  chrome.storage.local.onChanged.addListener((changes) => {
    if (KEY in changes) changed();
  });
}

/** @param {string | undefined} url */
export async function isAlwaysOn(url) {
  const pattern = patternOf(url ?? '');
  return pattern !== null && isCovered(pattern, await alwaysOn());
}

/** A site that comes back later starts as any other. @param {string[]} granted */
export const forgetUngranted = (granted) =>
  changeList((patterns) => patterns.filter((pattern) => isCovered(pattern, granted)));
