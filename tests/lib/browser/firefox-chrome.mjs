/** The browser's own window, whose scripts have all rights: for what no page can do. */

const ANSWER_MS = 3_000;

/** @typedef {{send(method: string, params: object): Promise<{result: any}>}} Connection */

/** @param {string} path @returns {string} an expression */
const file = (path) => `Components.Constructor('@mozilla.org/file/local;1', 'nsIFile', 'initWithPath')(${JSON.stringify(path)})`;

/** The protocol's names of contexts, an expression. */
const NAMES = `ChromeUtils.importESModule('chrome://remote/content/shared/NavigableManager.sys.mjs').NavigableManager`;

/** @param {import('puppeteer-core').Page} page @returns {string} an expression */
function contextOf(page) {
  const { _id: id } = /** @type {any} */ (page.mainFrame());
  return `${NAMES}.getBrowsingContextById('${id}')`;
}

export class FirefoxChrome {
  /** @param {import('puppeteer-core').Browser} firefox */
  constructor(firefox) {
    this.connection = /** @type {Connection} */ (/** @type {any} */ (firefox).connection);
  }

  /** @param {string} expression @returns {Promise<any>} its value, if it is a plain one */
  async evaluate(expression) {
    const { result: tree } = await this.connection.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
    return this.evaluateIn(tree.contexts[0].context, expression);
  }

  /**
   * In a frame that the page keeps to itself.
   * @param {import('puppeteer-core').Page} page @param {string} file @param {string} expression
   * @returns {Promise<any>} its value, as JSON has it
   */
  async inFrame(page, file, expression) {
    const context = await this.evaluate(`{
      const all = ${contextOf(page)}.getAllBrowsingContextsInSubtree();
      ${NAMES}.getIdForBrowsingContext(all.find((one) => one.currentWindowGlobal?.documentURI.spec.endsWith('/${file}')));
    }`);
    return JSON.parse(await this.evaluateIn(context, `(async () => JSON.stringify(await ${expression}))()`));
  }

  /** @param {string} context @param {string} expression @returns {Promise<any>} */
  async evaluateIn(context, expression) {
    const { result } = await this.connection.send('script.evaluate', { expression, target: { context }, awaitPromise: true });
    if (result.type !== 'success') throw new Error(result.exceptionDetails.text);
    return result.result.value;
  }

  /**
   * An update, as the browser would find it.
   * @param {string} archive
   * @returns {Promise<'postponed' | 'installed' | 'failed'>} what the browser does with it at once
   */
  update(archive) {
    return this.evaluate(`(async () => {
      const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
      const install = await AddonManager.getInstallForFile(${file(archive)});
      return new Promise((resolve) => {
        install.addListener({
          onInstallPostponed: () => resolve('postponed'),
          onInstallEnded: () => resolve('installed'),
          onInstallFailed: () => resolve('failed'),
        });
        void install.install();
      });
    })()`);
  }

  /** @param {[name: string, path: string][]} files @returns {Promise<string>} where the archive is, in the profile */
  zip(files) {
    return this.evaluate(`{
      const archive = Services.dirsvc.get('ProfD', Ci.nsIFile);
      archive.append('archive.zip');
      archive.createUnique(Ci.nsIFile.NORMAL_FILE_TYPE, 0o600);
      const zip = Cc['@mozilla.org/zipwriter;1'].createInstance(Ci.nsIZipWriter);
      // To be written, over what is there.
      zip.open(archive, 0x22);
      const add = (name, file) => zip.addEntryFile(name, zip.COMPRESSION_NONE, file, false);
      ${files.map(([name, path]) => `add(${JSON.stringify(name)}, ${file(path)});`).join('\n')}
      zip.close();
      archive.path;
    }`);
  }

