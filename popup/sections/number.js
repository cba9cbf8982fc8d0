/** The safety number, to be read aloud, compared and copied. */
import { element, make, setList, setShown, setText } from '../dom.js';
import { text } from '../texts.js';

const CONFIRMED_MS = 2000;

/** @type {string[]} */
let groups = [];

async function copy() {
  const button = element('copy');
  try {
    await navigator.clipboard.writeText(groups.join(' '));
    setText(button, text('copied'));
  } catch {
    setText(button, text('copy_failed'));
  }
  setTimeout(() => setText(button, text('copy')), CONFIRMED_MS);
}

export function prepareNumber() {
  const button = element('copy');
  setText(button, text('copy'));
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', copy);
  setText(element('number-title'), text('number_title'));
  setText(element('number-hint'), text('number_hint'));
}

/** @param {Sotto.View} view */
export function showNumber({ safetyNumber }) {
  groups = safetyNumber ?? [];
  setShown(element('number'), groups.length > 0);
  setList(element('groups'), groups, () => make('li', {}), setText);
}
