/**
 * What befalls people in mid-call, without a goodbye: the browser is killed or stands still,
 * or the network is gone.
 */

import { inCoreWorker } from './core-worker.mjs';
import { FirefoxContext } from './browser/firefox.mjs';
import { FirefoxPage } from './browser/firefox-page.mjs';

/**
 * @typedef {import('playwright-core').CDPSession} CDPSession
 * @typedef {import('./participant.mjs').Participant} Participant
 */

/** @param {Participant} person */
export async function kill(person) {
  process.kill(-(await groupOf(person)), 'SIGKILL');
}

/**
 * The page's process is gone; the browser, and the core in it, live on.
 * @param {import('playwright-core').Page} page
 */
export async function crash(page) {
  if (page instanceof FirefoxPage) return void process.kill(await page.process(), 'SIGKILL');
  const session = await page.context().newCDPSession(page);
  const crashed = page.waitForEvent('crash');
  // Nobody is left to answer.
  session.send('Page.crash').catch(() => {});
  await crashed;
}

/**
 * Stops every process of somebody's browser while something else happens.
 * @param {Participant} person @param {() => Promise<void>} meanwhile
 */
export async function whileFrozen(person, meanwhile) {
  const group = await groupOf(person);
  process.kill(-group, 'SIGSTOP');
  try {
    await meanwhile();
  } finally {
    process.kill(-group, 'SIGCONT');
  }
}

/** In Firefox, where a worker that was told to wait hears nothing more. */
const STANDS_MS = 10_000;
const STAND = `(() => {
  for (const end = performance.now() + ${STANDS_MS}; performance.now() < end; );
})()`;

/**
 * Stops the worker that holds the core at its next statement while something else happens.
 * @param {Participant} person @param {() => Promise<void>} meanwhile
 */
export async function whileCoreStands({ browser }, meanwhile) {
  const { context } = browser;
  if (context instanceof FirefoxContext) return void (await Promise.all([inCoreWorker(browser, STAND), meanwhile()]));
  const session = await /** @type {import('playwright-core').Browser} */ (context.browser()).newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets');
  const core = targetInfos.find(({ type, url }) => type === 'shared_worker' && url.includes('core-worker'));
  if (!core) throw new Error('the core worker is not running');
  const { sessionId } = await session.send('Target.attachToTarget', { targetId: core.targetId, flatten: false });
  /** @param {string} method */
  const tell = (method) =>
    session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: 1, method }) });
  await tell('Debugger.enable');
  await tell('Debugger.pause');
  try {
    await meanwhile();
  } finally {
    await tell('Debugger.resume');
    await session.detach();
  }
}

/**
 * Each browser is started as the leader of a process group, and all its processes stay in it.
 * @param {Participant} person
 * @returns {Promise<number>}
 */
async function groupOf({ browser: { context } }) {
  if (context instanceof FirefoxContext) return Number(context.firefox.process()?.pid);
  const browser = context.browser();
  if (!browser) throw new Error('this browser shows no debugging session of its own');
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const main = processInfo.find(({ type }) => type === 'browser');
  if (!main) throw new Error('the browser does not name its main process');
  return main.id;
}

/**
 * The way of a page's WebRTC packets, which can be cut. It is Chromium's own emulation, so no
 * right and no tool of the system is needed. The page's socket to the server stays.
 */
export class Network {
  /** @param {CDPSession} session */
  constructor(session) {
    this.session = session;
  }

  /** To be called before the page makes a connection. @param {Participant} person */
  static async of({ page }) {
    const network = new Network(await page.context().newCDPSession(page));
    await network.lose(0);
    return network;
  }

  /** Loses every packet, both ways, while something else happens. @param {() => Promise<void>} meanwhile */
  async whileCut(meanwhile) {
    await this.lose(100);
    try {
      await meanwhile();
    } finally {
      await this.lose(0);
    }
  }

  /** @param {number} percent */
  async lose(percent) {
    // Without a latency, Chromium takes this for no emulation at all, whatever is lost; and a
    // connection that was made without emulation never gets any.
    const [latency, packetLoss] = [1, percent];
    const conditions = { offline: false, latency, packetLoss, downloadThroughput: -1, uploadThroughput: -1 };
    await this.session.send('Network.emulateNetworkConditions', conditions);
  }
}
