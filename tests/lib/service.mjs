/** Sotto with another manifest, for what the browser makes of it, or with another language. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** How many forms of a counted text there are in Arabic. */
const FORMS = ['zero', 'one', 'two', 'few', 'many'];

/** The word that a text of this form begins with. @param {string} form */
const formOf = (form) => '\u0640'.repeat(FORMS.indexOf(form) + 1);

/**
 * Each word in Arabic letters, twice as long, and one behind them that is longer than a line.
 * @param {string} message
 */
function inArabicLetters(message) {
  const letters = '\u0627\u0644\u062a\u0634\u0641\u064a\u0631';
  /** @param {number} length */
  const word = (length) => Array.from({ length }, (_, n) => letters[n % letters.length]).join('');
  const words = message.split(/(\$\w+\$)/).map((part, n) => (n % 2 ? part : part.replace(/[\p{L}']+/gu, ({ length }) => word(2 * length))));
  return `${words.join('')} ${word(80)}`;
}

/** @param {Record<string, {message: string}>} english */
function arabicOf(english) {
  const texts = Object.entries(english).flatMap(([key, { message, ...rest }]) => {
    const text = { message: inArabicLetters(message), ...rest };
    const stem = key.replace(/_other$/, '');
    const isCounted = stem !== key && `${stem}_one` in english;
    const forms = isCounted ? FORMS.map((form) => [`${stem}_${form}`, { ...text, message: `${formOf(form)} ${text.message}` }]) : [];
    return [[key, text], ...forms];
  });
  return { ...Object.fromEntries(texts), direction: { message: 'rtl' } };
}

/**
 * With Arabic among its languages, as long words in Arabic letters that say nothing.
 * @param {string} extension its folder @returns {Copy & {formOf: typeof formOf}}
 */
export function inArabic(extension) {
  const copy = copyOf(extension, () => {});
  const texts = arabicOf(JSON.parse(readFileSync(join(copy.folder, '_locales/en/messages.json'), 'utf8')));
  mkdirSync(join(copy.folder, '_locales/ar'));
  writeFileSync(join(copy.folder, '_locales/ar/messages.json'), JSON.stringify(texts));
  const file = join(copy.folder, 'popup/texts.js');
  const code = readFileSync(file, 'utf8');
  writeFileSync(file, code.replace("LANGUAGES = [", "LANGUAGES = ['ar', "));
  return { ...copy, formOf };
}

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
