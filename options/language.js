/** The language of Sotto's own pages: the browser's, unless another is chosen. */
import { element, make, setText } from '../popup/dom.js';
import { LANGUAGES, chooseLanguage, chosenLanguage, text } from '../popup/texts.js';

/** @param {string} language its name in itself */
const nameOf = (language) => new Intl.DisplayNames(language, { type: 'language' }).of(language) ?? language;

/** @param {string} value @param {string} label */
function option(value, label) {
  const made = make('option', value ? { value, lang: value } : { value });
  setText(made, label);
  return made;
}

export async function showLanguage() {
  const select = /** @type {HTMLSelectElement} */ (element('language'));
  select.append(option('', text('language_browser')), ...LANGUAGES.map((one) => option(one, nameOf(one))));
  select.value = await chosenLanguage();
  select.addEventListener('change', async () => {
    await chooseLanguage(select.value);
    location.hash = select.id;
    location.reload();
  });
  if (location.hash === `#${select.id}`) select.focus();
}
