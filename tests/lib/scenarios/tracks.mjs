/** Scenarios of the media table: what people do with their cameras, microphones and screens. */

import { setTimeout as sleep } from 'node:timers/promises';

/** @typedef {import('./cell.mjs').Scenario} Scenario */

/** Some words and the silences between them, in milliseconds. */
const WORDS = 2_000;

const OTHER = [220, 200, 40];
const BLACK = [0, 0, 0];

/** @type {Record<string, Scenario>} */
export const tracks = {
  'both send': async (cell) => {
    await cell.call();
    await cell.atFar((lab, name) => {
      const { peer } = lab.call(name);
      for (const track of [lab.microphone(), lab.camera()]) peer.addTrack(track);
    });
    await cell.near.perceives(cell.far, cell.name);
  },

  'mute and unmute': async (cell) => {
    await cell.call();
    await cell.atNear((lab) => lab.made.forEach((track) => { track.enabled = false; }));
    await cell.forget();
    await cell.arrives({ colour: BLACK, pitch: false });
    await cell.far.do((lab, { name, pitch }) => lab.falls(name, pitch), { name: cell.name, pitch: cell.near.pitch });
    await cell.atNear((lab) => lab.made.forEach((track) => { track.enabled = true; }));
    await cell.forget();
    await cell.arrives();
  },

  'comfort noise between words': async (cell) => {
    if (!['PCMU', 'PCMA'].includes(cell.codecs.audio)) return 'no comfort noise goes with this sound';
    await cell.pauses(async () => {
      await cell.near.do((lab, name) => {
        const { peer } = lab.open(name);
        for (const track of [lab.speaker(), lab.camera()]) peer.addTrack(track);
      }, cell.name);
      await cell.arrives();
      await sleep(WORDS);
      await cell.forget();
      await cell.arrives();
    });
  },

  'replaceTrack': async (cell) => {
    await cell.call();
    await cell.forget();
    await cell.near.do(async (lab, { name, colour }) => {
      await lab.sender(name, 'video').replaceTrack(lab.camera(/** @type {any} */ (colour)));
    }, { name: cell.name, colour: OTHER });
    await cell.arrives({ colour: OTHER });
    cell.note(`longest without a picture: ${await cell.gap()} ms`);
  },

  'replaceTrack with null': async (cell) => {
    await cell.call();
    await cell.atNear((lab, name) => Promise.all(lab.call(name).peer.getSenders().map((sender) => sender.replaceTrack(null))));
    await cell.stands();
    await cell.atNear(async (lab, name) => {
      await lab.sender(name, 'audio').replaceTrack(lab.microphone());
      await lab.sender(name, 'video').replaceTrack(lab.camera());
    });
    await cell.forget();
    await cell.arrives();
  },

  'camera off and on': async (cell) => {
    await cell.call();
    await cell.atNear((lab, name) => {
      const sender = lab.sender(name, 'video');
      sender.track?.stop();
      lab.call(name).peer.removeTrack(sender);
    });
    await cell.stands();
    // A sender that has sent is never used again by `addTrack`: this is another stream.
    await cell.atNear((lab, name) => lab.call(name).peer.addTrack(lab.camera()));
    await cell.arrives({ nth: -1 });
  },

  'screen beside the camera': async (cell) => {
    await cell.call();
    await cell.atNear(async (lab, name) => {
      const screen = await lab.screen();
      for (const track of screen.getTracks()) lab.call(name).peer.addTrack(track);
    });
    await cell.far.do((lab, name) => lab.moves(name, 1), cell.name);
    await cell.roles(['microphone', 'camera', 'screen-sound', 'screen-picture']);
    await cell.atNear((lab, name) => {
      const { peer } = lab.call(name);
      for (const sender of peer.getSenders().slice(2)) {
        sender.track?.stop();
        peer.removeTrack(sender);
      }
    });
    await cell.forget();
    await cell.arrives();
  },

  'screen in place of the camera': async (cell) => {
    await cell.call();
    await cell.forget();
    await cell.atNear(async (lab, name) => {
      const [track] = (await lab.screen()).getVideoTracks();
      await lab.sender(name, 'video').replaceTrack(track);
    });
    await cell.role('screen-picture');
    const toScreen = await cell.gap();
    await cell.forget();
    await cell.atNear((lab, name) => lab.sender(name, 'video').replaceTrack(lab.camera()));
    await cell.arrives();
    await cell.role('camera');
    cell.note(`longest without a picture: ${toScreen} ms to the screen, ${await cell.gap()} ms back`);
  },
};
