/**
 * The frames of a tab that have no way to the core, as the background knows
 * them from their relays, one entry each. The core can't hear of them from the
 * frames themselves, so hosts and popups of the tab pass the count on.
 */
const CUT = 'cut:';
/** A page can make frames without end; more than these needn't be counted. */
const MOST = 64;

/** @param {number} tab @param {number} [frame] */
const keyOf = (tab, frame) => `${CUT}${tab}:${frame ?? ''}`;

/** @param {number} tab @returns {Promise<[string, Sotto.Cut][]>} */
async function entriesOf(tab) {
  const all = await chrome.storage.session.get(null);
  return /** @type {any} */ (Object.entries(all).filter(([key]) => key.startsWith(keyOf(tab))));
}

/** @param {number} tab @returns {Promise<Sotto.CutsToCore>} */
export async function cutsOf(tab) {
  const cuts = (await entriesOf(tab)).map(([, cut]) => cut);
  /** @param {Sotto.Cut} kind */
  const count = (kind) => cuts.filter((cut) => cut === kind).length;
  return { kind: 'cuts', tab, sandboxed: count('sandboxed'), lost: count('lost') };
}

/** @param {number} tab @param {(cuts: Sotto.CutsToCore) => void} tell now and at every change */
export async function watchCuts(tab, tell) {
  const look = async () => tell(await cutsOf(tab));
  chrome.storage.onChanged.addListener((changes) => {
    if (Object.keys(changes).some((key) => key.startsWith(keyOf(tab)))) look();
  });
  await look();
}

/** @param {number} tab @param {number} frame @param {Sotto.Cut | null} cut */
export async function noteCut(tab, frame, cut) {
  const key = keyOf(tab, frame);
  if (cut === null) await chrome.storage.session.remove(key);
  else if ((await entriesOf(tab)).length < MOST) await chrome.storage.session.set({ [key]: cut });
}

/** @param {number} tab */
export async function forgetCuts(tab) {
  await chrome.storage.session.remove((await entriesOf(tab)).map(([key]) => key));
}
