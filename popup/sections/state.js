/** The state: its shape, its word, and the sentence that explains it. */
import { element, setAttribute, setText } from '../dom.js';
import { counted, text, textFor } from '../texts.js';

/** @param {Sotto.View} view */
function word({ state, reason, on, members }) {
  if (state === 'encrypted') return counted('state_encrypted', members.length);
  if (reason === 'no-permission') return text(on ? 'state_no_permission_on' : 'state_no_permission');
  return text(reason === 'reload-needed' ? 'state_reload_needed' : `state_${state}`);
}

/** @param {Sotto.View} view */
export function showState(view) {
  const section = element('state');
  setAttribute(section, 'data-state', view.state);
  setAttribute(/** @type {Element} */ (section.querySelector('use')), 'href', `#icon-${view.state}`);
  setText(element('state-word'), word(view));
  setText(element('state-sentence'), textFor('reason', view.on && view.reason === 'no-permission' ? 'withdrawn' : view.reason));
}
