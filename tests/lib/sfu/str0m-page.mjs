/**
 * The page of str0m's example, seen from outside. It shows tracks and no names: whose they are is told
 * by str0m's offers, which number people in the order in which they come.
 */

import { PATIENCE } from '../patience.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('../call.mjs').CallPage} CallPage */
/** @typedef {import('./three.mjs').Counting} Counting */

/** @implements {CallPage} @implements {Counting} */
export class Str0mPage {
  constructor() {
    /** Who is there, by number. @type {Map<string, number>} */
    this.people = new Map();
    this.next = 0;
  }

  /** str0m has begun anew. */
  forget() {
    this.people.clear();
    this.next = 0;
  }

  /**
   * The page has no way to settle two offers that cross, so nobody acts before all else is done.
   * @param {Page} page @param {string} base @param {string} name @param {import('../call.mjs').Place} place
   */
  async enter(page, base, name, { vcodec }) {
    await page.goto(`${base}/`);
    this.people.delete(name);
    const others = [...this.people.keys()];
    this.people.set(name, this.next);
    this.next += 1;
    if (vcodec) await page.evaluate(`(${prefers})(rtc, ${JSON.stringify(vcodec)})`);
    await click(page, 'rtc');
    await page.waitForSelector('#cam:enabled');
    await this.waitForPeople(page, others);
    await click(page, 'cam');
    await page.waitForFunction(`(${hasSent})(rtc, 1)`);
    await click(page, 'mic');
    await page.waitForFunction(`(${hasSent})(rtc, 2)`);
  }

  /** @param {Page} page @param {string} name */
  async leave(page, name) {
    await page.goto('about:blank');
    this.people.delete(name);
  }

  /** @param {string} name */
  mediaOf(name) {
    const of = (/** @type {string} */ kind) => `//video[@data-of="${this.people.get(name)} ${kind}"]`;
    return { picture: of('video'), sound: of('audio') };
  }

  /** @param {Page} page @param {string[]} names @param {number} [timeout] */
  async waitForPeople(page, names, timeout = PATIENCE) {
    const wanted = names.flatMap((name) => [`${this.people.get(name)} audio`, `${this.people.get(name)} video`]).sort();
    await page.waitForFunction(`(${shows})(rtc, ${JSON.stringify(wanted.join())})`, undefined, { timeout });
  }

  /** @param {Page} page @returns {Promise<string>} as in `video/VP8` */
  codecOf(page) {
    return page.evaluate(`(${sent})(rtc)`);
  }

  /** @param {Page} page @returns {Promise<import('../call.mjs').Carrier>} */
  async carrierOf(page) {
    const came = await page.evaluate(`(${received})(rtc)`);
    return came === 0 ? 'in-band' : 'channel';
  }

  /** @param {Page} page @returns {Promise<number[]>} */
  picturesReceived(page) {
    return page.evaluate(`(${pictures})(rtc)`);
  }
}

/** @param {Page} page @param {string} id */
const click = (page, id) => page.evaluate((button) => document.getElementById(button)?.click(), id);

/** Page side: the page leaves the codec to the browser. @param {RTCPeerConnection} rtc @param {string} name */
function prefers(rtc, name) {
  const add = rtc.addTransceiver.bind(rtc);
  const { codecs = [] } = RTCRtpSender.getCapabilities('video') ?? {};
  const wanted = codecs.filter(({ mimeType }) => [`video/${name}`, 'video/rtx'].includes(mimeType));
  rtc.addTransceiver = (track, init) => {
    const transceiver = add(track, init);
    if (transceiver.sender.track?.kind === 'video') transceiver.setCodecPreferences(wanted);
    return transceiver;
  };
}

/** Page side: so many tracks of one's own are agreed on. @param {RTCPeerConnection} rtc @param {number} count */
function hasSent(rtc, count) {
  const sections = rtc.currentLocalDescription?.sdp.match(/^a=sendonly/gm) ?? [];
  return rtc.signalingState === 'stable' && sections.length === count;
}

/**
 * Page side: the tracks of these people and no others, which are marked. The last pictures of those who
 * have gone stay.
 * @param {RTCPeerConnection} rtc @param {string} wanted
 */
function shows(rtc, wanted) {
  const sections = rtc.currentRemoteDescription?.sdp.split('\nm=') ?? [];
  const shown = sections.filter((section) => /^a=sendonly/m.test(section)).map((section) => {
    const [, person, track] = section.match(/^a=msid:(\d+) (\S+)/m) ?? [];
    const element = document.getElementById(`media-${track}`);
    const mark = `${person} ${section.split(' ')[0]}`;
    if (element) element.dataset.of = mark;
    return element && mark;
  });
  return rtc.signalingState === 'stable' && shown.sort().join() === wanted;
}

/** Page side: the codec of one's picture. @param {RTCPeerConnection} rtc */
async function sent(rtc) {
  const stats = await rtc.getStats();
  const video = [...stats.values()].find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video');
  return stats.get(video?.codecId)?.mimeType;
}

/** Page side: how many messages came over channels that aren't the page's. @param {RTCPeerConnection} rtc */
async function received(rtc) {
  const channels = [...(await rtc.getStats()).values()].filter(({ type, label }) => type === 'data-channel' && label === '');
  return channels.reduce((sum, { messagesReceived }) => sum + messagesReceived, 0);
}

/** Page side: how many pictures came of each. @param {RTCPeerConnection} rtc */
async function pictures(rtc) {
  const inbound = [...(await rtc.getStats()).values()].filter(({ type, kind }) => type === 'inbound-rtp' && kind === 'video');
  return inbound.map(({ framesReceived }) => framesReceived);
}
