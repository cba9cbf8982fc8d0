/** What the others in a call's group are told that you are called. */
import { element } from '../popup/dom.js';
import { displayName, setDisplayName } from '../worker/name.js';

export async function showName() {
  const field = /** @type {HTMLInputElement} */ (element('name'));
  field.value = await displayName();
  field.addEventListener('change', () => setDisplayName(field.value));
}
