/** Pages that Sotto was updated, switched off or removed under: what they do then is on their own. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { passesAxe } from '../lib/axe.mjs';
import { eventually } from '../lib/expect.mjs';
import { EXTENSION, Stage, notInFirefox } from '../lib/stage.mjs';
import { switchOffAndOn } from '../lib/switch-off-and-on.mjs';

/** Long enough for a connection, and for what flows on it to be seen. */
const WATCHED = 4_000;

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
});
after(() => stage.close());

beforeEach(async () => {
  await ana.page.goto(stage.base);
  await ana.page.evaluate(prepare);
  await ana.openPopup();
});

/** Page side: two connections, made when they are needed, from the one to the other. */
function prepare() {
  /** @type {RTCPeerConnection} */ let near;
  /** @type {RTCPeerConnection} */ let far;
  function connect() {
    [near, far] = [new RTCPeerConnection(), new RTCPeerConnection()];
    near.onicecandidate = ({ candidate }) => candidate && far.addIceCandidate(candidate);
    far.onicecandidate = ({ candidate }) => candidate && near.addIceCandidate(candidate);
  }
  const call = {
    async add() {
      if (!near) connect();
      const camera = await navigator.mediaDevices.getUserMedia({ video: true });
      near.addTrack(camera.getVideoTracks()[0], camera);
      await near.setLocalDescription();
      await far.setRemoteDescription(/** @type {any} */ (near.localDescription));
      await far.setLocalDescription();
      await near.setRemoteDescription(/** @type {any} */ (far.localDescription));
    },
    /** How many frames of all pictures came. */
    async received() {
      let frames = 0;
      for (const { type, kind, framesReceived } of (await far?.getStats())?.values() ?? []) {
        if (type === 'inbound-rtp' && kind === 'video') frames += framesReceived ?? 0;
      }
      return frames;
    },
    state: () => near.connectionState,
    takeBack() {
      for (const sender of near.getSenders()) /** @type {any} */ (sender).transform = null;
    },
  };
  Object.assign(globalThis, { call });
}

/** @typedef {Pick<import('playwright-core').Frame, 'evaluate'>} Where a page, or a frame of it */

/** A picture is added; the page may be told that it can't. @param {Where} [where] @returns {Promise<string>} */
const add = (where = ana.page) => where.evaluate('call.add().then(() => "", String)');
/** @param {Where} [where] @returns {Promise<number>} */
const received = (where = ana.page) => where.evaluate('call.received()');

const badge = () => ana.popup.page.evaluate((tabId) => chrome.action.getBadgeText({ tabId }), ana.popup.tab);

const update = async () => {
  await ana.browser.install(EXTENSION);
  await ana.page.bringToFront();
};

test('with Sotto off, a call that begins after an update is as without Sotto', async () => {
  await update();
  assert.equal(await add(), '');
  await eventually(() => received(), (frames) => frames > 10, 'frames come');
  const popup = await ana.openPopup();
  const reload = popup.page.locator('[data-test="reload"]');
  await reload.waitFor();
  await passesAxe(popup.page, 'the popup of a page to be reloaded');
  await reload.click();
  await popup.waitForState('alone');
  assert.equal((await popup.view()).reason, 'alone-no-call');
});

/** In the page that was there before. */
async function badgeWarnsAndACallIsSilent() {
  await ana.openPopup();
  await eventually(badge, (shown) => shown === '\u00d7', 'the badge says that it cannot work');
  await ana.page.bringToFront();
  await add();
  await sleep(WATCHED);
  assert.equal(await received(), 0);
}

test('with Sotto on, a call that begins after an update sends nothing, and the badge says from then on that it cannot work', async () => {
  await ana.popup.turn(true);
  await update();
  await badgeWarnsAndACallIsSilent();
});

const COMES_ANEW = notInFirefox('it brings the scripts into open pages by itself when they are switched on');

test('nor does one after Sotto was switched off and on, and the badge says the same', { skip: COMES_ANEW }, async () => {
  await ana.popup.turn(true);
  await switchOffAndOn(ana.browser);
  await badgeWarnsAndACallIsSilent();
});

test('nor does what is added to a call, after an update in the middle of it', async () => {
  await ana.popup.turn(true);
  await add();
  await eventually(() => ana.page.evaluate('call.state()'), (state) => state === 'connected', 'it is connected');
  await update();
  await ana.page.evaluate('try { call.takeBack() } catch {}');
  await add();
  await sleep(WATCHED);
  assert.equal(await received(), 0);
});

test('nor does a frame without an address that the page had made before', async () => {
  await ana.popup.turn(true);
  await ana.page.evaluate(() => void document.body.append(document.createElement('iframe')));
  const [, frame] = ana.page.frames();
  // Its relay asks what it is to hold to.
  await sleep(1_000);
  await update();
  await frame.evaluate(prepare);
  await add(frame);
  await sleep(WATCHED);
  assert.equal(await received(frame), 0);
});
