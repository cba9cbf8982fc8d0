/**
 * Extensions that a Firefox keeps over a restart, as it keeps those of its store. Without a
 * signature only a build takes them that lets go of that rule: an ESR, not the Firefox of most people.
 */

import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { giveCamera } from './firefox-camera.mjs';

/** @typedef {import('./firefox.mjs').FirefoxContext} FirefoxContext */

/** It brings back the tabs that were open, and all of them at once. */
export const PREFERENCES = {
  'xpinstall.signatures.required': false,
  'browser.startup.page': 3,
  'browser.sessionstore.restore_on_demand': false,
};

/** @param {FirefoxContext} context @param {string} extension its folder */
export async function keep({ chrome }, extension) {
  const extensionData = { type: 'archivePath', path: await chrome.zip(filesIn(extension)) };
  await chrome.connection.send('webExtension.install', { extensionData, 'moz:permanent': true });
}

/** @param {FirefoxContext} context @param {string} extension the folder of a newer one */
export async function update({ chrome }, extension) {
  return chrome.update(await chrome.zip(filesIn(extension)));
}

/** @param {string} folder @returns {[string, string][]} the name of each file there, and its path */
function filesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return entries.map(({ parentPath, name }) => join(parentPath, name)).map((path) => [path.slice(folder.length + 1), path]);
}

/**
 * A tab that is restored runs before a test can reach it, but not before an extension.
 * @param {FirefoxContext} context
 */
export async function keepCamera(context) {
  const { looks, size } = context.devices;
  const folder = mkdtempSync(join(tmpdir(), 'sotto-camera-'));
  const script = { matches: ['<all_urls>'], js: ['camera.js'], run_at: 'document_start', world: 'MAIN' };
  const gecko = { id: 'camera@sotto.invalid' };
  const manifest = { manifest_version: 2, name: 'Camera', version: '1', content_scripts: [script], browser_specific_settings: { gecko } };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'camera.js'), `(${giveCamera})(${JSON.stringify({ ...looks, ...size })});`);
  await keep(context, folder);
  rmSync(folder, { recursive: true });
}
