/**
 * An update waits until Sotto is on in no tab: it would cut every call off from
 * its keys. The browser applies it at its next start in any case.
 */
import { tabsOn } from '../sites/tabs.js';

const READY = 'update-ready';

async function applyIfIdle() {
  if ((await chrome.storage.session.get(READY))[READY] && (await tabsOn()).length === 0) chrome.runtime.reload();
}

export function followUpdates() {
  // With a listener, the browser leaves the moment to us.
  chrome.runtime.onUpdateAvailable.addListener(async () => {
    await chrome.storage.session.set({ [READY]: true });
    await applyIfIdle();
  });
  chrome.storage.session.onChanged.addListener((changes) => {
    const turnedOff = Object.entries(changes).some(([key, { newValue }]) => key.startsWith('on:') && newValue === undefined);
    if (turnedOff) applyIfIdle();
  });
}
