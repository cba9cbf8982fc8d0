/**
 * Which core worker is ours, and the word by which it knows whom it obeys. The word is in the
 * session's storage, which the browser opens to no content script; nor, in Firefox, to the host page,
 * which is in the page's process there and has no word in anything. The name is told to who brings a page. An
 * extension that was updated has another, for the old one's worker lives on with its pages.
 */
const KEY = 'core';

/** Made by who needs it first. @returns {Promise<Sotto.OurCore>} */
export function ourCore() {
  return navigator.locks.request('sotto-core', async () => {
    const kept = (await chrome.storage.session.get(KEY))[KEY];
    if (kept) return /** @type {Sotto.OurCore} */ (kept);
    const core = { name: `sotto-core-${crypto.randomUUID()}`, word: crypto.randomUUID() };
    await chrome.storage.session.set({ [KEY]: core });
    return core;
  });
}

/** It obeys somebody else, who was there first, and has none of our calls: the next is another. @param {string} name */
export const forgetCore = (name) =>
  navigator.locks.request('sotto-core', async () => {
    const kept = /** @type {Sotto.OurCore | undefined} */ ((await chrome.storage.session.get(KEY))[KEY]);
    if (kept?.name === name) await chrome.storage.session.remove(KEY);
  });
