/** Scenarios of the media table: what pages do between them to agree on what is sent. */

import assert from 'node:assert/strict';
import { eventually } from '../expect.mjs';

/** @typedef {import('./cell.mjs').Scenario} Scenario */
/** @typedef {import('./cell.mjs').Cell} Cell */

/** @type {Record<string, Scenario>} */
export const negotiation = {
  'ICE restart': async (cell) => {
    await cell.call();
    const before = await cell.atNear((lab, name) => lab.fragment(name));
    await cell.atNear((lab, name) => lab.call(name).peer.restartIce());
    await cell.near.do((lab, { name, old }) => lab.until(() => {
      const { signalingState } = lab.call(name).peer;
      return signalingState === 'stable' && lab.fragment(name) !== old;
    }, () => 'another ICE fragment'), { name: cell.name, old: before });
    await cell.forget();
    await cell.arrives();
  },

  'renegotiated from the far side': async (cell) => {
    await cell.call();
    await cell.atFar((lab, name) => lab.call(name).peer.addTrack(lab.camera()));
    await cell.near.perceives(cell.far, cell.name, { pitch: false });
    await cell.atFar((lab, name) => lab.call(name).peer.removeTrack(lab.sender(name, 'video')));
    await cell.forget();
    await cell.arrives();
  },

  'the codecs change': async (cell) => {
    const { video, audio } = cell.codecs;
    const others = { video: video === 'VP8' ? 'VP9' : 'VP8', audio: audio === 'opus' ? 'PCMU' : 'opus' };
    await cell.agreeOn(others);
    await cell.call();
    await cell.used(others);
    await cell.agreeOn({ video, audio });
    await cell.atNear((lab, name) => lab.call(name).offer());
    await cell.takes({ video, audio });
    await cell.forget();
    await cell.arrives();
  },

  'both offer at once': async (cell) => {
    await cell.call();
    /** @type {(lab: import('../lab/page.mjs').Lab, name: string) => unknown} */
    const addAnother = (lab, name) => {
      lab.call(name).peer.addTransceiver(lab.camera(), { direction: 'sendonly' });
    };
    await Promise.all([cell.atNear(addAnother), cell.atFar(addAnother)]);
    await cell.arrives({ nth: 1, pitch: false });
    await cell.near.perceives(cell.far, cell.name, { nth: -1, pitch: false });
  },

  'both call at once': async (cell) => {
    await callAtOnce(cell);
    for (let tries = 1; tries < 4 && (await neverGathers(cell)); tries += 1) {
      cell.note('the browser gathered nothing after its first offer was taken back (docs/pages.md)');
      await cell.clear();
      cell.name = `${cell.name} again`;
      await callAtOnce(cell);
    }
    await cell.arrives();
    await cell.near.perceives(cell.far, cell.name);
  },

  'an offer rolled back': async (cell) => {
    await cell.call();
    await cell.atNear(async (lab, name) => {
      const call = lab.call(name);
      call.manual = true;
      call.peer.addTransceiver(lab.camera(), { direction: 'sendonly' });
      await call.peer.setLocalDescription();
      await call.peer.setLocalDescription({ type: 'rollback' });
      await call.offer();
      call.manual = false;
    });
    await cell.arrives({ nth: 1, pitch: false });
    await cell.forget();
    await cell.arrives();
  },

  'addStream and onaddstream': async (cell) => {
    await cell.atFar((lab, name) => {
      const peer = /** @type {any} */ (lab.open(name).peer);
      peer.onaddstream = (/** @type {any} */ { stream }) => { peer.added = stream.getTracks().length; };
    });
    await cell.atNear((lab, name) => {
      const peer = /** @type {any} */ (lab.open(name).peer);
      peer.addStream(new MediaStream([lab.microphone(), lab.camera()]));
    });
    await cell.arrives();
    assert.equal(await cell.atFar((lab, name) => /** @type {any} */ (lab.call(name).peer).added), 2);
  },

  'callbacks for promises': async (cell) => {
    for (const end of cell.ends) await end.do((lab, name) => { lab.open(name, { manual: true }); }, cell.name);
    const offer = await cell.atNear((lab, name) => {
      const peer = /** @type {any} */ (lab.call(name).peer);
      for (const track of [lab.microphone(), lab.camera()]) peer.addTrack(track);
      lab.prefer(peer);
      return new Promise((done, failed) => {
        peer.createOffer((/** @type {any} */ made) => peer.setLocalDescription(made, () => done(made), failed), failed);
      });
    });
    const answer = await cell.far.do((lab, { name, made }) => {
      const peer = /** @type {any} */ (lab.call(name).peer);
      return new Promise((done, failed) => {
        const answered = (/** @type {any} */ own) => peer.setLocalDescription(own, () => done(own), failed);
        peer.setRemoteDescription(made, () => peer.createAnswer(answered, failed), failed);
      });
    }, { name: cell.name, made: offer });
    await cell.near.do((lab, { name, made }) => new Promise((done, failed) => {
      /** @type {any} */ (lab.call(name).peer).setRemoteDescription(made, () => done(true), failed);
    }), { name: cell.name, made: answer });
    await cell.arrives();
  },

  'an offer to receive, by its options alone': async (cell) => {
    await receive(cell, false);
    await cell.clear();
    cell.name = `${cell.name} by callbacks`;
    await receive(cell, true);
    for (const end of cell.ends) await end.do((lab, name) => { lab.call(name).manual = false; }, cell.name);
    await cell.atNear((lab, name) => {
      for (const track of [lab.microphone(), lab.camera()]) lab.call(name).peer.addTrack(track);
    });
    await cell.arrives();
  },

  'directions change': async (cell) => {
    await cell.call();
    await turn(cell, 'inactive');
    await cell.stands();
    await turn(cell, 'sendrecv');
    await cell.forget();
    await cell.arrives();
    await turn(cell, 'sendonly');
    await cell.forget();
    await cell.arrives();
  },

  'a transceiver stopped and its place reused': async (cell) => {
    await cell.call();
    const lines = await cell.lines();
    await cell.atNear((lab, name) => lab.transceiver(name, 'video').stop());
    await cell.near.do((lab, name) => lab.until(() => {
      const { peer } = lab.call(name);
      return peer.signalingState === 'stable' && peer.getTransceivers().every(({ receiver }) => receiver.track.kind === 'audio');
    }, () => 'a stopped transceiver'), cell.name);
    await eventually(() => cell.lines(), (left) => left === lines - 2, 'the lines of what was stopped go');
    await cell.atNear((lab, name) => lab.call(name).peer.addTrack(lab.camera()));
    await cell.forget();
    await cell.arrives({ nth: -1 });
    const sections = await cell.atNear((lab, name) => lab.call(name).peer.localDescription?.sdp.match(/^m=video/gm)?.length);
    assert.equal(sections, 1, 'its section is used again');
  },
};

