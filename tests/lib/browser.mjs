/**
 * Starts one browser with a profile of its own, with or without Sotto installed. What a story
 * does with it is the same whichever it is: Chromium over Playwright, Firefox over a likeness of
 * the part of Playwright that the stories use.
 */

import { startChromium } from './browser/chromium.mjs';
import { startFirefox } from './browser/firefox.mjs';

/**
 * @typedef {'chromium' | 'firefox'} BrowserName
 * @typedef {{name: BrowserName, program: string}} Program
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {{program: string, browser?: BrowserName, extension: string | null, devices: import('./media.mjs').Devices,
 *   headless: boolean, kept?: boolean, window?: {left: number, top: number, width: number, height: number}}} Options
 * @typedef {{name: BrowserName, context: BrowserContext, extension: string | null, ownPage: string,
 *   install: (path: string) => Promise<unknown>,
 *   update: (path: string) => Promise<'postponed' | 'installed' | 'failed'>, newWindow: () => Promise<Page>, restart: () => Promise<Browser>,
 *   close: () => Promise<void>}} Browser
 *   `extension` is the origin of its pages, `ownPage` one that no extension may enter; to install again is an update
 *   that doesn't ask, `update` one that the extension may put off, and a restart is into the tabs that were open:
 *   both need a browser that is `kept`
 */

/**
 * @param {Options} options
 * @returns {Promise<Browser>}
 */
export function startBrowser(options) {
  return options.browser === 'firefox' ? startFirefox(options) : startChromium(options);
}
