/** The core worker from inside, over the debugging protocol: no page of an extension can look there. */

/**
 * @param {import('./browser.mjs').Browser} browser
 * @param {string} expression
 * @returns {Promise<any>} its value
 */
export async function inCoreWorker({ context }, expression) {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error('this browser shows no debugging session of its own');
  const { targetInfos } = await session.send('Target.getTargets');
  const worker = targetInfos.find(({ type, url }) => type === 'shared_worker' && url.endsWith('core-worker.js'));
  if (!worker) throw new Error('no core worker runs');
  const { sessionId } = await session.send('Target.attachToTarget', { targetId: worker.targetId });
  const answer = new Promise((resolve) => {
    session.on('Target.receivedMessageFromTarget', ({ message }) => {
      const received = JSON.parse(message);
      if (received.id === 1) resolve(received);
    });
  });
  const params = { expression, returnByValue: true, awaitPromise: true };
  const message = JSON.stringify({ id: 1, method: 'Runtime.evaluate', params });
  await session.send('Target.sendMessageToTarget', { sessionId, message });
  const { result, error } = /** @type {any} */ (await answer);
  await session.detach();
  if (error || result.exceptionDetails) throw new Error(JSON.stringify(error ?? result.exceptionDetails));
  return result.result.value;
}
