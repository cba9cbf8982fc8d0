/** Elements of a page in Firefox, found anew at each look, as Playwright's locators do. */

import { until } from './firefox-until.mjs';

/**
 * @typedef {{selector: string, hasText?: string}} Step below what the step before found
 * @typedef {import('./firefox-page.mjs').FirefoxPage} FirefoxPage
 */

/**
 * Page side. Of Playwright's own pseudo-classes, `:text("...")` at the end.
 * @param {Step[]} steps
 * @returns {HTMLElement[]}
 */
function find(steps) {
  /** @param {ParentNode} root @param {Step} step */
  const below = (root, { selector, hasText = '' }) => {
    const [, css, text = ''] = /^(.*?)(?::text\("(.*)"\))?$/.exec(selector) ?? [];
    const found = /** @type {HTMLElement[]} */ ([...root.querySelectorAll(css)]);
    return found.filter(({ textContent }) => textContent.includes(text) && textContent.includes(hasText));
  };
  /** @type {ParentNode[]} */
  let roots = [document];
  for (const step of steps) roots = roots.flatMap((root) => below(root, step));
  return /** @type {HTMLElement[]} */ (roots);
}

export class Locator {
  /** @param {FirefoxPage} page @param {Step[]} steps */
  constructor(page, steps) {
    this.page = page;
    this.steps = steps;
  }

  /** @param {string} selector @param {{hasText?: string}} [filter] */
  locator(selector, { hasText } = {}) {
    return new Locator(this.page, [...this.steps, { selector, hasText }]);
  }

  /**
   * @template T, A
   * @param {(found: any[], argument: A) => T} look runs in the page @param {A} [argument]
   * @returns {Promise<Awaited<T>>}
   */
  look(look, argument) {
    return this.page.evaluate(`(${look})((${find})(${JSON.stringify(this.steps)}), ${JSON.stringify(argument)})`);
  }

  /** @param {{timeout?: number, state?: 'visible' | 'detached'}} [options] */
  async waitFor({ timeout, state = 'visible' } = {}) {
    const isSo = () => this.look(([first], wanted) => (wanted === 'detached' ? !first : !!first?.getClientRects().length), state);
    await until(isSo, `${JSON.stringify(this.steps)} to be ${state}`, timeout);
  }

  /**
   * @template T, A
   * @param {(found: any[], argument: A) => T} look runs in the page @param {A} [argument]
   */
  async onceThere(look, argument) {
    await this.waitFor();
    return this.look(look, argument);
  }

  /**
   * @template A
   * @param {(node: any, argument: A) => unknown} act @param {A} [argument]
   */
  evaluate(act, argument) {
    return this.page.evaluate(`(${act})((${find})(${JSON.stringify(this.steps)})[0], ${JSON.stringify(argument)})`);
  }

  async click() {
    await until(() => this.look(([first]) => !!first?.getClientRects().length && !first.disabled), JSON.stringify(this.steps));
    await this.look(([first]) => first.click());
  }

  focus() {
    return this.onceThere(([first]) => first.focus());
  }

  /** @param {string} value */
  selectOption(value) {
    return this.onceThere(([first], chosen) => {
      first.value = chosen;
      for (const name of ['input', 'change']) first.dispatchEvent(new Event(name, { bubbles: true }));
    }, value);
  }

  /** @param {string} name @returns {Promise<string | null>} */
  getAttribute(name) {
    return this.look(([first], which) => first?.getAttribute(which) ?? null, name);
  }

  /** @returns {Promise<boolean>} */
  isDisabled() {
    return this.onceThere(([first]) => first.disabled);
  }

  /** @returns {Promise<boolean>} */
  isChecked() {
    return this.onceThere(([first]) => first.checked);
  }

  /** @returns {Promise<number>} */
  count() {
    return this.look(({ length }) => length);
  }

  /** @returns {Promise<string | null>} */
  textContent() {
    return this.look(([first]) => first?.textContent ?? null);
  }

  /** @returns {Promise<string[]>} */
  allTextContents() {
    return this.look((all) => all.map(({ textContent }) => textContent));
  }
}
