/**
 * What a person wants to be called in every call: kept on disk, written in the
 * options alone, and told to the core by whoever of us can read it, where it may
 * leave the browser. What is allowed in a name is the core's to say.
 */
const KEY = 'display-name';

/** What Firefox calls it. It has a person allow that such data leave the browser; others have no such question. */
const DATA = 'personallyIdentifyingInfo';

/** @typedef {{data_collection?: string[]}} Allowed */

export async function mayBeTold() {
  const { data_collection: allowed } = /** @type {Allowed} */ (await chrome.permissions.getAll());
  return allowed === undefined || allowed.includes(DATA);
}

/** In a click, as the browser wants it. */
export const askToTell = () => chrome.permissions.request(/** @type {any} */ ({ data_collection: [DATA] }));

export async function displayName() {
  const kept = (await chrome.storage.local.get(KEY))[KEY];
  return typeof kept === 'string' ? kept : '';
}

/** @param {string} typed */
export async function setDisplayName(typed) {
  await chrome.storage.local.set({ [KEY]: typed });
}

/** @returns {Promise<Sotto.NameToCore>} */
export const nameForCore = async () => ({ kind: 'name', name: (await mayBeTold()) ? await displayName() : '' });

/** @param {() => void} changed */
export function followConsent(changed) {
  chrome.permissions.onAdded.addListener(changed);
  chrome.permissions.onRemoved.addListener(changed);
}

/** @param {() => void} changed */
export function followName(changed) {
  chrome.storage.onChanged.addListener((changes, area) => {
    if (area === 'local' && KEY in changes) changed();
  });
  followConsent(changed);
}

/** @param {(message: Sotto.NameToCore) => void} tell now, and at every change */
export async function watchName(tell) {
  const say = async () => tell(await nameForCore());
  followName(say);
  await say();
}
