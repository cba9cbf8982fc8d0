/**
 * A call of four that loses somebody without a goodbye: to a freeze, to the network, for good.
 * The others go on, and whoever comes back is let in again; nobody has to do anything.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginDiary, diaryOf, neverClaimedInVain } from '../lib/diary.mjs';
import { agree, hearEachOther, pictureStands, seeEachOther, turnOn } from '../lib/expect.mjs';
import { crash, kill, Network, whileFrozen } from '../lib/outage.mjs';
import { Stage } from '../lib/stage.mjs';

/** @typedef {import('../lib/participant.mjs').Participant} Participant */

/**
 * Bounds in milliseconds: until there is one group, and until all is seen and heard, which takes
 * a busy machine some seconds more.
 * @typedef {{group: number, all: number}} Bounds
 */

/** The page learns of it, and Sotto from the page. @type {Bounds} */
const AFTER_DEATH = { group: 10_000, all: 25_000 };
/** Nothing tells of it but silence. @type {Bounds} */
const AFTER_SILENCE = { group: 15_000, all: 30_000 };
/** @type {Bounds} */
const TOGETHER_AGAIN = { group: 30_000, all: 50_000 };
/** Four browsers that start are a load of their own, and no story yet. */
const SETTING_OUT = 60_000;
const FROZEN = 15_000;
const CUT_OFF = 20_000;
/** What was opened counts for 3 s, and the popup follows twice a second, if the machine lets it. */
const STILL_CLAIMED = 8_000;

/** @type {Stage} */ let stage;
/** @type {Participant[]} */ const people = [];
/** @type {Participant} */ let dora;
/** @type {Participant[]} Once tabs have ended. */ let left;
/** @type {Network} */ let network;

before(async () => {
  stage = await Stage.open();
  for (const name of ['Ana', 'Ben', 'Cleo', 'Dora']) people.push(await stage.cast({ name }));
  [, , , dora] = people;
  network = await Network.of(dora);
  await stage.gather(people, { room: 'healing' });
  await turnOn(people);
  await agree(people, SETTING_OUT);
  await seeEachOther(people);
  await Promise.all(people.map(beginDiary));
});
after(() => stage.close());

test('the committer freezes and thaws: three go on, then four are together again', async (t) => {
  const committer = await committerOf(people);
  await whileFrozen(committer, async () => {
    const thaw = sleep(FROZEN);
    await haveEachOther(t, without(committer), AFTER_SILENCE, 'three, after the committer froze');
    await thaw;
  });
  await haveEachOther(t, people, TOGETHER_AGAIN, 'four, after it thawed');
  await nobodyWasTold(without(committer));
  // What a frozen popup shows is read by nobody.
  await beginDiary(committer);
});

test('one is cut off for a while: three go on, then four are together again', async (t) => {
  const others = without(dora);
  await network.whileCut(async () => {
    const cut = Date.now();
    const back = sleep(CUT_OFF);
    await haveEachOther(t, others, AFTER_SILENCE, 'three, after one was cut off');
    await pictureStands(others[0], dora);
    await back;
    await stoppedClaiming(t, dora, cut);
  });
  await haveEachOther(t, people, TOGETHER_AGAIN, 'four, after the network came back');
  await nobodyWasTold(people);
});

test("the committer's tab crashes: the three who are left go on", async (t) => {
  const committer = await committerOf(people);
  await crash(committer.page);
  left = without(committer);
  await haveEachOther(t, left, AFTER_DEATH, "three, after the committer's tab crashed");
  await nobodyWasTold(left);
});

test("the committer's browser is killed: the two who are left go on", async (t) => {
  const committer = await committerOf(left);
  await kill(committer);
  left = without(committer, left);
  await haveEachOther(t, left, AFTER_DEATH, 'two, after the committer was killed');
  await nobodyWasTold(left);
});

/** Nobody was told encrypted when nothing was opened. @param {Participant[]} all */
async function nobodyWasTold(all) {
  for (const person of all) neverClaimedInVain(person.name, await diaryOf(person));
}

/**
 * From now on: one encrypted group of exactly these people, who see and hear each other.
 * @param {import('node:test').TestContext} t @param {Participant[]} all
 * @param {Bounds} bounds @param {string} who
 */
async function haveEachOther(t, all, bounds, who) {
  const start = performance.now();
  const passed = () => Math.round(performance.now() - start);
  await agree(all, bounds.group);
  const group = passed();
  const [picture, sound] = await Promise.all([seeEachOther(all).then(passed), hearEachOther(all).then(passed)]);
  await agree(all);
  const time = passed();
  t.diagnostic(`${who}: one group in ${group} ms, pictures in ${picture} ms, sound in ${sound} ms, all in ${time} ms`);
  assert.ok(group < bounds.group, `${who}, are one group within ${bounds.group} ms, not ${group}`);
  assert.ok(time < bounds.all, `${who}, have each other within ${bounds.all} ms, not ${time}`);
}

/**
 * Whoever is cut off opens nothing, and so must not be told `encrypted` for long.
 * @param {import('node:test').TestContext} t @param {Participant} person @param {number} since
 */
async function stoppedClaiming(t, person, since) {
  const last = (await diaryOf(person)).findLast(({ shown }) => shown === 'encrypted');
  const claimed = (last?.at ?? since) - since;
  t.diagnostic(`whoever was cut off was told encrypted for another ${claimed} ms`);
  assert.ok(claimed < STILL_CLAIMED, `${person.name} was told encrypted ${claimed} ms after the cut`);
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
const without = (person, among = people) => among.filter((one) => one !== person);
