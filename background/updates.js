/**
 * An update waits while Sotto is on in a tab whose page has made a call: it would
 * cut that off from its keys. It doesn't for a tab that may call one day, as one that
 * is pinned where Sotto is always on. The browser applies it at its next start in any
 * case, and Chromium when no page of ours is open: not while a page has our host.
 */
import { isCalling } from '../sites/tabs.js';

const READY = 'update-ready';

/** Who turned the last tab off has yet to tell the core, which lets go of the call; and a page that was reloaded in mid-call may call again. */
const PAUSE_MS = 5000;

/** @type {ReturnType<typeof setTimeout> | undefined} lost with the background, it leaves the update to the next time */
let timer;

async function applyIfIdle() {
  if ((await chrome.storage.session.get(READY))[READY] && !(await isCalling())) chrome.runtime.reload();
}

function applySoon() {
  clearTimeout(timer);
  timer = setTimeout(applyIfIdle, PAUSE_MS);
}

export function followUpdates() {
  // With a listener, a browser that has a page of ours open leaves the moment to us.
  chrome.runtime.onUpdateAvailable.addListener(async () => {
    await chrome.storage.session.set({ [READY]: true });
    applySoon();
  });
  chrome.storage.session.onChanged.addListener((changes) => {
    const isOver = Object.entries(changes).some(([key, { newValue }]) => /^(?:on|calling):/.test(key) && newValue === undefined);
    if (isOver) applySoon();
  });
}
