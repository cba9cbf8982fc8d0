/** What people without Sotto notice of those in the room who have it: by what their browsers count. */

import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('../participant.mjs').Participant} Participant */

/**
 * What one is given of another for some time, in Janus's demo page, which has a connection for each:
 * pictures, their freezes, and the share of the sound that the browser made up.
 * @param {number} span milliseconds @param {Participant} one @param {Participant} other
 */
export async function perceivedIn(span, one, other) {
  const before = await perceivedSoFar(one, other);
  await sleep(span);
  const after = await perceivedSoFar(one, other);
  const [samples, concealed] = [after.samples - before.samples, after.concealed - before.concealed];
  return { frames: after.frames - before.frames, freezes: after.freezes - before.freezes, concealed: concealed / samples };
}

/** @param {Participant} one @param {Participant} other */
function perceivedSoFar({ page }, { name }) {
  return page.evaluate(async (who) => {
    const feeds = Object.values(/** @type {any} */ (window).feeds);
    const { pc } = feeds.find((feed) => feed?.rfdisplay === who).webrtcStuff;
    const report = /** @type {any[]} */ ([...(await pc.getStats()).values()]);
    const inbound = report.filter(({ type }) => type === 'inbound-rtp');
    const [picture, sound] = ['video', 'audio'].map((kind) => inbound.find((one) => one.kind === kind));
    return {
      frames: picture.framesDecoded,
      freezes: picture.freezeCount,
      samples: sound.totalSamplesReceived,
      concealed: sound.concealedSamples - sound.silentConcealedSamples,
    };
  }, name);
}

/** How many key frames somebody's encoder makes in some time. @param {number} span milliseconds @param {Participant} person */
export async function keyFramesIn(span, person) {
  const before = await keyFramesSoFar(person);
  await sleep(span);
  return (await keyFramesSoFar(person)) - before;
}

/** @param {Participant} person */
function keyFramesSoFar({ page }) {
  return page.evaluate(async () => {
    const { pc } = /** @type {any} */ (window).sfutest.webrtcStuff;
    const report = /** @type {any[]} */ ([...(await pc.getStats()).values()]);
    return report.find(({ type, kind }) => type === 'outbound-rtp' && kind === 'video').keyFramesEncoded;
  });
}
