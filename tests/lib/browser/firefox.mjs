/**
 * Firefox, over WebDriver BiDi. The extension is installed for as long as the browser runs, which
 * needs no signature. Its microphone can be a tone, but its camera no file: a script gives each
 * page that asks the card of its person.
 */

import puppeteer from 'puppeteer-core';
import { FirefoxPage } from './firefox-page.mjs';
import { giveCamera } from './firefox-camera.mjs';

/**
 * @typedef {import('../browser.mjs').Options} Options
 * @typedef {import('puppeteer-core').Browser} Puppeteer
 */

/** The id of the manifest, and the host that its pages get: one that is known beforehand. */
const ID = '{8959f3ed-2236-49f8-aae4-61549a9a7d5a}';
const HOST = '5077055a-fef0-4cab-8000-000000000001';

const PREFERENCES = {
  'extensions.webextensions.uuids': JSON.stringify({ [ID]: HOST }),
  'extensions.webextOptionalPermissionPrompts': false,
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
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
  const extension = options.extension && `moz-extension://${HOST}`;
  if (options.extension) await firefox.installExtension(options.extension);
  if (extension) await letIn(first, extension);
  return {
    name: 'firefox',
    context: /** @type {any} */ (context),
    extension,
    newWindow: () => /** @type {any} */ (context.open({ type: 'window' })),
    close: () => firefox.close(),
  };
}

/**
 * Lets Sotto into this machine's pages, as its person would at the browser's question.
 * @param {FirefoxPage} page @param {string} extension
 */
async function letIn(page, extension) {
  await page.goto(`${extension}/popup/popup.html`);
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

class FirefoxContext {
  /** @param {Puppeteer} firefox @param {import('../media.mjs').Devices} devices */
  constructor(firefox, devices) {
    this.firefox = firefox;
    this.devices = devices;
    /** @type {FirefoxPage[]} */
    this.opened = [];
  }

  pages() {
    return this.opened.filter(({ raw }) => !raw.isClosed());
  }

  newPage() {
    return this.open({ type: 'tab' });
  }

  /** Everything is permitted by the preferences. */
  async grantPermissions() {}

  /** @param {import('puppeteer-core').CreatePageOptions} where */
  async open(where) {
    return this.adopt(await this.firefox.newPage(where));
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
