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

/** @param {string} pattern @param {boolean} always */
export async function setAlwaysOn(pattern, always) {
  const others = (await alwaysOn()).filter((other) => other !== pattern);
  await chrome.storage.local.set({ [KEY]: always ? [...others, pattern] : others });
}

/** @param {string | undefined} url */
export async function isAlwaysOn(url) {
  const pattern = patternOf(url ?? '');
  return pattern !== null && isCovered(pattern, await alwaysOn());
}

/** A site that comes back later starts as any other. @param {string[]} granted */
export async function forgetUngranted(granted) {
  const kept = (await alwaysOn()).filter((pattern) => isCovered(pattern, granted));
  await chrome.storage.local.set({ [KEY]: kept });
}
