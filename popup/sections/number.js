/** The safety number, to be read aloud, compared and copied. */
import { prepareCopy } from '../copy.js';
import { element, make, setList, setShown, setText } from '../dom.js';
import { text } from '../texts.js';

/** @type {string[]} */
let groups = [];

export function prepareNumber() {
  prepareCopy(element('copy'), 'copy', () => groups.join(' '));
  setText(element('number-title'), text('number_title'));
  setText(element('number-hint'), text('number_hint'));
}

/** @param {Sotto.View} view */
export function showNumber({ safetyNumber }) {
  groups = safetyNumber ?? [];
  setShown(element('number'), groups.length > 0);
  setList(element('groups'), groups, () => make('li', {}), setText);
}
