/**
 * What a person wants to be called in every call: kept on disk, written in the
 * options alone, and told to the core by whoever of us can read it. What is
 * allowed in a name is the core's to say.
 */
const KEY = 'display-name';

export async function displayName() {
  const kept = (await chrome.storage.local.get(KEY))[KEY];
  return typeof kept === 'string' ? kept : '';
}

/** @param {string} typed */
export async function setDisplayName(typed) {
  await chrome.storage.local.set({ [KEY]: typed });
}

/** @returns {Promise<Sotto.NameToCore>} */
export const nameForCore = async () => ({ kind: 'name', name: await displayName() });

/** @param {() => void} changed */
export function followName(changed) {
  chrome.storage.onChanged.addListener((changes, area) => {
    if (area === 'local' && KEY in changes) changed();
  });
}

/** @param {(message: Sotto.NameToCore) => void} tell now, and at every change */
export async function watchName(tell) {
  const say = async () => tell(await nameForCore());
  followName(say);
  await say();
}
