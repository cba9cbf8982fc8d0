/**
 * Chromium and its family.
 *
 * The extension is loaded over the debugging pipe: branded Chrome no longer honours
 * --load-extension, and this way one path serves every browser of the family.
 */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { PATIENCE } from '../patience.mjs';
import { letIn, scriptsAreThere } from '../permission.mjs';

/** @typedef {import('../browser.mjs').Options} Options */

const UNUSED = ['MediaRouter', 'Translate', 'OptimizationHints', 'WebRtcHideLocalIpsWithMdns'];

/**
 * The last such list wins. Playwright's own would switch off the partitioning of storage, and with
 * it the way by which an extension's iframe reaches its SharedWorker.
 * @param {string[]} features
 */
const disable = (features) => `--disable-features=${features}`;

/** @param {Options} options @returns {Promise<import('../browser.mjs').Browser>} */
export async function startChromium(options) {
  const profile = mkdtempSync(join(tmpdir(), 'sotto-profile-'));
  const context = await launch(profile, options);
  const id = options.extension ? await install(context, options.extension) : null;
  return asBrowser(profile, options, context, id);
}

/**
 * With the tabs that were open, once the extension is there: one that was loaded over the debugging
 * pipe is forgotten by then, with what it was allowed, but not with what it has stored, and the
 * command line's comes after the first tabs. It needs the permission `sessions`.
 * @param {string} profile @param {Options} options @param {string | null} id
 */
async function startAgain(profile, options, id) {
  const named = `--load-extension=${options.extension}`;
  const context = await launch(profile, options, [named, disable([...UNUSED, 'DisableLoadExtensionCommandLineSwitch'])]);
  const worker = context.serviceWorkers()[0] ?? (await context.waitForEvent('serviceworker'));
  await worker.evaluate(async () => {
    for (const { window } of await chrome.sessions.getRecentlyClosed()) await chrome.sessions.restore(window?.sessionId);
  });
  return asBrowser(profile, options, context, id);
}

/** @param {string} profile @param {Options} options @param {string[]} [more] */
async function launch(profile, options, more = []) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: options.program,
    // Playwright's own headless mode is a browser without extensions.
    headless: false,
    viewport: null,
    ignoreDefaultArgs: ['--disable-extensions', '--disable-component-extensions-with-background-pages'],
    args: [...flags(options), ...more],
  });
  context.setDefaultTimeout(PATIENCE);
  return context;
}

/**
 * @param {string} profile @param {Options} options @param {import('playwright-core').BrowserContext} context
 * @param {string | null} id
 * @returns {import('../browser.mjs').Browser}
 */
function asBrowser(profile, options, context, id) {
  return {
    name: 'chromium',
    context,
    extension: id && `chrome-extension://${id}`,
    ownPage: 'chrome://version/',
    install: (path) => install(context, path),
    update: () => Promise.reject(new Error('Chromium takes updates from its store alone')),
    newWindow: () => newWindow(context),
    restart: async () => {
      await context.close();
      return startAgain(profile, options, id);
    },
    close: async () => {
      await context.close();
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/**
 * A tab behind another is throttled.
 * @param {import('playwright-core').BrowserContext} context
 */
async function newWindow(context) {
  const browser = context.browser();
  if (!browser) throw new Error('this browser shows no debugging session of its own');
  const session = await browser.newBrowserCDPSession();
  const opened = context.waitForEvent('page');
  await session.send('Target.createTarget', { url: 'about:blank', newWindow: true });
  const page = await opened;
  await session.detach();
  return page;
}

/** @param {Options} options */
function flags({ devices, headless, window }) {
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const place = window
    ? [`--window-position=${window.left},${window.top}`, `--window-size=${window.width},${window.height}`]
    : ['--window-size=900,700'];
  return [
    ...(headless ? ['--headless=new'] : []),
    ...asRoot,
    ...place,
    '--enable-unsafe-extension-debugging',
    '--use-fake-ui-for-media-stream',
    '--use-fake-device-for-media-stream',
    `--use-file-for-fake-video-capture=${devices.camera}`,
    `--use-file-for-fake-audio-capture=${devices.microphone}`,
    '--autoplay-policy=no-user-gesture-required',
    disable(UNUSED),
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ];
}

/**
 * The extension as it ships, on a browser whose person has let it into this machine's pages. Done
 * again, it is an update.
 * @param {import('playwright-core').BrowserContext} context
 * @param {string} path
 */
export async function install(context, path) {
  const browser = context.browser();
  if (!browser) throw new Error('this browser shows no debugging session of its own');
  const session = await browser.newBrowserCDPSession();
  /** @param {string} folder @returns {Promise<string>} */
  const load = async (folder) =>
    (await /** @type {any} */ (session).send('Extensions.loadUnpacked', { path: folder })).id;
  const isLetIn = await letIn(path, load);
  const id = await load(path);
  if (isLetIn) await scriptsAreThere(context, id);
  await session.detach();
  return id;
}
