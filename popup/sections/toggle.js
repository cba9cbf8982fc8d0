/** The switch. */
import { element, setAttribute, setText } from '../dom.js';
import { text } from '../texts.js';

/** @param {(on: boolean) => Promise<void>} turn */
export function prepareToggle(turn) {
  const toggle = element('toggle');
  toggle.addEventListener('click', () => turn(toggle.getAttribute('aria-checked') !== 'true'));
  setAttribute(toggle, 'aria-label', text('toggle'));
}

/** @param {Sotto.View} view */
export function showToggle({ on, state }) {
  const toggle = /** @type {HTMLButtonElement} */ (element('toggle'));
  setAttribute(toggle, 'aria-checked', String(on));
  setText(element('toggle-label'), text(on ? 'toggle_on' : 'toggle_off'));
  toggle.disabled = state === 'unsupported' && !on;
}
