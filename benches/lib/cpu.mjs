/**
 * What a browser has used of the processors: all of its processes together, as it says itself.
 * @param {import('../../tests/lib/browser.mjs').Browser} browser
 * @returns {Promise<() => Promise<number>>} seconds since it started, in steps of 10 ms
 */
export async function cpuOf({ context }) {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error('this browser shows no debugging session of its own');
  return async () => {
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
  };
}
