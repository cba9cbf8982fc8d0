/**
 * Firefox, over WebDriver BiDi. The extension is installed for as long as the browser runs, which
 * needs no signature, unless a story is to keep it. Its microphone can be a tone, but its camera
 * no file: a script gives each page that asks the card of its person.
 */

import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import puppeteer from 'puppeteer-core';
import { INTERFACE } from '../sfu/network.mjs';
import { giveCamera } from './firefox-camera.mjs';
import { FirefoxChrome } from './firefox-chrome.mjs';
import { keep, keepCamera, update, PREFERENCES as KEPT } from './firefox-kept.mjs';
import { FirefoxPage } from './firefox-page.mjs';
import { until } from './firefox-until.mjs';

/**
 * @typedef {import('../browser.mjs').Options} Options
 * @typedef {import('puppeteer-core').Browser} Puppeteer
 */

/** A browser that has not ended after this long is ended. */
const QUIT_MS = 20_000;

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
  const profile = options.kept ? mkdtempSync(join(tmpdir(), 'sotto-profile-')) : undefined;
  const context = await launch(options, profile);
  if (options.kept) await keepCamera(context);
  if (options.extension) await install(context, options.extension, options.kept);
  return asBrowser(options, context, profile);
}

/** @param {Options} options @param {string} [profile] */
async function launch({ program, headless, devices }, profile) {
  const firefox = await puppeteer.launch({
    browser: 'firefox',
    executablePath: program,
    headless,
    defaultViewport: null,
    userDataDir: profile,
    // For pages of extensions.
    args: ['--remote-allow-system-access'],
    extraPrefsFirefox: {
      ...PREFERENCES,
      ...(profile && KEPT),
      // An SFU's side of a bad network isn't a browser's.
      ...(networkInterfaces()[INTERFACE] && { 'media.peerconnection.ice.force_interface': INTERFACE }),
      'media.navigator.audio.fake_frequency': devices.looks?.pitch ?? 440,
    },
  });
  // Puppeteer would put the preferences of before back, at a time that nobody can wait for.
  if (profile) for (const file of ['prefs.js', 'user.js']) rmSync(join(profile, `${file}.puppeteer`), { force: true });
  const context = new FirefoxContext(firefox, devices);
  await context.chrome.restored();
  for (const page of await context.tabs()) await context.adopt(page);
  return context;
}

/**
 * @param {Options} options @param {FirefoxContext} context @param {string} [profile]
 * @returns {import('../browser.mjs').Browser}
 */
function asBrowser(options, context, profile) {
  const [first] = context.opened;
  return {
    name: 'firefox',
    context: /** @type {any} */ (context),
    extension: options.extension && `moz-extension://${HOST}`,
    ownPage: 'about:support',
    install: async (path) => {
      // A page of the extension is closed with the old one, and the window with its only tab.
      await first.goto('about:blank');
      await install(context, path, options.kept);
    },
    update: (path) => update(context, path),
    newWindow: () => /** @type {any} */ (context.open({ type: 'window' })),
    restart: async () => {
      if (!profile) throw new Error('an add-on that is installed for a test is gone after a restart');
      await context.quit();
      return asBrowser(options, await launch(options, profile), profile);
    },
    close: async () => {
      if (!profile) return context.firefox.close();
      await context.quit();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * The extension, let into this machine's pages, as its person would at the browser's question.
 * @param {FirefoxContext} context @param {string} path @param {boolean} [kept]
 */
async function install(context, path, kept) {
  await (kept ? keep(context, path) : context.firefox.installExtension(path));
  const [page] = context.opened;
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

  /** As a person does, with the tabs kept: puppeteer would close each of them first. */
  async quit() {
    const process = /** @type {import('node:child_process').ChildProcess} */ (this.firefox.process());
    const ended = once(process, 'exit');
    const timer = setTimeout(() => process.kill('SIGKILL'), QUIT_MS);
    await this.chrome.evaluate('void setTimeout(() => Services.startup.quit(Ci.nsIAppStartup.eAttemptQuit))');
    await ended;
    clearTimeout(timer);
    await this.firefox.close();
  }

  pages() {
    return this.opened.filter(({ raw }) => !raw.isClosed());
  }

  /** A frame in a tab that was restored counts as a page to puppeteer too. */
  async tabs() {
    const { result } = await this.chrome.connection.send('browsingContext.getTree', { maxDepth: 0 });
    const ids = result.contexts.map((/** @type {{context: string}} */ { context }) => context);
    return (await this.firefox.pages()).filter((page) => ids.includes(/** @type {any} */ (page.mainFrame())._id));
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

  /** In a private window, which Sotto is let into as far as can be. */
  async openPrivately() {
    // To be let in reloads it, which closes its pages, and the window with its only tab.
    await this.opened[0].goto('about:blank');
    const before = await this.firefox.pages();
    await this.chrome.openPrivateWindow(ID);
    const opened = async () => (await this.firefox.pages()).find((page) => !before.includes(page));
    return this.adopt(/** @type {import('puppeteer-core').Page} */ (await until(opened, 'a private window')));
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
