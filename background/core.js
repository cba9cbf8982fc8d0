/**
 * What hosts tell the core of the background's notes, told by the background
 * itself where hosts can't read them: in Firefox they are in the page's
 * process. There the background is a document and can reach the core.
 */
import { connectAsOurs, vouch } from '../worker/connect.js';
import { cutsOf } from '../worker/cuts.js';
import { isWithdrawn } from '../sites/tabs.js';
import { followName, nameForCore } from '../worker/name.js';

const reachesCore = 'SharedWorker' in globalThis;

/** @param {(Sotto.CutsToCore | Sotto.PermissionToCore | Sotto.NameToCore)[]} messages */
async function tell(...messages) {
  const core = await connectAsOurs();
  for (const message of messages) core.postMessage(message);
  return core;
}

/** @param {number} tab @returns {Promise<Sotto.PermissionToCore>} */
const permissionOf = async (tab) => ({ kind: 'permission', tab, given: !(await isWithdrawn(tab)) });

/** What holds of a tab before a page of it is attached, but for what such a page can't know. @param {number} tab */
async function tellNotesOf(tab) {
  const permission = await permissionOf(tab);
  return tell(await cutsOf(tab), ...(permission.given ? [] : [permission]), await nameForCore());
}

/** @param {Sotto.Voucher} page @returns {Promise<boolean>} false where the core doesn't obey us */
export async function introduce(page) {
  return !reachesCore || vouch(await tellNotesOf(page.tab), page);
}

export function followForHosts() {
  if (!reachesCore) return;
  followName(async () => tell(await nameForCore()));
  chrome.storage.onChanged.addListener(async (changes, area) => {
    if (area !== 'session') return;
    for (const key of Object.keys(changes)) {
      const [what, tab] = key.split(':');
      if (what === 'cut') tell(await cutsOf(Number(tab)));
      if (what === 'withdrawn') tell(await permissionOf(Number(tab)));
    }
  });
}
