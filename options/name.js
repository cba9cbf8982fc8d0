/**
 * What the others in a call's group are told that you are called. What of it they are told is the
 * core's to say, which is asked with every letter.
 */
import { element, setShown, setText } from '../popup/dom.js';
import { text } from '../popup/texts.js';
import { connectAsOurs } from '../worker/connect.js';
import { askToTell, displayName, followConsent, mayBeTold, setDisplayName } from '../worker/name.js';

const PAUSE_MS = 1000;

/** @param {Sotto.NameTold} answer @returns {string} nothing where they are told what was typed */
function difference({ name, told }) {
  if (told === name.trim()) return '';
  return told === '' ? text('name_none') : text('name_told', `\u2068${told}\u2069`);
}

/**
 * Whoever is at the question when it goes, or gets there as the name is left empty, is at the name again.
 * @param {HTMLInputElement} field
 */
async function showConsent(field) {
  const consent = element('name-consent');
  const isAsked = !(await mayBeTold()) && field.value.trim() !== '';
  if (!isAsked && consent.contains(document.activeElement)) field.focus();
  setShown(consent, isAsked);
}

export async function showName() {
  const field = /** @type {HTMLInputElement} */ (element('name'));
  field.value = await displayName();
  element('name-allow').addEventListener('click', askToTell);
  followConsent(() => showConsent(field));
  const core = await connectAsOurs();
  core.onmessage = ({ data }) => {
    const answer = /** @type {Sotto.NameTold} */ (data);
    if (answer.name === field.value) setText(element('name-told'), difference(answer));
  };
  const tryName = () => core.postMessage(/** @type {Sotto.NameToCore} */ ({ kind: 'try-name', name: field.value }));
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const keep = () => {
    clearTimeout(timer);
    timer = undefined;
    showConsent(field);
    return setDisplayName(field.value);
  };
  field.addEventListener('input', () => {
    tryName();
    clearTimeout(timer);
    timer = setTimeout(keep, PAUSE_MS);
  });
  field.addEventListener('change', keep);
  addEventListener('pagehide', () => timer && keep());
  tryName();
  await showConsent(field);
}
