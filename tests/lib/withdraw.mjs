/** A site that its person takes away from Sotto in the browser's own settings. */

import { FirefoxContext, ID } from './browser/firefox.mjs';

/** @param {import('./browser.mjs').Browser} browser @param {string} site */
export async function withdraw({ context, extension }, site) {
  if (context instanceof FirefoxContext) return context.chrome.withdraw(ID, site);
  const page = await context.newPage();
  await page.goto('chrome://extensions');
  await page.evaluate(
    ([id, pattern]) => /** @type {any} */ (chrome).developerPrivate.removeHostPermission(id, pattern),
    [String(extension).split('/')[2], site],
  );
  await page.close();
}
