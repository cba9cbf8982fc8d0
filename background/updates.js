/**
 * An update waits until Sotto is on in no tab: it would cut every call off from
 * its keys. The browser applies it at its next start in any case, and Chromium
 * when no page of ours is open: not while a page has a call, which has our host.
 */
import { tabsOn } from '../sites/tabs.js';

const READY = 'update-ready';

/** Who turned the last tab off has yet to tell the core, which lets go of the call. */
const PAUSE_MS = 5000;

/** @type {ReturnType<typeof setTimeout> | undefined} lost with the background, it leaves the update to the next time */
let timer;

async function applyIfIdle() {
  if ((await chrome.storage.session.get(READY))[READY] && (await tabsOn()).length === 0) chrome.runtime.reload();
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
    const turnedOff = Object.entries(changes).some(([key, { newValue }]) => key.startsWith('on:') && newValue === undefined);
    if (turnedOff) applySoon();
  });
}