  /** Where an extension is, if its person lets it in and the manifest doesn't rule it out. @param {string} id */
  async openPrivateWindow(id) {
    await this.evaluate(`(async () => {
      const { AddonManager } = ChromeUtils.importESModule('resource://gre/modules/AddonManager.sys.mjs');
      const { ExtensionPermissions } = ChromeUtils.importESModule('resource://gre/modules/ExtensionPermissions.sys.mjs');
      await ExtensionPermissions.add('${id}', { permissions: ['internal:privateBrowsingAllowed'], origins: [] });
      await (await AddonManager.getAddonByID('${id}')).reload();
      const { BrowserWindowTracker } = ChromeUtils.importESModule('resource:///modules/BrowserWindowTracker.sys.mjs');
      await BrowserWindowTracker.promiseOpenWindow({ private: true });
    })()`);
  }

  /** As in the page on add-ons. @param {string} id of the extension @param {string} site */
  async withdraw(id, site) {
    await this.evaluate(`(async () => {
      const { ExtensionPermissions } = ChromeUtils.importESModule('resource://gre/modules/ExtensionPermissions.sys.mjs');
      const { extension } = WebExtensionPolicy.getByID('${id}');
      await ExtensionPermissions.remove('${id}', { permissions: [], origins: ['${site}'] }, extension);
    })()`);
  }

  /** Until the tabs of the last session are there. */
  async restored() {
    await this.evaluate(`(async () => {
      const { SessionStore } = ChromeUtils.importESModule('resource:///modules/sessionstore/SessionStore.sys.mjs');
      await SessionStore.promiseAllWindowsRestored;
    })()`);
  }

  /** @param {string} name @param {number | null} value null: as the browser comes */
  setPreference(name, value) {
    return this.evaluate(value === null ? `Services.prefs.clearUserPref('${name}')` : `Services.prefs.setIntPref('${name}', ${value})`);
  }

  /** @param {import('puppeteer-core').Page} page @param {'light' | 'dark'} scheme */
  setColourScheme(page, scheme) {
    return this.evaluate(`void (${contextOf(page)}.prefersColorSchemeOverride = '${scheme}')`);
  }

  /**
   * As for who types there: a window that came to the front has the focus in its address bar, and
   * without a screen no window is the active one.
   * @param {import('puppeteer-core').Page} page
   */
  async focus(page) {
    await this.evaluate(`{
      const { embedderElement: browser } = ${contextOf(page)};
      const { defaultView } = browser.ownerDocument;
      defaultView.focus();
      Services.focus.activeWindow = defaultView;
      browser.focus();
    }`);
  }

  /** @param {import('puppeteer-core').Page} page @returns {Promise<number>} */
  processOf(page) {
    return this.evaluate(`${contextOf(page)}.currentWindowGlobal.osPid`);
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
        const hear = ({ data }) => {
          messageManager.removeMessageListener('sotto-test', hear);
          resolve(JSON.stringify(data));
        };
        messageManager.addMessageListener('sotto-test', hear);
        // One that is only just opened may change its process, and what was asked of the old one is lost.
        setTimeout(() => hear({ data: { error: 'the popup did not answer' } }), ${ANSWER_MS});
        messageManager.loadFrameScript('data:,' + encodeURIComponent(${JSON.stringify(script)}), false);
      });
    })()`);
    const { value, error } = JSON.parse(answer);
    if (error) throw new Error(error);
    return value;
  }

  /**
   * Evaluates something in a shared worker, with the browser's own tools for developers.
   * @param {string} file its name @param {string} expression
   * @returns {Promise<any>} its value, if it is a plain one
   */
  async inSharedWorker(file, expression) {
    const answer = await this.evaluate(`(async () => {
      const { require } = ChromeUtils.importESModule('resource://devtools/shared/loader/Loader.sys.mjs');
      const { CommandsFactory } = require('resource://devtools/shared/commands/commands-factory.js');
      const browser = await CommandsFactory.forMainProcess();
      const { shared } = await browser.client.mainRoot.listAllWorkers();
      const worker = await CommandsFactory.forWorker(shared.find(({ url }) => url.endsWith('/${file}')).id);
      await worker.targetCommand.startListening();
      const { result } = await worker.scriptCommand.execute(${JSON.stringify(`JSON.stringify({ value: ${expression} })`)});
      await worker.destroy();
      await browser.destroy();
      return String(result);
    })()`);
    return JSON.parse(answer).value;
  }
}
