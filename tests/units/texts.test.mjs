/** Whether there are English words for every code that the core can show; xtask holds the other languages to English. */

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { crashedView } from '../../worker/crashed-view.js';
import { LANGUAGES, counted, loadTexts } from '../../popup/texts.js';
import { badges } from '../../worker/badges.js';
import { fakeBrowser } from '../lib/fake-chrome.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
/** @param {string} name */
const read = (name) => readFileSync(join(ROOT, name), 'utf8');

const messages = JSON.parse(read('_locales/en/messages.json'));
const VIEW = 'extension-core/src/view';
const core = [...readdirSync(join(ROOT, VIEW)).map((file) => `${VIEW}/${file}`), 'extension-core/src/evidence.rs']
  .map(read)
  .join('');

/** A counted text has two forms. @param {string} group @param {string} code */
function isSaid(group, code) {
  const key = `${group}_${code.replaceAll('-', '_')}`;
  return key in messages || (`${key}_one` in messages && `${key}_other` in messages);
}

/** @param {string[]} groups @param {string[]} codes */
function areSaid(groups, codes) {
  assert.ok(codes.length > 3, `codes are found: ${codes}`);
  const unsaid = groups.flatMap((group) => codes.filter((code) => !isSaid(group, code)).map((code) => `${group} ${code}`));
  assert.deepEqual(unsaid, []);
}

/** The variants of one of the core's enums, as they are written out. @param {string} name */
function variants(name) {
  const [, body = ''] = new RegExp(`pub enum ${name} \\{(.*?)^\\}`, 'ms').exec(core) ?? [];
  const found = body.matchAll(/^ {4}([A-Z]\w*),/gm);
  return Array.from(found, ([, variant]) => variant.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase());
}

const literals = Array.from(core.matchAll(/(State::\w+, |Some\()?"([a-z]+(?:-[a-z]+)*)"/g));
/** @param {boolean} isReason */
const codes = (isReason) =>
  literals.filter(([, before, code]) => (before !== undefined) === isReason && code !== 'kebab-case').map(([, , code]) => code);

test('every reason has a sentence', () => areSaid(['reason'], [...codes(true), crashedView(true).reason, 'core-silent']));

test('every problem has a headline and an advice', () => areSaid(['problem', 'advice'], codes(false)));

test('every state, every protection and every reason to drop a frame has a word', () => {
  areSaid(['state'], variants('State'));
  areSaid(['protection'], variants('Protection'));
  areSaid(['drop'], variants('DropReason'));
  assert.deepEqual(Object.values(badges).filter(({ words }) => !(words in messages)), []);
});

/** As if a language were among ours, with these forms of one counted text. @param {string} language @param {string[]} forms */
async function speak(language, forms) {
  fakeBrowser({ runtime: { getURL: String }, i18n: { getUILanguage: () => language } });
  const placeholders = { n: { content: '$1' } };
  const file = Object.fromEntries(forms.map((form) => [`people_${form}`, { message: `${form} $N$`, placeholders }]));
  const document = { documentElement: {}, querySelectorAll: () => [] };
  Object.assign(globalThis, { document, fetch: async () => ({ json: async () => file }) });
  if (!LANGUAGES.includes(language)) LANGUAGES.push(language);
  await loadTexts();
}

/** @param {number[]} counts */
const forms = (counts) => counts.map((count) => counted('people', count).split(' ')[0]);

test('what is counted has the form that its language has for so many, and where the file has none the general one', async () => {
  await speak('ar', ['zero', 'one', 'two', 'few', 'many', 'other']);
  assert.deepEqual(forms([0, 1, 2, 3, 11, 100]), ['zero', 'one', 'two', 'few', 'many', 'other']);
  await speak('ar', ['one', 'other']);
  assert.deepEqual(forms([0, 1, 2, 3]), ['other', 'one', 'other', 'other']);
  await speak('ja', ['other']);
  assert.deepEqual(forms([0, 1, 2]), ['other', 'other', 'other']);
  await speak('fr', ['one', 'other']);
  assert.deepEqual(forms([0, 1, 2, 1_000_000]), ['one', 'one', 'other', 'other']);
});
