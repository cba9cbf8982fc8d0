/**
 * Lets Sotto into this machine's pages without a person to click the browser's question.
 *
 * A forerunner, an extension of the same id that has nothing but these sites as its own, is
 * installed first. To the browser what ships is then its update, which keeps what the person had
 * given: as an optional permission, which can be withdrawn.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './expect.mjs';

/** @typedef {(path: string) => Promise<string>} Load installs an extension and gives its id */

const LOCAL = ['http://127.0.0.1/*', 'http://localhost/*'];

/** @param {string} extension its folder @param {Load} load */
export async function letIn(extension, load) {
  const { version, key, optional_host_permissions: optional = [] } = manifestOf(extension);
  const sites = LOCAL.filter((site) => optional.includes(site));
  if (sites.length === 0) return false;
  const folder = mkdtempSync(join(tmpdir(), 'sotto-forerunner-'));
  const manifest = { manifest_version: 3, name: 'Forerunner', version, key, host_permissions: sites };
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  await load(folder);
  rmSync(folder, { recursive: true });
  return true;
}

/** @param {string} extension */
const manifestOf = (extension) => JSON.parse(readFileSync(join(extension, 'manifest.json'), 'utf8'));

/**
 * The background registers scripts for what it was given, some moments after the start.
 * @param {import('playwright-core').BrowserContext} context @param {string} id
 */
export async function scriptsAreThere(context, id) {
  const look = async () => {
    const background = context.serviceWorkers().find((worker) => worker.url().includes(id));
    // The one of before an update goes away while it is asked.
    const scripts = await background?.evaluate(() => chrome.scripting.getRegisteredContentScripts()).catch(() => null);
    return scripts?.length ?? 0;
  };
  await eventually(look, (count) => count > 0, 'content scripts are registered for this machine');
}
