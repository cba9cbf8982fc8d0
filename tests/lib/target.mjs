/** What Playwright shows no handle of, over the debugging protocol. */

import { eventually } from './expect.mjs';

/**
 * @typedef {import('playwright-core').BrowserContext} BrowserContext
 * @typedef {{type: string, url: string, targetId: string}} Target
 */

/** @param {BrowserContext} context @returns {Promise<any>} */
export async function debuggingSession(context) {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error('this browser shows no debugging session of its own');
  return session;
}

/**
 * Evaluates something there, as if a person had just clicked.
 * @param {BrowserContext} context @param {(target: Target) => boolean} isWanted
 * @param {string} expression
 * @returns {Promise<any>} its value
 */
export async function inTarget(context, isWanted, expression) {
  const session = await debuggingSession(context);
  const look = async () => {
    const { targetInfos } = await session.send('Target.getTargets');
    return /** @type {Target[]} */ (targetInfos).find(isWanted);
  };
  const target = /** @type {Target} */ (await eventually(look, Boolean, 'what is looked for runs'));
  const { sessionId } = await session.send('Target.attachToTarget', { targetId: target.targetId });
  const answer = new Promise((resolve) => {
    session.on('Target.receivedMessageFromTarget', (/** @type {{message: string}} */ { message }) => {
      const received = JSON.parse(message);
      if (received.id === 1) resolve(received);
    });
  });
  const params = { expression, returnByValue: true, awaitPromise: true, userGesture: true };
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params });
  await session.send('Target.sendMessageToTarget', { sessionId, message });
  const { result, error } = /** @type {any} */ (await answer);
  await session.detach();
  if (error || result.exceptionDetails) throw new Error(JSON.stringify(error ?? result.exceptionDetails));
  return result.result.value;
}
