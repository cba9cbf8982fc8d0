/**
 * Somebody stands between two people who have Sotto, as an SFU does, and passes on their control
 * channel and their frames: but some to the wrong place, changed, or a second time.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNear } from '../lib/call.mjs';
import { eventually, looksAt } from '../lib/expect.mjs';
import { Lab } from '../lib/lab.mjs';

/** How long a receiver keeps its claim to a stream (PROTOCOL.md, M12). */
const CLAIM = 3_000;

/** @type {Lab} */ let lab;

before(async () => {
  lab = await Lab.open({ between: true });
  await lab.turnOn();
  await lab.near.do(async (page) => {
    const { peer } = page.open('call');
    const screen = await page.screen();
    for (const track of [page.microphone(), page.camera(), ...screen.getVideoTracks()]) peer.addTrack(track);
  });
  await lab.joined();
  await callStands();
});
after(() => lab.close());

/** @param {(forwarder: any) => unknown} act */
const between = (act) => /** @type {any} */ (lab.forwarder).evaluate(`(${act})(window.forwarder)`);

/** Camera, sound and screen arrive where they belong. */
async function callStands() {
  await lab.far.do((page) => page.forget('call'));
  await lab.far.perceives(lab.near, 'call');
  await lab.far.do((page) => page.moves('call', 1));
}

/** What the far end received last, by stream. */
async function received() {
  const { streams } = await lab.far.view();
  return streams.filter((/** @type {any} */ { direction, media }) => direction === 'receive' && media === 'video');
}

/** @param {string} reason @param {number} count */
const refused = (reason, count) =>
  eventually(received, (streams) => streams.filter((/** @type {any} */ stream) => stream.reason === reason).length >= count, `${count} dropped as ${reason}`);

/** @param {number} nth @returns {Promise<number>} how many pictures were shown since all was forgotten */
const shown = (nth) => lab.far.do((page, place) => page.watched('call', 'video', place)?.shown.length ?? 0, nth);

async function back() {
  await between((forwarder) => {
    forwarder.manner = 'pass';
    forwarder.tamper = () => null;
  });
}

test('each stream says whose it is and what it shows', async () => {
  const roles = (await received()).map((/** @type {any} */ { role }) => role);
  assert.deepEqual(roles, ['camera', 'screen-picture']);
});

test('camera and screen swapped in mid-call: neither is shown in the place of the other', async () => {
  const { stats: before } = await lab.far.view();
  await between((forwarder) => { forwarder.manner = 'swap'; });
  await sleep(500);
  await lab.far.do((page) => page.forget('call'));
  await sleep(1_500);
  assert.deepEqual([await shown(0), await shown(1)], [0, 0]);
  const { stats } = await lab.far.view();
  assert.ok(stats.dropped > before.dropped + 20, 'frames came, and were refused');
  assert.equal(stats.failed, before.failed, 'they were genuine');
});

test('swapped for longer than a claim, they are shown for what they are', async () => {
  await sleep(CLAIM);
  const roles = async () => (await received()).map((/** @type {any} */ { role }) => role);
  await eventually(roles, ([first, second]) => first === 'screen-picture' && second === 'camera', 'the lines tell the truth');
  const isCamera = (/** @type {{colour: [number, number, number]}} */ { colour }) => isNear(colour, lab.near.colour);
  const stills = [await looksAt(lab.far.person, 'Camera of'), await looksAt(lab.far.person, 'Screen of')];
  assert.deepEqual(stills.map(isCamera), [true, false], 'and each has its picture, by the popup');
  const first = await lab.far.do((page) => page.watched('call', 'video', 0)?.colour());
  assert.ok(first && !isNear(first, lab.near.colour), 'while the page has the screen for the camera');
  await back();
  await sleep(CLAIM);
  await callStands();
});

test('recorded frames played again are not shown', async () => {
  await between((forwarder) => {
    /** @type {ArrayBuffer[]} */
    const kept = [];
    forwarder.tamper = (/** @type {ArrayBuffer} */ data, /** @type {any} */ { kind }) => {
      if (kind !== 'video') return null;
      if (kept.length < 30) kept.push(data.slice(0));
      return kept.length < 30 ? null : kept[Math.floor(Math.random() * 30)].slice(0);
    };
  });
  await refused('replayed', 1);
  await lab.far.do((page) => page.forget('call'));
  await sleep(1_500);
  assert.deepEqual([await shown(0), await shown(1)], [0, 0]);
  await back();
  await callStands();
});

test('changed frames are not shown', async () => {
  await between((forwarder) => {
    forwarder.tamper = (/** @type {ArrayBuffer} */ data) => {
      const changed = new Uint8Array(data.slice(0));
      changed[changed.length - 3] ^= 1;
      return changed.buffer;
    };
  });
  await refused('forged', 2);
  await lab.far.do((page) => page.forget('call'));
  await sleep(1_000);
  assert.deepEqual([await shown(0), await shown(1)], [0, 0]);
  await lab.far.do((page, pitch) => page.falls('call', pitch), lab.near.pitch);
  await back();
  await callStands();
});

test('sound played as a picture is not shown', async () => {
  await between((forwarder) => {
    let sound = new ArrayBuffer(0);
    forwarder.tamper = (/** @type {ArrayBuffer} */ data, /** @type {any} */ { kind }) => {
      if (kind === 'audio') sound = data.slice(0);
      return kind === 'video' ? sound.slice(0) : null;
    };
  });
  await sleep(500);
  await lab.far.do((page) => page.forget('call'));
  await sleep(1_000);
  assert.deepEqual([await shown(0), await shown(1)], [0, 0]);
  await back();
  await callStands();
});
