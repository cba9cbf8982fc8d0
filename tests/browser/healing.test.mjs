/**
 * A call of four that loses somebody without a goodbye: to a freeze, to the network, for good.
 * The others go on, and whoever comes back is let in again; nobody has to do anything.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginDiary, diaryOf, neverClaimedInVain } from '../lib/diary.mjs';
import { agree, hearEachOther, pictureStands, seeEachOther, turnOn } from '../lib/expect.mjs';
import { kill, Network, whileFrozen } from '../lib/outage.mjs';
import { Stage } from '../lib/stage.mjs';

/** @typedef {import('../lib/participant.mjs').Participant} Participant */

const WITHOUT = 10_000;
const TOGETHER_AGAIN = 15_000;
const FROZEN = 15_000;
const CUT_OFF = 20_000;

/** @type {Stage} */ let stage;
/** @type {Participant[]} */ const people = [];
/** @type {Participant} */ let dora;
/** @type {Network} */ let network;

before(async () => {
  stage = await Stage.open();
  for (const name of ['Ana', 'Ben', 'Cleo', 'Dora']) people.push(await stage.cast({ name }));
  [, , , dora] = people;
  network = await Network.of(dora);
  await stage.gather(people, { room: 'healing' });
  await turnOn(people);
  await agree(people);
  await seeEachOther(people);
});
after(() => stage.close());

test('the committer freezes and thaws: three go on, then four are together again', async (t) => {
  const committer = await committerOf(people);
  const others = without(committer);
  await whileFrozen(committer, async () => {
    const thaw = sleep(FROZEN);
    await haveEachOther(t, others, WITHOUT, 'three, after the committer froze');
    await thaw;
  });
  await haveEachOther(t, people, TOGETHER_AGAIN, 'four, after it thawed');
});

test('one is cut off for a while: three go on, then four are together again', async (t) => {
  const others = without(dora);
  await Promise.all(people.map(beginDiary));
  await network.cut();
  const back = sleep(CUT_OFF);
  await haveEachOther(t, others, WITHOUT, 'three, after one was cut off');
  await pictureStands(others[0], dora);
  await back;
  await network.restore();
  await haveEachOther(t, people, TOGETHER_AGAIN, 'four, after the network came back');
});

test('whoever was cut off was not told that anything is encrypted, nor was anybody in vain', async () => {
  for (const person of people) neverClaimedInVain(person.name, await diaryOf(person));
});

test('the committer is killed: the three who are left go on', async (t) => {
  const committer = await committerOf(people);
  await kill(committer);
  await haveEachOther(t, without(committer), WITHOUT, 'three, after the committer was killed');
});

/**
 * From now on: one encrypted group of exactly these people, who see and hear each other.
 * @param {import('node:test').TestContext} t @param {Participant[]} all
 * @param {number} bound @param {string} who
 */
async function haveEachOther(t, all, bound, who) {
  const start = performance.now();
  const passed = () => Math.round(performance.now() - start);
  const number = await agree(all);
  const group = passed();
  const [picture, sound] = await Promise.all([seeEachOther(all).then(passed), hearEachOther(all).then(passed)]);
  t.diagnostic(`${who}: one group in ${group} ms, pictures in ${picture} ms, sound in ${sound} ms`);
  assert.equal(await agree(all), number, 'the group has settled');
  assert.ok(Math.max(picture, sound) < bound, `${who} have each other within ${bound} ms`);
}

/** @param {Participant[]} all */
async function committerOf(all) {
  const { members } = await all[0].popup.view();
  const { id } = members.find((/** @type {any} */ { committer }) => committer);
  for (const person of all) {
    const view = await person.popup.view();
    if (view.members.some((/** @type {any} */ member) => member.you && member.id === id)) return person;
  }
  throw new Error('nobody is the committer');
}

/** @param {Participant} person */
const without = (person) => people.filter((one) => one !== person);