/** The near end has no track, and what the far end sends arrives. @param {Cell} cell @param {boolean} byCallbacks */
async function receive(cell, byCallbacks) {
  await cell.atFar((lab, name) => {
    const { peer } = lab.open(name, { manual: true });
    for (const track of [lab.microphone(), lab.camera()]) peer.addTrack(track);
  });
  const offer = await cell.near.do(async (lab, { name, old }) => {
    const { peer } = lab.open(name, { manual: true });
    const options = { offerToReceiveAudio: true, offerToReceiveVideo: true };
    const byCallback = () => new Promise((done, failed) => { peer.createOffer(done, failed, options); });
    await peer.setLocalDescription(/** @type {any} */ (old ? await byCallback() : await peer.createOffer(options)));
    return lab.gathered(name);
  }, { name: cell.name, old: byCallbacks });
  const answer = await cell.far.do(async (lab, { name, made }) => {
    const { peer } = lab.call(name);
    await peer.setRemoteDescription(/** @type {any} */ (made));
    await peer.setLocalDescription();
    return lab.gathered(name);
  }, { name: cell.name, made: offer });
  await cell.near.do((lab, { name, made }) => lab.call(name).peer.setRemoteDescription(/** @type {any} */ (made)), { name: cell.name, made: answer });
  await cell.near.perceives(cell.far, cell.name);
}

/** @param {Cell} cell @param {RTCRtpTransceiverDirection} direction */
async function turn(cell, direction) {
  await cell.near.do(async (lab, { name, wanted }) => {
    const transceiver = lab.transceiver(name, 'video');
    transceiver.direction = /** @type {any} */ (wanted);
    await lab.until(
      () => (transceiver.currentDirection === 'inactive') === (wanted === 'inactive') && lab.call(name).peer.signalingState === 'stable',
      () => `${wanted}, not ${transceiver.currentDirection}`,
    );
  }, { name: cell.name, wanted: direction });
}

/** @param {Cell} cell */
function callAtOnce(cell) {
  /** @type {(lab: import('../lab/page.mjs').Lab, name: string) => unknown} */
  const call = (lab, name) => {
    const { peer } = lab.calls.get(name) ?? lab.open(name);
    for (const track of [lab.microphone(), lab.camera()]) peer.addTrack(track);
  };
  return Promise.all([cell.atNear(call), cell.atFar(call)]);
}

/**
 * The polite end takes its first offer back. With a data section in it Chromium then stays in
 * `gathering` without a candidate now and then, with Sotto or without.
 * @param {Cell} cell
 */
function neverGathers(cell) {
  return cell.atFar((lab, name) => {
    const { peer } = lab.call(name);
    const stuck = () => peer.iceGatheringState === 'gathering' && !/^a=candidate/m.test(peer.localDescription?.sdp ?? '');
    return lab.until(() => peer.connectionState === 'connected', () => 'a connection').then(() => false, stuck);
  });
}
