/**
 * What hosts tell the core of the background's notes, told by the background
 * itself where hosts can't read them: in Firefox they are in the page's
 * process. There the background is a document and can reach the core.
 */
import { connectToCore } from '../worker/connect.js';
import { cutsOf } from '../worker/cuts.js';
import { isWithdrawn } from '../sites/tabs.js';
import { followName, nameForCore } from '../worker/name.js';

const reachesCore = 'SharedWorker' in globalThis;

/** @param {number} tab */
export async function tellCore(tab) {
  if (!reachesCore) return;
  const port = connectToCore();
  port.postMessage(await cutsOf(tab));
  const reach = (await isWithdrawn(tab)) ? 'no-permission' : 'ok';
  port.postMessage(/** @type {Sotto.ReachToCore} */ ({ kind: 'reach', tab, reach }));
  port.postMessage(await nameForCore());
}

async function tellName() {
  if (reachesCore) connectToCore().postMessage(await nameForCore());
}

export function followForHosts() {
  followName(tellName);
  chrome.storage.onChanged.addListener((changes, area) => {
    if (area !== 'session') return;
    for (const key of Object.keys(changes)) {
      const tab = /^(?:cut|withdrawn):(\d+)/.exec(key)?.[1];
      if (tab) tellCore(Number(tab));
    }
  });
}
