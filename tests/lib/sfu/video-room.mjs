/**
 * Janus's demo pages of a video room, seen from outside, as they are published: `videoroomtest.html` has
 * a connection for each of whom one sees, `mvideoroomtest.html` one for all of them.
 */

import { PATIENCE } from '../patience.mjs';

/** @typedef {import('playwright-core').Page} Page */

/** @type {import('../call.mjs').CallPage & {portsOf(page: Page): Promise<number[]>, isLost(page: Page): Promise<boolean>}
 *   & import('./three.mjs').Counting} */
export const VIDEO_ROOM = {
  async enter(page, base, name, { html = 'videoroomtest', ...place }) {
    await page.goto(`${base}/${html}.html?${new URLSearchParams({ ...place })}`);
    // The button is there before it does something, and what it does is undone by a second click.
    await page.waitForFunction(() => {
      const button = /** @type {HTMLElement | null} */ (document.querySelector('#start'));
      const isReady = /** @type {any} */ (window).jQuery?._data(button, 'events')?.click;
      if (isReady) button?.click();
      return Boolean(isReady);
    });
    await page.waitForSelector('#registernow');
    await page.evaluate((who) => {
      /** @type {HTMLInputElement} */ (document.querySelector('#username')).value = who;
      /** @type {HTMLElement} */ (document.querySelector('#register')).click();
    }, name);
    await page.waitForSelector('#videolocal video');
  },

  mediaOf(name) {
    const panel = `//span[starts-with(@id, "remote")][text()="${name}"]/ancestor::div[@class="panel panel-default"]`;
    return { picture: `${panel}//video`, sound: `${panel}//audio` };
  },

  async waitForPeople(page, names, timeout = PATIENCE) {
    await page.waitForFunction((expected) => {
      const panels = [1, 2, 3, 4, 5].map((n) => ({
        name: document.querySelector(`#remote${n}`)?.textContent,
        hasVideo: document.querySelector(`#videoremote${n} video`) !== null,
      }));
      const shown = panels.filter(({ name }) => name);
      return shown.every(({ hasVideo }) => hasVideo) && shown.map(({ name }) => name).sort().join() === expected.join();
    }, [...names].sort(), { timeout });
  },

  async portsOf(page) {
    const candidates = (await statsOf(page)).filter(({ type }) => type === 'local-candidate');
    return candidates.map(({ port }) => port);
  },

  async picturesReceived(page) {
    const inbound = (await statsOf(page)).filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
    return inbound.map(({ framesReceived }) => framesReceived);
  },

  /** Whether the browser has given up a connection. @param {Page} page */
  isLost: (page) => page.evaluate(`(${peers})().some(({ iceConnectionState }) => iceConnectionState === 'failed')`),

  async carrierOf(page) {
    const channels = (await statsOf(page)).filter(({ type }) => type === 'data-channel');
    const came = channels.reduce((sum, { messagesReceived }) => sum + messagesReceived, 0);
    return came === 0 ? 'in-band' : 'channel';
  },
};

/** Page side: all its connections. @returns {RTCPeerConnection[]} */
function peers() {
  const { sfutest, remoteFeed, feeds } = /** @type {any} */ (window);
  const handles = [sfutest, remoteFeed, ...Object.values(feeds)];
  return handles.map((handle) => handle?.webrtcStuff?.pc).filter(Boolean);
}

/** Of all its connections. @param {Page} page @returns {Promise<any[]>} */
async function statsOf(page) {
  const reports = `Promise.all((${peers})().map((peer) => peer.getStats()))`;
  return page.evaluate(`${reports}.then((reports) => reports.flatMap((report) => [...report.values()]))`);
}
