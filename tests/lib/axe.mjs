/** Accessibility as axe-core judges it, in light and dark. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { FirefoxPage } from './browser/firefox-page.mjs';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** @typedef {{id: string, nodes: {html: string, failureSummary?: string}[]}} Violation */

/**
 * Not by way of the page's own document, whose policy lets no foreign script in.
 * @param {import('playwright-core').Page} page @param {string} script
 */
async function inject(page, script) {
  if (page instanceof FirefoxPage) return page.evaluate(script);
  const session = await page.context().newCDPSession(page);
  await session.send('Runtime.evaluate', { expression: script });
  await session.detach();
}

/** @param {import('playwright-core').Page} page @param {string} name of what is looked at */
export async function passesAxe(page, name) {
  await inject(page, AXE);
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    /** @type {Violation[]} */
    const violations = await page.evaluate(async () => (await /** @type {any} */ (window).axe.run()).violations);
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`);
    assert.deepEqual(found, [], `${name}, ${colorScheme}`);
  }
}
