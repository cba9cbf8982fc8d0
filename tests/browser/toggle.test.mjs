/** Turning Sotto on and off in mid-call, and reloading: nothing of it needs a new negotiation. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agree, doesNotHear, hearEachOther, pictureStands, seeEachOther, turnOn } from '../lib/expect.mjs';
import { Stage } from '../lib/stage.mjs';

/**
 * Counts, in the page, what a renegotiation can't do without. It waits until the document is
 * parsed, which is before the page's modules run but after every extension's scripts.
 */
const COUNT_NEGOTIATIONS = `document.addEventListener('readystatechange', () => {
  const count = (window.negotiations = { descriptions: 0, events: 0 });
  const { setLocalDescription } = RTCPeerConnection.prototype;
  RTCPeerConnection.prototype.setLocalDescription = function (...args) {
    count.descriptions += 1;
    return setLocalDescription.apply(this, args);
  };
  const Native = RTCPeerConnection;
  window.RTCPeerConnection = class extends Native {
    constructor(...args) {
      super(...args);
      this.addEventListener('negotiationneeded', () => (count.events += 1));
    }
  };
}, { once: true });`;

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana', script: COUNT_NEGOTIATIONS });
  ben = await stage.cast({ name: 'Ben', script: COUNT_NEGOTIATIONS });
  await stage.gather([ana, ben], { room: 'toggle' });
  await ana.openPopup();
  await ben.openPopup();
});
after(() => stage.close());

const negotiations = () =>
  Promise.all([ana, ben].map(({ page }) => page.evaluate(() => /** @type {any} */ (window).negotiations)));

test('off, from the start: the call is as without Sotto', async () => {
  await ana.popup.waitForState('off');
  await seeEachOther([ana, ben]);
  await hearEachOther([ana, ben]);
});

test('on, off and on again in mid-call, without a reload or a renegotiation', async () => {
  const before = await negotiations();
  assert.ok(before[0].descriptions > 0, 'the page is counted');

  await turnOn([ana, ben]);
  const first = await agree([ana, ben]);
  await seeEachOther([ana, ben]);

  await ana.popup.turn(false);
  await ben.popup.turn(false);
  await ana.popup.waitForState('off');
  await ben.popup.waitForState('off');
  await seeEachOther([ana, ben]);
  await hearEachOther([ana, ben]);

  await turnOn([ben, ana]);
  const second = await agree([ana, ben]);
  await seeEachOther([ana, ben]);
  await hearEachOther([ana, ben]);

  assert.notEqual(first, second, 'new keys, and so another number');
  assert.deepEqual(await negotiations(), before);
});

test('on at one side only: nothing passes that the other could not open', async () => {
  await ben.popup.turn(false);
  await ana.popup.waitForState('alone');
  await pictureStands(ben, ana);
  await doesNotHear(ben, ana);
  const { streams } = await ana.popup.view();
  assert.ok(streams.every((/** @type {any} */ { protection }) => protection !== 'encrypted'));
  const { problems } = await ana.popup.shown();
  assert.equal(problems.length, 1, 'she is told that somebody is without Sotto');
  await ben.popup.turn(true);
  await agree([ana, ben]);
});

test('a tab that is reloaded finds its way back by itself', async () => {
  const number = await agree([ana, ben]);
  await ben.page.reload();
  await stage.connected([ana, ben]);
  assert.notEqual(await agree([ana, ben]), number);
  await seeEachOther([ana, ben]);
});
