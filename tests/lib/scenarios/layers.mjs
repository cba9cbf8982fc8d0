/** Scenarios of the media table: pictures in several sizes and rates at once. */

import assert from 'node:assert/strict';

/** @typedef {import('./cell.mjs').Scenario} Scenario */
/** @typedef {import('./cell.mjs').Cell} Cell */

const RIDS = ['q', 'h', 'f'];
/** Codecs that have layers in space; all have them in time. */
const IN_SPACE = ['VP9', 'AV1'];

/** @type {Record<string, Scenario>} */
export const layers = {
  // Each layer reaches a receiver of its own, which an SFU would choose from.
  'simulcast, three layers': async (cell) => {
    await callWithSound(cell);
    await cell.atFar((lab, name) => lab.openLayered(name));
    await cell.near.do((lab, { name, rids }) => {
      const sendEncodings = rids.map((rid, n) => ({ rid, scaleResolutionDownBy: 4 / 2 ** n, scalabilityMode: 'L1T1' }));
      lab.open(name).peer.addTransceiver(lab.largeCamera(), { direction: 'sendonly', sendEncodings });
    }, { name: cell.name, rids: RIDS });
    await cell.near.do((lab, { name, rids }) => lab.sends(name, rids), { name: cell.name, rids: RIDS });
    // One stream is shown at one receiver (M12), so the layers take turns, as an SFU has them do.
    const widths = [];
    for (const [nth, rid] of RIDS.entries()) {
      await cell.near.do((lab, { name, wanted }) => lab.sendOnly(name, wanted), { name: cell.name, wanted: rid });
      await cell.forget();
      await cell.arrives({ nth, pitch: false });
      widths.push(await cell.far.do((lab, { name, place }) => lab.width(name, place), { name: cell.name, place: nth }));
    }
    cell.note(`widths: ${widths}`);
    assert.ok(widths[0] < widths[1] && widths[1] < widths[2], `each is a layer of its own: ${widths}`);
  },

  'layers in time': (cell) => inMode(cell, 'L1T3'),

  'layers in space and time': async (cell) => {
    const { video } = cell.codecs;
    if (!IN_SPACE.includes(video)) return `no layers in space: ${video} has none`;
    await inMode(cell, 'L3T3');
    // The uppermost layer can't be shown without those below it.
    await cell.atFar((lab, name) => lab.until(() => lab.width(name) > lab.largest / 2, () => `a wider picture than ${lab.width(name)}`));
    await cell.forget();
    await cell.arrives({ pitch: false });
  },
};

/** @param {Cell} cell @param {string} mode */
async function inMode(cell, mode) {
  await callWithSound(cell);
  await cell.near.do((lab, { name, scalabilityMode }) => {
    const sendEncodings = /** @type {any} */ ([{ scalabilityMode }]);
    lab.open(name).peer.addTransceiver(lab.largeCamera(), { direction: 'sendonly', sendEncodings });
  }, { name: cell.name, scalabilityMode: mode });
  await cell.arrives({ pitch: false });
  await cell.near.do((lab, { name, wanted }) => lab.sendsInMode(name, wanted), { name: cell.name, wanted: mode });
}

/** The sound has a connection of its own, for the layers' knows pictures alone. @param {Cell} cell */
async function callWithSound(cell) {
  const sound = `${cell.name} sound`;
  await cell.near.do((lab, name) => { lab.open(name).peer.addTrack(lab.microphone()); }, sound);
  await cell.far.perceives(cell.near, sound, { colour: false });
}
