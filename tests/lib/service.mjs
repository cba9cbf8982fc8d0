/** Sotto with another manifest, for what the browser makes of it. */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {{folder: string, remove: () => void}} Copy */

const HERE = ['http://127.0.0.1/*'];

/**
 * This machine is one of the call services that it knows: its scripts there are the manifest's own,
 * and nobody has to be asked. And it can bring back the tabs of the last session.
 * @param {string} extension its folder @returns {Copy}
 */
export function asService(extension) {
  return copyOf(extension, (manifest) => {
    manifest.permissions.push('sessions');
    manifest.host_permissions = HERE;
    delete manifest.optional_host_permissions;
    for (const script of manifest.content_scripts) script.matches = HERE;
  });
}

/** @param {string} extension its folder @param {string} version @returns {Copy} */
export const asVersion = (extension, version) => copyOf(extension, (manifest) => Object.assign(manifest, { version }));

/** @param {string} extension its folder @param {(manifest: any) => void} change @returns {Copy} */
function copyOf(extension, change) {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-copy-'));
  cpSync(extension, folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  change(manifest);
  writeFileSync(file, JSON.stringify(manifest));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
