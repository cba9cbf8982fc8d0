/**
 * What hosts tell the core of the background's notes, told by the background
 * itself where hosts can't read them: in Firefox they are in the page's
 * process. There the background is a document and can reach the core.
 */
import { connectAsOurs, vouch } from '../worker/connect.js';
import { cutsOf } from '../worker/cuts.js';
import { permissionOf } from '../sites/tabs.js';
import { followName, nameForCore } from '../worker/name.js';

const reachesCore = 'SharedWorker' in globalThis;

/** @param {(Sotto.CutsToCore | Sotto.PermissionToCore | Sotto.NameToCore)[]} messages */
async function tell(...messages) {
  const core = await connectAsOurs();
  for (const message of messages) core.postMessage(message);
  return core;
}

/** What holds of its tab comes first. @param {Sotto.Voucher} page @returns {Promise<boolean>} false where the core doesn't obey us */
export async function vouchFor(page) {
  if (!reachesCore) return true;
  const { tab } = page;
  const core = await tell(await cutsOf(tab), await permissionOf(tab), await nameForCore());
  const isVouched = await vouch(core, page);
  core.close();
  return isVouched;
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
