/** A private window, in which a page is opened. */

import { FirefoxContext } from './browser/firefox.mjs';
import { debuggingSession, inTarget } from './target.mjs';

/** @typedef {{evaluate: (expression: string) => Promise<any>, close: () => Promise<unknown>}} PrivatePage */

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
