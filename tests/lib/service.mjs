/**
 * Sotto to which this machine is one of the call services that it knows: its scripts there are the
 * manifest's own, and nobody has to be asked. And it can bring back the tabs of the last session.
 */

import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HERE = ['http://127.0.0.1/*'];

/** @param {string} extension its folder @returns {{folder: string, remove: () => void}} a copy */
export function asService(extension) {
  const folder = mkdtempSync(join(tmpdir(), 'sotto-service-'));
  cpSync(extension, folder, { recursive: true });
  const file = join(folder, 'manifest.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  manifest.permissions.push('sessions');
  manifest.host_permissions = HERE;
  delete manifest.optional_host_permissions;
  for (const script of manifest.content_scripts) script.matches = HERE;
  writeFileSync(file, JSON.stringify(manifest));
  return { folder, remove: () => rmSync(folder, { recursive: true }) };
}
