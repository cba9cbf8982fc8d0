/**
 * What the others in a call's group are told that you are called. What of it they are told is the
 * core's to say; here is why it may be less than what was typed.
 */
import { element, setText } from '../popup/dom.js';
import { text } from '../popup/texts.js';
import { displayName, setDisplayName } from '../worker/name.js';

const PAUSE_MS = 1000;
const MOST_BYTES = 64;
const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Noncharacter_Code_Point}\p{Default_Ignorable_Code_Point}\u2800]/u;

/** @param {string} typed @returns {'unseen' | 'long' | null} */
export function faultOf(typed) {
  if (UNSEEN.test(typed)) return 'unseen';
  return new TextEncoder().encode(typed.trim()).length > MOST_BYTES ? 'long' : null;
}

export async function showName() {
  const field = /** @type {HTMLInputElement} */ (element('name'));
  field.value = await displayName();
  const showFault = () => {
    const fault = faultOf(field.value);
    setText(element('name-fault'), fault ? text(`name_${fault}`) : '');
  };
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    return setDisplayName(field.value);
  };
  field.addEventListener('input', () => {
    showFault();
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MS);
  });
  field.addEventListener('change', keep);
  addEventListener('pagehide', () => timer && keep());
  showFault();
}
