/**
 * Words from `_locales`, in the language that was chosen in the options or else the browser's.
 * The browser's own lookup can't be told another language, so the file is read here.
 */

export const LANGUAGES = ['en', 'de', 'es', 'fr', 'ja'];
const CHOICE = 'language';

/** @typedef {{message: string, placeholders?: Record<string, {content: string}>}} Message */

/** @type {Record<string, Message>} */
let messages = {};
let language = LANGUAGES[0];
let plurals = new Intl.PluralRules(language);

/** @param {unknown} chosen @param {string} browsers */
export function bestLanguage(chosen, browsers) {
  const wanted = [chosen, browsers.split('-')[0].toLowerCase()];
  return wanted.find((one) => LANGUAGES.some((known) => known === one)) ?? LANGUAGES[0];
}

/** @returns {Promise<string>} none if it is the browser's to say */
export async function chosenLanguage() {
  const chosen = (await chrome.storage.local.get(CHOICE))[CHOICE];
  return LANGUAGES.find((known) => known === chosen) ?? '';
}

/** @param {string} chosen */
export async function chooseLanguage(chosen) {
  await chrome.storage.local.set({ [CHOICE]: chosen });
}

/** Before any other word: reads the file, and fills in what the document names by `data-text`. */
export async function loadTexts() {
  language = String(bestLanguage(await chosenLanguage(), chrome.i18n.getUILanguage()));
  const file = await fetch(chrome.runtime.getURL(`_locales/${language}/messages.json`));
  messages = await file.json();
  plurals = new Intl.PluralRules(language);
  document.documentElement.lang = language;
  document.documentElement.dir = text('direction');
  for (const node of document.querySelectorAll('[data-text]')) {
    node.textContent = text(/** @type {HTMLElement} */ (node).dataset.text ?? '');
  }
}

/** @param {string} key @param {...string} parts what `$1` and so on stand for */
export function text(key, ...parts) {
  if (!Object.hasOwn(messages, key)) return '';
  const { message, placeholders = {} } = messages[key];
  return message.replace(/\$(\w+)\$/g, (_, name) => {
    const place = Number(placeholders[name.toLowerCase()].content.slice(1));
    return parts[place - 1] ?? '';
  });
}

/** The words for a code; a code without words is named itself. @param {string} group @param {string} code @param {...string} parts */
export function textFor(group, code, ...parts) {
  const words = text(`${group}_${code.replaceAll('-', '_')}`, ...parts);
  return words || text(`${group}_unknown`, code);
}

/** In the form that the language has for so many, if its file has it. @param {string} key @param {number} count */
export function counted(key, count) {
  const shown = number(count);
  return text(`${key}_${plurals.select(count)}`, shown) || text(`${key}_other`, shown);
}

/** @param {number} count */
export const number = (count) => count.toLocaleString(language);
