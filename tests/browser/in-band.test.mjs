/**
 * Somebody stands between two people who have Sotto and takes no data channel, as an SFU does that
 * forwards media and nothing else. Their messages go along with the frames.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../lib/expect.mjs';
import { Lab } from '../lib/lab.mjs';
import { Network } from '../lib/outage.mjs';

/** Of a join, in milliseconds, where packets are lost. */
const MEDIAN = 3_000;
const PATIENCE = 15_000;
/** Of a frame of sound, with all that is in it. */
const LONGEST = 1_100;

/** @type {Lab} */ let lab;
/** Of who stands between: both hops are its own, whatever browsers the two have. @type {Network} */ let network;

before(async () => {
  const before = async (/** @type {import('../lib/participant.mjs').Participant} */ person) => {
    if (person.name === 'between') network = await Network.of(person);
  };
  lab = await Lab.open({ between: true, before });
  await between((forwarder) => { forwarder.isServer = true; });
  // One after the other: a first offer that is taken back can cost Chromium its candidates (docs/pages.md).
  await lab.near.do((page) => { page.open('call'); });
  await lab.near.do(sendBoth);
  await lab.far.perceives(lab.near, 'call');
  await lab.far.do(sendBoth);
  await theyPerceiveEachOther();
});
after(() => lab.close());

/** @param {(forwarder: any) => unknown} act @returns {Promise<any>} */
const between = (act) => /** @type {any} */ (lab.forwarder).evaluate(`(${act})(window.forwarder)`);

/** @param {import('../lib/lab/page.mjs').Lab} page */
function sendBoth(page) {
  const { peer } = page.call('call');
  for (const track of [page.microphone(), page.camera()]) peer.addTrack(track);
}

async function theyPerceiveEachOther() {
  const ends = [lab.near, lab.far];
  await Promise.all(ends.map((end) => end.do((page) => page.forget('call'))));
  await Promise.all([lab.far.perceives(lab.near, 'call'), lab.near.perceives(lab.far, 'call')]);
}

/** @param {import('../lib/lab.mjs').End} end @param {number} wanted */
const members = (end, wanted) =>
  eventually(async () => (await end.view()).members.length, (count) => count === wanted, `${wanted} in the group`, PATIENCE);

/** Far turns Sotto on; how long until it opened the first frame, in milliseconds. */
async function joins() {
  const began = performance.now();
  await lab.far.person.popup.turn(true);
  const encrypted = async () => (await lab.far.view()).state;
  await eventually(encrypted, (state) => state === 'encrypted', 'frames are opened', PATIENCE);
  const took = Math.round(performance.now() - began);
  await Promise.all([members(lab.near, 2), members(lab.far, 2)]);
  return took;
}

async function leaves() {
  await lab.far.person.popup.turn(false);
  await members(lab.near, 1);
}

/** What leaves both ends from now on: how much of it isn't silent, how much has messages, and the longest frame of sound. */
const watchTheWire = () =>
  between((forwarder) => {
    forwarder.wire = { plain: 0, seen: 0, messages: 0, longest: 0 };
    forwarder.tamper = (/** @type {ArrayBuffer} */ data, /** @type {any} */ { kind }) => {
      const frame = new Uint8Array(data);
      const { wire } = forwarder;
      wire.seen += 1;
      const silent = kind === 'audio' ? frame[1] === 0xff && frame[2] === 0xfe : (frame[0] & 0x10) === 0;
      if (!silent) wire.plain += 1;
      if (String.fromCharCode(...frame.subarray(-4)) === 'SOTI') wire.messages += 1;
      if (kind === 'audio') wire.longest = Math.max(wire.longest, frame.length);
      return null;
    };
  });

test('two become a group by their frames alone, and see and hear each other', async (context) => {
  await watchTheWire();
  await lab.turnOn();
  // Until now frames were plain; messages may have begun.
  await between((forwarder) => { Object.assign(forwarder.wire, { plain: 0, seen: 0 }); });
  await lab.joined();
  await theyPerceiveEachOther();
  for (const end of [lab.near, lab.far]) {
    const { state, problems } = await end.view();
    assert.deepEqual([state, problems], ['encrypted', []]);
  }
  const { safety_number: one } = await lab.near.view();
  const { safety_number: other } = await lab.far.view();
  assert.deepEqual(one, other);
  const wire = await eventually(() => between((forwarder) => forwarder.wire), ({ seen }) => seen > 100, 'a hundred frames went by');
  context.diagnostic(`on the wire: ${JSON.stringify(wire)}`);
  assert.ok(wire.messages > 10, 'messages went along with frames');
  assert.ok(wire.plain === 0, `${wire.plain} of ${wire.seen} frames were plain`);
  assert.ok(wire.longest <= LONGEST, `a frame of sound of ${wire.longest} bytes`);
});

test('who comes late is let in', async (context) => {
  await leaves();
  await sleep(3_000);
  context.diagnostic(`joined after ${await joins()} ms`);
  await theyPerceiveEachOther();
});

test('where five packets in a hundred are lost on each hop, a join takes three seconds at most', async (context) => {
  await network.lose(5);
  const took = [];
  for (let round = 0; round < 5; round += 1) {
    await leaves();
    took.push(await joins());
  }
  context.diagnostic(`joined after ${took.join(', ')} ms`);
  for (const end of [lab.near, lab.far]) await end.do((page) => page.resends('call'));
  const median = took.toSorted((one, other) => one - other)[2];
  assert.ok(median <= MEDIAN, `the median is ${median} ms`);
  await theyPerceiveEachOther();
});
