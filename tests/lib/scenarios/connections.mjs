/** Scenarios of the media table: several connections, connections that end, and bad networks. */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('./cell.mjs').Scenario} Scenario */

/** So long AV1 behind any transform stands still after its first picture, unless it is asked for a key frame. */
const FREEZE = 3_000;
/** The more begin at once, the longer the browser takes, and the sooner one goes past. */
const BESIDES = 7;

/** @param {import('../outage.mjs').Network[]} networks @returns {Record<string, Scenario>} */
export const connections = (networks) => ({
  'one track in two connections': async (cell) => {
    await cell.call();
    const second = `${cell.name} again`;
    await cell.near.do((lab, name) => {
      const { peer } = lab.open(name);
      for (const track of lab.made) peer.addTrack(track);
    }, second);
    await cell.far.perceives(cell.near, second);
    await cell.forget();
    await cell.arrives();
  },

  'nothing freezes at the start': async (cell) => {
    await cell.call();
    await sleep(FREEZE);
    const gap = await cell.gap();
    cell.note(`the longest time without a picture was ${Math.round(gap ?? Infinity)} ms`);
    assert.ok(gap && gap < FREEZE / 2, `a picture stood still for ${gap} ms`);
  },

  'closed and opened again': async (cell) => {
    await cell.call();
    for (const end of cell.ends) await end.do((lab, name) => lab.close(name), cell.name);
    cell.name = `${cell.name} again`;
    await cell.call();
  },

  'many begin to send in mid-call': async (cell) => {
    const names = [cell.name, ...Array.from({ length: BESIDES }, (_, n) => `${cell.name} ${n}`)];
    // Who was offered to send and receive may begin to send as soon as it says so.
    await cell.far.do((lab, all) => {
      for (const name of all) lab.open(name).peer.addTransceiver('audio');
    }, names);
    await cell.near.do(async (lab, all) => {
      const connected = (/** @type {string} */ name) => lab.calls.get(name)?.peer.connectionState === 'connected';
      await lab.until(() => all.every(connected), () => 'connections');
      for (const name of all) lab.call(name).peer.addTrack(lab.microphone());
      lab.call(all[0]).peer.addTrack(lab.camera());
    }, names);
    await cell.arrives();
    for (const name of names) await cell.far.perceives(cell.near, name, { colour: false });
  },

  'packets lost and sent again': async (cell) => {
    await cell.call();
    await Promise.all(networks.map((network) => network.lose(8)));
    try {
      await cell.near.do((lab, name) => lab.resends(name), cell.name);
      await cell.forget();
      await cell.arrives();
    } finally {
      await Promise.all(networks.map((network) => network.lose(0)));
    }
    await cell.forget();
    await cell.arrives();
  },
});
