/**
 * Firefox, over WebDriver BiDi. The extension is installed for as long as the browser runs, which
 * needs no signature. Its microphone can be a tone, but its camera no file: a script gives each
 * page that asks the card of its person.
 */

import puppeteer from 'puppeteer-core';
import { giveCamera } from './firefox-camera.mjs';
import { FirefoxChrome } from './firefox-chrome.mjs';
import { FirefoxPage } from './firefox-page.mjs';

/**
 * @typedef {import('../browser.mjs').Options} Options
 * @typedef {import('puppeteer-core').Browser} Puppeteer
 */

/** The id of the manifest, and the host that its pages get: one that is known beforehand. */
export const ID = '{8959f3ed-2236-49f8-aae4-61549a9a7d5a}';
const HOST = '5077055a-fef0-4cab-8000-000000000001';

const PREFERENCES = {
  'extensions.webextensions.uuids': JSON.stringify({ [ID]: HOST }),
  'extensions.webextOptionalPermissionPrompts': false,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'dom.disable_open_during_load': false,
  // No person is there to paste.
  'dom.events.testing.asyncClipboard': true,
  'media.autoplay.default': 0,
  'media.autoplay.blocking_policy': 0,
  // Names that only the local network resolves; a machine of tests may have no such network.
  'media.peerconnection.ice.obfuscate_host_addresses': false,
};

/** @param {Options} options @returns {Promise<import('../browser.mjs').Browser>} */
export async function startFirefox(options) {
  const firefox = await puppeteer.launch({
    browser: 'firefox',
    executablePath: options.program,
    headless: options.headless,
    defaultViewport: null,
    // For pages of extensions.
    args: ['--remote-allow-system-access'],
    extraPrefsFirefox: { ...PREFERENCES, 'media.navigator.audio.fake_frequency': options.devices.looks?.pitch ?? 440 },
  });
  const context = new FirefoxContext(firefox, options.devices);
  const first = await context.adopt((await firefox.pages())[0]);
  if (options.extension) await install(context, options.extension, first);
  return {
    name: 'firefox',
    context: /** @type {any} */ (context),
    extension: options.extension && `moz-extension://${HOST}`,
    ownPage: 'about:support',
    install: async (path) => {
      // A page of the extension is closed with the old one, and the window with its only tab.
      await first.goto('about:blank');
      await install(context, path, first);
    },
    newWindow: () => /** @type {any} */ (context.open({ type: 'window' })),
    restart: () => Promise.reject(new Error('an add-on that is installed for a test is gone after a restart')),
    close: () => firefox.close(),
  };
}

/**
 * The extension, let into this machine's pages, as its person would at the browser's question.
 * @param {FirefoxContext} context @param {string} path @param {FirefoxPage} page where it is asked
 */
async function install({ firefox }, path, page) {
  await firefox.installExtension(path);
  await page.goto(`moz-extension://${HOST}/popup/popup.html`);
  await page.evaluate(() => {
    const { optional_host_permissions: optional = [] } = /** @type {any} */ (chrome.runtime.getManifest());
    const origins = optional.filter((/** @type {string} */ site) => site.startsWith('http:'));
    const button = document.createElement('button');
    button.id = 'let-in';
    button.textContent = 'Let in';
    button.onclick = () => chrome.permissions.request({ origins });
    document.body.replaceChildren(button);
  });
  await page.raw.click('#let-in');
  await page.waitForFunction(async () => (await chrome.scripting.getRegisteredContentScripts()).length > 0);
}

export class FirefoxContext {
  /** @param {Puppeteer} firefox @param {import('../media.mjs').Devices} devices */
  constructor(firefox, devices) {
    this.firefox = firefox;
    this.chrome = new FirefoxChrome(firefox);
    this.devices = devices;
    /** @type {FirefoxPage[]} */
    this.opened = [];
  }

  pages() {
    return this.opened.filter(({ raw }) => !raw.isClosed());
  }

  /** In the first window: a tab goes to the last one that was used, and would hide what is there. */
  async newPage() {
    await this.opened[0].bringToFront();
    return this.open({ type: 'tab' });
  }

  /** Everything is permitted by the preferences. */
  async grantPermissions() {}

  /** @param {import('puppeteer-core').CreatePageOptions} where */
  async open(where) {
    return this.adopt(await this.firefox.newPage(where));
  }

  /** In a container of its own, for as long as the browser runs. */
  async openInContainer() {
    const container = await this.firefox.createBrowserContext();
    return this.adopt(await container.newPage());
  }

  /** @param {import('puppeteer-core').Page} raw */
  async adopt(raw) {
    const { looks, size } = this.devices;
    if (looks && size) await raw.evaluateOnNewDocument(giveCamera, { ...looks, ...size });
    const page = new FirefoxPage(raw, this);
    this.opened.push(page);
    return page;
  }
}
