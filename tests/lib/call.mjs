/**
 * One person in a call, seen from outside: decoded pixels and sound, and the demo's page in
 * particular. Nothing in here knows Sotto.
 */

import { PATIENCE } from './patience.mjs';
import { recordedTones } from './recording.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {{colour: [number, number, number], frames: number, width: number, height: number,
 *   state: string}} Picture
 * @typedef {{picture: string, sound: string}} Media the XPaths of the elements that give it
 * @typedef {import('./participant.mjs').Place} Place
 * @typedef {{enter(page: Page, base: string, name: string, place: Place): Promise<void>, mediaOf(name: string): Media,
 *   waitForPeople(page: Page, names: string[], timeout?: number): Promise<void>, carrierOf(page: Page): Promise<Carrier>}} CallPage
 * @typedef {'channel' | 'in-band'} Carrier what brought Sotto's messages, by what the page's connections count
 */

/**
 * Sound is sent as it is and in few packets, which halves what a call costs the machine; the pages
 * of the media table leave both to the browser.
 */
export const LIGHT = { processing: 'off', ptime: '120' };

/** @type {CallPage} */
export const DEMO = {
  async enter(page, base, name, place) {
    await page.goto(`${base}?${new URLSearchParams({ ...LIGHT, ...place, name })}`);
    await page.waitForSelector('.tile.you video');
  },

  mediaOf(name) {
    const video = `//*[@data-name="${name}"]//video`;
    return { picture: video, sound: video };
  },

  /** Exactly these other people are shown, all connected. */
  async waitForPeople(page, names, timeout = PATIENCE) {
    await page.waitForFunction((expected) => {
      const tiles = /** @type {HTMLElement[]} */ ([...document.querySelectorAll('.tile:not(.you)')]);
      const connected = tiles.filter(({ dataset }) => dataset.connection === 'connected');
      const shown = connected.map(({ dataset }) => dataset.name ?? '').sort();
      return tiles.length === expected.length && shown.join('\n') === expected.join('\n');
    }, [...names].sort(), { timeout });
  },

  async carrierOf() {
    return 'channel';
  },
};

/**
 * The mean colour of the middle of somebody's picture, and how many frames were shown.
 * @param {Page} page
 * @param {Media} media
 * @returns {Promise<Picture>}
 */
export function pictureOf(page, { picture }) {
  return page.evaluate((path) => {
    const { singleNodeValue } = document.evaluate(path, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE);
    const video = /** @type {HTMLVideoElement | null} */ (singleNodeValue);
    const state = `${document.visibilityState}, ready ${video?.readyState}, paused ${video?.paused}`;
    const nothing = { colour: /** @type {any} */ ([0, 0, 0]), frames: 0, width: 0, height: 0, state };
    if (!video?.videoWidth) return nothing;
    const canvas = new OffscreenCanvas(32, 24);
    const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (canvas.getContext('2d'));
    pen.drawImage(video, 0, 0, 32, 24);
    const { data } = pen.getImageData(0, 0, 32, 24);
    const colour = [0, 1, 2].map((part) => {
      let sum = 0;
      for (let n = part; n < data.length; n += 4) sum += data[n];
      return Math.round(sum / (data.length / 4));
    });
    // Firefox counts what comes in a stream here alone.
    const frames = /** @type {any} */ (video).mozPaintedFrames ?? video.getVideoPlaybackQuality().totalVideoFrames;
    return { ...nothing, colour: /** @type {any} */ (colour), frames, width: video.videoWidth, height: video.videoHeight };
  }, picture);
}

/**
 * How much louder somebody's sound is at each pitch than beside it, in decibels, at the
 * loudest moment of the given time.
 * @param {Page} page
 * @param {Media} media
 * @param {number[]} pitches
 * @param {number} [milliseconds]
 * @returns {Promise<number[]>}
 */
export async function tonesOf(page, { sound }, pitches, milliseconds = 1_500) {
  const question = { sound, wanted: pitches, time: milliseconds };
  return (await page.evaluate(liveTones, question)) ?? page.evaluate(recordedTones, question);
}

/**
 * Page side.
 * @param {{sound: string, wanted: number[], time: number}} question
 * @returns {Promise<number[] | null>} null where there is nothing to listen with
 */
async function liveTones({ sound, wanted, time }) {
  const { singleNodeValue } = document.evaluate(sound, document, null, XPathResult.FIRST_ORDERED_NODE_TYPE);
  const element = /** @type {HTMLMediaElement | null} */ (singleNodeValue);
  const stream = /** @type {MediaStream | null} */ (element?.srcObject ?? null);
  if (!stream?.getAudioTracks().length) return wanted.map(() => 0);
  const audio = new AudioContext();
  const starting = new Promise((resolve) => { audio.onstatechange = resolve; setTimeout(resolve, 500); });
  if (audio.state !== 'running') await starting;
  if (audio.state !== 'running') return null;
  const source = audio.createMediaStreamSource(stream);
  const analyser = new AnalyserNode(audio, { fftSize: 8192, smoothingTimeConstant: 0 });
  source.connect(analyser);
  const bins = new Float32Array(analyser.frequencyBinCount);
  const hertz = audio.sampleRate / analyser.fftSize;
  /** @param {number} from @param {number} to */
  const loudest = (from, to) => Math.max(...bins.slice(Math.round(from / hertz), Math.round(to / hertz) + 1));
  const best = wanted.map(() => 0);
  for (const end = performance.now() + time; performance.now() < end;) {
    await new Promise((resolve) => { setTimeout(resolve, 50); });
    analyser.getFloatFrequencyData(bins);
    wanted.forEach((pitch, n) => {
      const beside = Math.max(loudest(pitch - 90, pitch - 50), loudest(pitch + 50, pitch + 90), -100);
      best[n] = Math.max(best[n], loudest(pitch - 12, pitch + 12) - beside);
    });
  }
  await audio.close();
  return best;
}

/**
 * @param {[number, number, number]} a
 * @param {[number, number, number]} b
 */
export function isNear(a, b) {
  return Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]) < 60;
}
