/**
 * The popup as the toolbar opens it, over the page: the browser then tells it the page's address,
 * without a permission for the site.
 */

import { FirefoxContext, ID } from './browser/firefox.mjs';
import { eventually } from './expect.mjs';
import { debuggingSession, inTarget } from './target.mjs';

export class ToolbarPopup {
  /** @param {import('./browser.mjs').Browser} browser @param {string} url of the page that it is opened over */
  constructor(browser, url) {
    this.browser = browser;
    this.url = url;
  }

  /** @param {import('./browser.mjs').Browser} browser @param {string} url */
  static async open(browser, url) {
    const popup = new ToolbarPopup(browser, url);
    await popup.open();
    return popup;
  }

  async open() {
    const { browser, url } = this;
    if (browser.context instanceof FirefoxContext) return browser.context.chrome.openPopup(ID, url);
    const session = await debuggingSession(browser.context);
    const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'tab' }] });
    const tab = targetInfos.find((/** @type {{url: string}} */ target) => target.url === url);
    await session.send('Extensions.triggerAction', { id: String(browser.extension).split('/')[2], targetId: tab?.targetId });
    await session.detach();
  }

  /** @param {string} expression */
  evaluate(expression) {
    const { context } = this.browser;
    if (context instanceof FirefoxContext) return context.chrome.inPopup(ID, expression);
    const url = `${this.browser.extension}/popup/popup.html`;
    return inTarget(context, (target) => target.url === url, expression);
  }

  /** @param {string} word the beginning of what the state says */
  async says(word) {
    const look = () => this.evaluate(`document.querySelector('#state-word').textContent`).catch(async (error) => {
      // Firefox closes it when something else takes the focus, as a page that is loaded may.
      if (/no popup is open/.test(error)) await this.open();
      return String(error);
    });
    await eventually(look, (said) => said.startsWith(word), `the toolbar's popup says "${word}"`);
  }

  /** @param {string} name in the popup's test contract */
  async click(name) {
    await this.evaluate(`document.querySelector('[data-test="${name}"]').click()`);
  }
}
