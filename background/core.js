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

/** @param {number} tab */
async function tellCore(tab) {
  const core = await connectAsOurs();
  core.postMessage(await cutsOf(tab));
  const reach = (await isWithdrawn(tab)) ? 'no-permission' : 'ok';
  core.postMessage(/** @type {Sotto.ReachToCore} */ ({ kind: 'reach', tab, reach }));
  core.postMessage(await nameForCore());
  return core;
}

/** @param {Sotto.Voucher} page @returns {Promise<boolean>} false where the core doesn't obey us */
export async function introduce(page) {
  return !reachesCore || vouch(await tellCore(page.tab), page);
}

async function tellName() {
  (await connectAsOurs()).postMessage(await nameForCore());
}

export function followForHosts() {
  if (!reachesCore) return;
  followName(tellName);
  chrome.storage.onChanged.addListener((changes, area) => {
    if (area !== 'session') return;
    for (const key of Object.keys(changes)) {
      const tab = /^(?:cut|withdrawn):(\d+)/.exec(key)?.[1];
      if (tab) tellCore(Number(tab));
    }
  });
}
