/** The sites that Sotto may come into: on which it is always on, and those to be removed. */
import { element, keepFocus, make, setText } from '../popup/dom.js';
import { text } from '../popup/texts.js';
import { alwaysOn, followAlways, setAlwaysOn } from '../sites/always.js';
import { isCovered, siteName, widerThan } from '../sites/patterns.js';
import { grantedSites } from '../sites/permissions.js';

/** @param {string} pattern */
const nameOf = (pattern) => siteName(pattern) ?? text('site_all');

/** @param {string} pattern */
function alwaysBox(pattern) {
  const box = /** @type {HTMLInputElement} */ (make('input', { type: 'checkbox', 'data-test': 'always' }));
  box.addEventListener('change', () => setAlwaysOn(pattern, box.checked));
  return make('label', {}, box, make('span', {}));
}

/**
 * A screen reader that goes from one to the next hears which site each is about.
 * @param {Element} control @param {Element} shown where its words are seen @param {string} pattern @param {string} words
 */
function label(control, shown, pattern, words) {
  control.setAttribute('aria-label', `${nameOf(pattern)}: ${words}`);
  setText(shown, words);
}

/** @param {string} pattern */
function removal(pattern) {
  const button = make('button', { type: 'button', class: 'small', 'data-test': 'remove', 'aria-live': 'polite' });
  label(button, button, pattern, text('site_remove'));
  button.addEventListener('click', async () => {
    const isGone = await chrome.permissions.remove({ origins: [pattern] }).catch(() => false);
    // One that is gone has no row any more.
    if (!isGone) label(button, button, pattern, text('site_kept'));
  });
  return button;
}

function builtIn() {
  const note = make('span', { class: 'hint' });
  setText(note, text('site_built_in'));
  return note;
}

/** @param {string} pattern */
function newRow(pattern) {
  const site = make('span', { class: 'site' });
  setText(site, nameOf(pattern));
  const own = chrome.runtime.getManifest().host_permissions ?? [];
  const end = own.includes(pattern) ? builtIn() : removal(pattern);
  return make('li', { 'data-test': 'site', 'data-pattern': pattern, tabindex: '-1' }, site, alwaysBox(pattern), end);
}

/** Where a wider pattern is always on, the box of a site in it can change nothing. @param {HTMLElement} row @param {string[]} always */
function fill(row, always) {
  const pattern = row.dataset.pattern ?? '';
  const wider = widerThan(pattern, always);
  const words = wider ? text('site_always_by', nameOf(wider)) : text('site_always');
  const box = /** @type {HTMLInputElement} */ (row.querySelector('input'));
  box.checked = isCovered(pattern, always);
  box.disabled = wider !== undefined;
  label(box, /** @type {Element} */ (box.nextElementSibling), pattern, words);
}

async function draw() {
  const [granted, always] = await Promise.all([grantedSites(), alwaysOn()]);
  const list = element('sites');
  const rows = /** @type {HTMLElement[]} */ ([...list.children]);
  const focused = rows.findIndex((row) => row.contains(document.activeElement));
  const byName = granted.toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)));
  const wanted = byName.map((pattern) => rows.find(({ dataset }) => dataset.pattern === pattern) ?? newRow(pattern));
  keepFocus(
    () => {
      for (const row of rows) if (!wanted.includes(row)) row.remove();
      wanted.forEach((row, index) => {
        if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
        fill(row, always);
      });
    },
    () => wanted[Math.min(focused, wanted.length - 1)] ?? element('sites-title'),
  );
}

export async function showSites() {
  chrome.permissions.onAdded.addListener(draw);
  chrome.permissions.onRemoved.addListener(draw);
  followAlways(draw);
  await draw();
}
