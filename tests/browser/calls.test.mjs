/** Calls as people have them: two, then three; one comes, one goes; pictures and sound both ways. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agree, eventually, hearEachOther, seeEachOther, turnOn } from '../lib/expect.mjs';
import { Stage } from '../lib/stage.mjs';

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;
/** @type {import('../lib/participant.mjs').Participant} */ let cleo;
/** @type {string[]} */ const numbers = [];

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
  cleo = await stage.cast({ name: 'Cleo' });
});
after(() => stage.close());

test('two people turn Sotto on and see and hear each other under one number', async () => {
  await stage.gather([ana, ben], { room: 'calls' });
  await turnOn([ana, ben]);
  numbers.push(await agree([ana, ben]));
  await seeEachOther([ana, ben]);
  await hearEachOther([ana, ben]);
});

test('every stream of theirs is encrypted, and nothing is wrong', async () => {
  // Where the machine stands still, a beacon is late, and the popup says so for a moment.
  for (const person of [ana, ben]) {
    await eventually(
      () => person.popup.shown(),
      ({ streams, problems }) => problems.length === 0 && streams.join() === 'encrypted,encrypted,encrypted,encrypted',
      `${person.name}'s four streams are encrypted, and no problem is shown`,
    );
  }
});

test('a third joins in mid-call, and every number and member list follows', async () => {
  await cleo.enter(stage.base, { room: 'calls' });
  await stage.connected([ana, ben, cleo]);
  await turnOn([cleo]);
  numbers.push(await agree([ana, ben, cleo]));
  await seeEachOther([ana, ben, cleo]);
  await hearEachOther([ana, ben, cleo]);
});

test('one hangs up in mid-call, and every number and member list follows', async () => {
  await ben.page.click('#leave');
  await stage.connected([ana, cleo]);
  numbers.push(await agree([ana, cleo]));
  await seeEachOther([ana, cleo]);
});

test('each change of the group gave another number', () => {
  assert.equal(new Set(numbers).size, 3);
});

test('who comes back is let in again', async () => {
  await ben.page.click('#rejoin');
  await stage.connected([ana, ben, cleo]);
  await agree([ana, ben, cleo]);
  await seeEachOther([ana, ben, cleo]);
});

test('a tab that is closed is noticed, and its member removed', async () => {
  await cleo.page.close();
  await agree([ana, ben]);
  await seeEachOther([ana, ben]);
});

test('VP9 is protected as VP8 is', async () => {
  await stage.gather([ana, ben], { room: 'vp9', codec: 'VP9' });
  await agree([ana, ben]);
  await seeEachOther([ana, ben]);
  const { streams } = await ana.popup.view();
  const codecs = streams.map((/** @type {any} */ { codec }) => codec);
  assert.deepEqual([...new Set(codecs)].sort(), ['VP9', 'opus']);
});
