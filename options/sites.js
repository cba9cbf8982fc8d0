/** The sites that Sotto may come into: on which it is always on, and those to be removed. */
import { element, make, setText } from '../popup/dom.js';
import { text } from '../popup/texts.js';
import { alwaysOn, setAlwaysOn } from '../sites/always.js';
import { isCovered, siteName } from '../sites/patterns.js';
import { grantedSites } from '../sites/permissions.js';

/** @param {string} pattern */
const nameOf = (pattern) => siteName(pattern) ?? text('site_all');

/** @param {string} pattern @param {boolean} always */
function alwaysBox(pattern, always) {
  const box = /** @type {HTMLInputElement} */ (make('input', { type: 'checkbox', 'data-test': 'always' }));
  box.checked = always;
  box.addEventListener('change', () => setAlwaysOn(pattern, box.checked));
  const words = make('span', {});
  setText(words, text('site_always'));
  const label = make('label', {}, box, words);
  // A screen reader that goes from box to box hears which site each is about.
  box.setAttribute('aria-label', `${nameOf(pattern)}: ${text('site_always')}`);
  return label;
}

/** @param {string} pattern */
function removal(pattern) {
  const button = make('button', { type: 'button', class: 'small', 'data-test': 'remove' });
  setText(button, text('site_remove'));
  button.setAttribute('aria-label', `${nameOf(pattern)}: ${text('site_remove')}`);
  button.addEventListener('click', () => chrome.permissions.remove({ origins: [pattern] }));
  return button;
}

function builtIn() {
  const note = make('span', { class: 'hint' });
  setText(note, text('site_built_in'));
  return note;
}

/** @param {string} pattern @param {string[]} always */
function row(pattern, always) {
  const site = make('span', { class: 'site' });
  setText(site, nameOf(pattern));
  const own = chrome.runtime.getManifest().host_permissions ?? [];
  const end = own.includes(pattern) ? builtIn() : removal(pattern);
  return make('li', { 'data-test': 'site' }, site, alwaysBox(pattern, isCovered(pattern, always)), end);
}

async function draw() {
  const [granted, always] = await Promise.all([grantedSites(), alwaysOn()]);
  const byName = granted.toSorted((one, other) => nameOf(one).localeCompare(nameOf(other)));
  element('sites').replaceChildren(...byName.map((pattern) => row(pattern, always)));
}

export async function showSites() {
  chrome.permissions.onAdded.addListener(draw);
  chrome.permissions.onRemoved.addListener(draw);
  await draw();
}
