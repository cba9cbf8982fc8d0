/** A button that copies text, and says whether it could. */
import { setText } from './dom.js';
import { text } from './texts.js';

const CONFIRMED_MS = 2000;

/**
 * @param {HTMLElement} button @param {string} label a key of its words
 * @param {() => string} content
 */
export function prepareCopy(button, label, content) {
  setText(button, text(label));
  button.setAttribute('aria-live', 'polite');
  button.addEventListener('click', async () => {
    setText(button, text((await copied(content())) ? 'copied' : 'copy_failed'));
    setTimeout(() => setText(button, text(label)), CONFIRMED_MS);
  });
}

/** @param {string} content */
async function copied(content) {
  try {
    await navigator.clipboard.writeText(content);
    return true;
  } catch {
    return false;
  }
}
