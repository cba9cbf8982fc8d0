/** The browser's own window, whose scripts have all rights: for what no page can do. */

/** @typedef {{send(method: string, params: object): Promise<{result: any}>}} Connection */

export class FirefoxChrome {
  /** @param {import('puppeteer-core').Browser} firefox */
  constructor(firefox) {
    this.connection = /** @type {Connection} */ (/** @type {any} */ (firefox).connection);
  }

  /** @param {string} expression @returns {Promise<any>} its value, if it is a plain one */
  async evaluate(expression) {
    const { result: tree } = await this.connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
    const { context } = tree.contexts[0];
    const { result } = await this.connection.send('script.evaluate', { expression, target: { context }, awaitPromise: true });
    if (result.type !== 'success') throw new Error(result.exceptionDetails.text);
    return result.result.value;
  }

  /** @param {import('puppeteer-core').Page} page @param {'light' | 'dark'} scheme */
  setColourScheme(page, scheme) {
    const { _id: id } = /** @type {any} */ (page.mainFrame());
    return this.evaluate(`{
      const { NavigableManager } = ChromeUtils.importESModule('chrome://remote/content/shared/NavigableManager.sys.mjs');
      NavigableManager.getBrowsingContextById('${id}').prefersColorSchemeOverride = '${scheme}';
    }`);
  }

  /**
   * The toolbar's popup over a page, as a click on the button opens it.
   * @param {string} id of the extension @param {string} url
   */
  openPopup(id, url) {
    return this.evaluate(`(async () => {
      const { ExtensionParent } = ChromeUtils.importESModule('resource://gre/modules/ExtensionParent.sys.mjs');
      const { extension } = WebExtensionPolicy.getByID('${id}');
      for (const browser of Services.wm.getEnumerator('navigator:browser')) {
        const tab = browser.gBrowser.tabs.find(({ linkedBrowser }) => linkedBrowser.currentURI.spec === '${url}');
        if (!tab) continue;
        browser.gBrowser.selectedTab = tab;
        browser.focus();
        await ExtensionParent.apiManager.global.browserActionFor(extension).triggerAction(browser);
      }
    })()`);
  }

  /**
   * Evaluates something in that popup, of which the protocol has no handle.
   * @param {string} id of the extension @param {string} expression
   */
  async inPopup(id, expression) {
    const script = `
      if (globalThis.boxed !== content.document) globalThis.box = Cu.Sandbox(content, { sandboxPrototype: content, wantXrays: false });
      globalThis.boxed = content.document;
      Promise.resolve().then(() => Cu.evalInSandbox(${JSON.stringify(expression)}, box)).then(
        (value) => sendAsyncMessage('sotto-test', { value }),
        (error) => sendAsyncMessage('sotto-test', { error: String(error) }),
      );`;
    const answer = await this.evaluate(`(async () => {
      const { extension } = WebExtensionPolicy.getByID('${id}');
      const popup = [...extension.views].find(({ viewType }) => viewType === 'popup');
      if (!popup) return '{"error": "no popup is open"}';
      const { messageManager } = popup.xulBrowser;
      return new Promise((resolve) => {
        messageManager.addMessageListener('sotto-test', function hear({ data }) {
          messageManager.removeMessageListener('sotto-test', hear);
          resolve(JSON.stringify(data));
        });
        messageManager.loadFrameScript('data:,' + encodeURIComponent(${JSON.stringify(script)}), false);
      });
    })()`);
    const { value, error } = JSON.parse(answer);
    if (error) throw new Error(error);
    return value;
  }
}
