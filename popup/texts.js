/** Words for the core's codes, from `_locales`. */

const plurals = new Intl.PluralRules(chrome.i18n.getUILanguage());

/** @param {string} key @param {...string} parts */
export function text(key, ...parts) {
  return chrome.i18n.getMessage(key, parts);
}

/** The words for a code; a code without words is named itself. @param {string} group @param {string} code @param {...string} parts */
export function textFor(group, code, ...parts) {
  const words = text(`${group}_${code.replaceAll('-', '_')}`, ...parts);
  return words || text(`${group}_unknown`, code);
}

/** @param {string} key @param {number} count */
export function counted(key, count) {
  const form = plurals.select(count) === 'one' ? 'one' : 'other';
  return text(`${key}_${form}`, count.toLocaleString());
}
