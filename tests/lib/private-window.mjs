/** A private window, in which a page is opened. */

import { FirefoxContext } from './browser/firefox.mjs';
import { debuggingSession, inTarget } from './target.mjs';

/** @typedef {{evaluate: (expression: string) => Promise<any>, close: () => Promise<unknown>}} PrivatePage */

/**
 * Whether its person can let Sotto into private windows. Chromium runs no extension in those that are opened
 * here, also where it could be let in: so this is asked of its settings.
 * @param {import('./browser.mjs').Browser} browser @returns {Promise<boolean>}
 */
export async function canBeLetIn({ context, extension }) {
  const page = await context.newPage();
  await page.goto('chrome://extensions');
  const isEnabled = await page.evaluate(async (extensionId) => {
    const { developerPrivate } = /** @type {any} */ (chrome);
    await developerPrivate.updateExtensionConfiguration({ extensionId, incognitoAccess: true });
    return (await developerPrivate.getExtensionInfo(extensionId)).incognitoAccess.isEnabled;
  }, String(extension).split('/')[2]);
  await page.close();
  return isEnabled;
}

/** @param {import('./browser.mjs').Browser} browser @param {string} url @returns {Promise<PrivatePage>} */
export async function openPrivately({ context }, url) {
  if (context instanceof FirefoxContext) {
    const page = await context.openPrivately();
    await page.goto(url);
    return page;
  }
  const session = await debuggingSession(context);
  const { browserContextId } = await session.send('Target.createBrowserContext');
  await session.send('Target.createTarget', { url, browserContextId, newWindow: true });
  return {
    evaluate: (expression) => inTarget(context, (target) => target.url === url, expression),
    close: () => session.send('Target.disposeBrowserContext', { browserContextId }),
  };
}
