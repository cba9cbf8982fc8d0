/** The state: its shape, its word, and the sentence that explains it. */
import { element, setAttribute, setText } from '../dom.js';
import { framesMissing } from '../tab.js';
import { counted, text, textFor } from '../texts.js';

/** @param {Sotto.View} view @param {string} frames whose sites were taken away */
function word({ state, reason, on, members }, frames) {
  if (state === 'encrypted') return counted('state_encrypted', members.length);
  if (reason === 'no-permission') return text(on || frames ? 'state_no_permission_on' : 'state_no_permission');
  return text(reason === 'reload-needed' ? 'state_reload_needed' : `state_${state}`);
}

/** @param {Sotto.View} view @param {string} frames @returns {string} */
function sentence({ on, reason }, frames) {
  if (reason !== 'no-permission') return textFor('reason', reason);
  const code = on ? 'withdrawn' : reason;
  return frames ? textFor('reason', `${code}-frame`, frames) : textFor('reason', code);
}

/** @param {Sotto.View} view @param {import('../tab.js').Tab} tab */
export function showState(view, tab) {
  const frames = framesMissing(tab);
  const section = element('state');
  setAttribute(section, 'data-state', view.state);
  setAttribute(/** @type {Element} */ (section.querySelector('use')), 'href', `#icon-${view.state}`);
  setText(element('state-word'), tab.gone ? text('state_gone') : word(view, frames));
  setText(element('state-sentence'), tab.gone ? text('reason_gone') : sentence(view, frames));
}
