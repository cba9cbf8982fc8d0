/**
 * The word by which the core worker knows whom it obeys. It is in the session's storage, which no
 * process of a page can read; in Firefox the host page is in one, and has no word in anything.
 */
const KEY = 'word';

/** Made by who needs it first. @returns {Promise<string>} */
export function ourWord() {
  return navigator.locks.request('sotto-word', async () => {
    const kept = (await chrome.storage.session.get(KEY))[KEY];
    if (typeof kept === 'string') return kept;
    const word = crypto.randomUUID();
    await chrome.storage.session.set({ [KEY]: word });
    return word;
  });
}
