/** The page that is opened once, at install. */
import { element } from '../popup/dom.js';
import { loadTexts, text } from '../popup/texts.js';

async function start() {
  await loadTexts();
  element('picture').setAttribute('aria-label', text('welcome_picture'));
  element('options').addEventListener('click', () => chrome.runtime.openOptionsPage());
}

start();
