/** One participant without Sotto is in the call: it learns nothing, and it breaks nobody. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { copiedBy } from '../lib/clipboard.mjs';
import { agree, doesNotHear, doesNotSee, eventually, hears, hearEachOther, pictureStands, seeEachOther, sees, turnOn } from '../lib/expect.mjs';
import { chiSquare, forgetReceived, OUTSIDER, receivedBy, receivedPerStream } from '../lib/outsider.mjs';
import { Stage } from '../lib/stage.mjs';

/** What a cipher's output stays below but once in some ten thousand runs. */
const UNIFORM = 350;

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;
/** @type {import('../lib/participant.mjs').Participant} */ let olga;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
  olga = await stage.cast({ name: 'Olga', without: true, script: OUTSIDER });
  await stage.gather([ana, ben, olga], { room: 'outsider' });
});
after(() => stage.close());

/** @param {'audio' | 'video'} kind */
const received = (kind) =>
  eventually(() => receivedBy(olga, kind), (frames) => frames.length > 100, `Olga's page receives ${kind}`);

test('with Sotto off everywhere she sees and hears them, and what arrives is plain', async () => {
  await sees(olga, ana);
  await hears(olga, ana);
  const frames = await received('video');
  assert.ok(chiSquare(frames.map((frame) => frame.subarray(10))) > UNIFORM, 'the measure tells plain from sealed');
});

test('once they turn it on they see each other, and are told that she is without', async () => {
  await turnOn([ana, ben]);
  await agree([ana, ben]);
  await seeEachOther([ana, ben]);
  await hearEachOther([ana, ben]);
  // Where the machine stands still, a beacon is late, and the popup says so for a moment.
  await eventually(
    () => ana.popup.shown(),
    ({ problems, state }) => problems.length === 1 && state === 'encrypted',
    'Ana is told of one problem, beside encrypted',
  );
  assert.equal((await ana.popup.view()).others, 1);
});

test('from then on nothing at all reaches her, of either kind', async () => {
  await forgetReceived(olga);
  await sleep(3_000);
  assert.deepEqual((await receivedPerStream(olga)).filter((count) => count > 0), []);
  const { streams } = await ana.popup.view();
  const waiting = streams.filter((/** @type {any} */ { reason }) => reason === 'outsider');
  assert.equal(waiting.length, 2, 'the popup says that her camera and microphone wait');
});

test('the popup has an invitation for her, in two sentences', async () => {
  const { page } = ana.popup;
  const copied = await copiedBy(page, ana.popup.part('invite'));
  assert.match(copied, /^[^.]*end-to-end[^.]*Sotto[^.]*\. [^.]*Install[^.]*\.$/);
});

test('she neither sees nor hears them', async () => {
  for (const person of [ana, ben]) {
    await doesNotHear(olga, person);
    await pictureStands(olga, person).catch(() => doesNotSee(olga, person));
  }
});

test('what she sends in clear is not shown to them', async () => {
  await pictureStands(ana, olga);
  await doesNotHear(ana, olga);
});

test('a reload with Sotto on and the popup closed lets nothing out, from the first frame', async () => {
  await ben.popup.turn(false);
  await ana.popup.waitForState('alone');
  await ana.popup.page.goto('about:blank');
  await forgetReceived(olga);
  await ana.page.reload();
  await stage.connected([ana, ben, olga]);
  await sleep(3_000);
  const fromBen = (/** @type {Uint8Array[]} */ frames) => frames.length;
  assert.ok(fromBen(await receivedBy(olga, 'video')) > 0, 'Ben, who is off, is recorded');
  const streams = await receivedPerStream(olga);
  assert.equal(streams.filter((count) => count > 0).length, 2, `only Ben's two streams carry frames: ${streams}`);
  await ana.openPopup();
});

test('she is seen and heard again once they turn it off', async () => {
  await ana.popup.turn(false);
  await ben.popup.turn(false);
  await sees(ana, olga);
  await sees(olga, ana);
  await hears(olga, ana);
});
