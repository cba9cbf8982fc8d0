/** People on a call page of which nothing is known but that it has videos. */

import { isNear } from '../call.mjs';
import { eventually } from '../expect.mjs';

/**
 * @typedef {import('../participant.mjs').Participant} Participant
 * @typedef {{colour: [number, number, number], frames: number}} Shown
 */

const FRESH = 10;

/** What each video of the page shows in its middle. @param {import('playwright-core').Page} page @returns {Promise<Shown[]>} */
const videosOf = (page) =>
  page.evaluate(() =>
    [...document.querySelectorAll('video')].map((video) => {
      const pen = /** @type {OffscreenCanvasRenderingContext2D} */ (new OffscreenCanvas(8, 6).getContext('2d'));
      pen.drawImage(video, 0, 0, 8, 6);
      const { data } = pen.getImageData(2, 1, 4, 4);
      const colour = [0, 1, 2].map((part) => Math.round(data.filter((_, n) => n % 4 === part).reduce((sum, one) => sum + one, 0) / 16));
      // Firefox counts what comes in a stream here alone.
      const frames = /** @type {any} */ (video).mozPaintedFrames ?? video.getVideoPlaybackQuality().totalVideoFrames;
      return { colour: /** @type {[number, number, number]} */ (colour), frames };
    }),
  );

/** @param {Shown[]} shown @param {Participant} who @returns {Shown | undefined} */
const videoOf = (shown, who) => shown.find(({ colour }) => isNear(colour, who.looks.colour));

/** Everybody sees everybody else's card, moving. @param {Participant[]} people */
export async function seeEachOther(people) {
  await Promise.all(people.flatMap((one) => people.filter((other) => other !== one).map((other) => sees(one, other))));
}

/** @param {Participant} one @param {Participant} other */
async function sees(one, other) {
  const look = () => videosOf(one.page);
  const wanted = `${one.name} sees ${other.name} in ${other.looks.colour}`;
  const before = videoOf(await eventually(look, (shown) => videoOf(shown, other) !== undefined, wanted), other)?.frames ?? 0;
  await eventually(look, (shown) => (videoOf(shown, other)?.frames ?? 0) >= before + FRESH, `${wanted}, moving (from frame ${before})`);
}
