/**
 * The few things that the sections do to the document. Text goes in as text, never as markup,
 * and nothing is written that is there already: a reader's focus and screen reader stay calm.
 */

/** @param {string} id @returns {HTMLElement} */
export function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @param {Element} target @param {string} value */
export function setText(target, value) {
  if (target.textContent !== value) target.textContent = value;
}

/** @param {Element} target @param {string} name @param {string} value */
export function setAttribute(target, name, value) {
  if (target.getAttribute(name) !== value) target.setAttribute(name, value);
}

/** @param {HTMLElement} target @param {boolean} shown */
export function setShown(target, shown) {
  if (target.hidden === shown) target.hidden = !shown;
}

/**
 * One child for each item, in order; children are made and dropped only at the end.
 * @template T
 * @param {HTMLElement} list @param {T[]} items
 * @param {() => HTMLElement} make @param {(child: HTMLElement, item: T) => void} fill
 */
export function setList(list, items, make, fill) {
  while (list.children.length > items.length) list.lastElementChild?.remove();
  while (list.children.length < items.length) list.append(make());
  items.forEach((item, index) => fill(/** @type {HTMLElement} */ (list.children[index]), item));
}

/**
 * @param {string} tag @param {Record<string, string>} attributes @param {...HTMLElement} children
 */
export function make(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** @param {Element} node */
const canHaveFocus = (node) => node.getClientRects().length > 0 && !node.matches(':disabled');

/**
 * What has the focus may be gone after a change, or hidden, or disabled: who goes by keyboard is
 * then taken to another place nearby, and not to the document's start.
 * @param {() => void} change @param {() => HTMLElement} nearby
 */
export function keepFocus(change, nearby) {
  const focused = document.activeElement;
  change();
  if (focused && focused !== document.body && !canHaveFocus(focused)) nearby().focus();
}
