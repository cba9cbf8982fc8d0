/**
 * Follows the browser's word on the sites that Sotto may go to: scripts are
 * registered for what was given, and a call whose site was taken away is noted,
 * which stops it. Tabs that are open already are left to the popup.
 */
import { forgetUngranted } from '../sites/always.js';
import { grantedSites, registerScripts } from '../sites/permissions.js';
import { noteWithdrawals } from '../sites/tabs.js';

async function handleChange() {
  await noteWithdrawals();
  await registerScripts();
}

async function handleRemoval() {
  await handleChange();
  await forgetUngranted(await grantedSites());
}

export function followPermissions() {
  chrome.permissions.onAdded.addListener(handleChange);
  chrome.permissions.onRemoved.addListener(handleRemoval);
  // An update drops what was registered, and the permissions may have changed meanwhile.
  chrome.runtime.onInstalled.addListener(handleChange);
  chrome.runtime.onStartup.addListener(handleRemoval);
}
