/**
 * An SFU that lies. A browser's encryption to the server ends there, so who changes frames on their way has to
 * be the server itself: ours is a page that forwards encoded frames and carries no data channel.
 */

import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree, eventually, turnOn } from '../lib/expect.mjs';
import { Room } from '../lib/room.mjs';

const THREE = ['Ana', 'Ben', 'Cleo'];
const ALL = [...THREE, 'Mallory'];
/** Without the ghost: no page but Mallory's own knows of her. */
const SHOWN = { Ana: ['Ben', 'Cleo'], Ben: ['Ana', 'Cleo'], Cleo: ['Ana', 'Ben'], Mallory: ['Ana', 'Ben'] };
/** How long who isn't heard is taken for live (PROTOCOL.md, R2), in milliseconds. */
const LIVE = 5_000;
/** What a jitter buffer may still hold of before, and how long nothing new may be shown. */
const HELD = 500;
const LOOK = 1_500;

/** @type {Room} */ let room;

before(async () => {
  room = await Room.open(ALL);
  await room.begin(SHOWN);
  for (const name of ALL) await room.publish(name);
  await room.perceive(THREE);
  await turnOn(people(THREE));
  await callStands(THREE);
});
after(() => room.close());
beforeEach(() => room.lies('honest'));

/** @param {string[]} names */
const people = (names) => names.map((name) => room.end(name).person);

/** They share one number, and see and hear each other. @param {string[]} names @returns {Promise<string>} the number */
async function callStands(names) {
  await agree(people(names));
  await room.perceive(names);
  return agree(people(names));
}

/** It lied until now, and does so no more. @param {string[]} names */
async function heals(names) {
  assert.ok(await room.lied() > 3, 'it did lie');
  await room.lies('honest');
  return callStands(names);
}

/** Other calls, for which everyone is somebody else. @param {import('../lib/room.mjs').Shown} shown */
async function beginAnew(shown) {
  for (const { popup } of people(ALL)) await popup.turn(false);
  await room.begin(shown);
  await turnOn(people(Object.keys(shown)));
}

/** @param {string} name @returns {Promise<any>} */
const view = (name) => room.end(name).view();

/** @param {string} name @returns {Promise<string>} */
const idOf = async (name) => (await view(name)).members.find((/** @type {any} */ { you }) => you).id;

/** @param {string[]} names @param {number} count */
const haveMembers = (names, count) =>
  eventually(() => Promise.all(names.map(view)), (views) => views.every(({ members }) => members.length === count), `${names} have ${count} members`);

/** Nobody is missed or added within some time. @param {string[]} names @param {number} span */
async function stayMembers(names, span) {
  for (const end = performance.now() + span; performance.now() < end; await sleep(200)) {
    const counts = (await Promise.all(names.map(view))).map(({ members }) => members.length);
    assert.deepEqual(counts, names.map(() => names.length));
  }
}

/** @param {string} to @param {string} from */
async function isNotShown(to, from) {
  await sleep(HELD);
  assert.equal(await room.pictures(to, from, LOOK), 0, `nothing of ${from} is shown to ${to}`);
}

/** @param {string} to @param {string} from */
const isNotHeard = (to, from) =>
  room.end(to).do(
    (page, { nth, pitch }) => page.until(() => !page.watched('down', 'audio', nth)?.sounds(pitch), () => `no tone of ${pitch} Hz`),
    { nth: room.place(to, from), pitch: room.end(from).pitch },
  );

test('replayed: recorded frames and packets are shown to nobody, and the popup says so', async () => {
  await callStands(THREE);
  await room.lies('replayed', 'Ana');
  const ana = await idOf('Ana');
  const named = async () => /** @type {any[]} */ ((await view('Ben')).problems);
  await eventually(named, (problems) => problems.some(({ code, detail }) => code === 'frames-replayed' && detail === ana), 'the replay is named');
  await Promise.all(['Ben', 'Cleo'].map((to) => isNotShown(to, 'Ana')));
  await Promise.all(['Ben', 'Cleo'].map((to) => isNotHeard(to, 'Ana')));
  await room.perceive(['Ben', 'Cleo']);
  await stayMembers(THREE, LIVE);
  await heals(THREE);
});

test('without media: the group stays, nothing is shown, and it isn\'t called encrypted', async () => {
  await room.lies('withoutMedia');
  await eventually(() => Promise.all(THREE.map(view)), (views) => views.every(({ state }) => state === 'joining'), 'nothing was opened lately');
  await isNotShown('Ben', 'Ana');
  await isNotHeard('Ben', 'Ana');
  await stayMembers(THREE, LIVE);
  await heals(THREE);
});

test('without packets: media go on among members, and nobody joins before they come again', async () => {
  await people(['Cleo'])[0].popup.turn(false);
  await callStands(['Ana', 'Ben']);
  await room.lies('withoutPackets');
  await people(['Cleo'])[0].popup.turn(true);
  await stayMembers(['Ana', 'Ben'], 2 * LIVE);
  await room.perceive(['Ana', 'Ben']);
  await haveMembers(['Cleo'], 1);
  assert.equal((await view('Cleo')).state, 'alone');
  await isNotShown('Cleo', 'Ben');
  await heals(THREE);
});

test('late: packets out of order are taken, and those that are too late for a group part it', async () => {
  await room.lies('late', 0, 1_500);
  await stayMembers(THREE, LIVE);
  await callStands(THREE);
  const ids = await Promise.all(THREE.map(idOf));
  await room.lies('late', LIVE, LIVE + 1_000);
  await sleep(2 * LIVE);
  for (const { members, state } of await Promise.all(THREE.map(view))) {
    assert.ok(members.every((/** @type {any} */ { id }) => ids.includes(id)), 'nobody else is a member');
    assert.notEqual(state, 'trouble');
  }
  await heals(THREE);
});

test('swapped: nobody is shown in another\'s name', async () => {
  await room.lies('swapped', ['Ana', 'Ben']);
  await Promise.all(['Ana', 'Ben'].map((from) => isNotShown('Cleo', from)));
  const [ana, ben] = [await idOf('Ana'), await idOf('Ben')];
  const whose = async () => {
    const { streams } = await view('Cleo');
    const received = streams.filter((/** @type {any} */ { direction, media }) => direction === 'receive' && media === 'video');
    return received.map((/** @type {any} */ { member }) => member).filter(Boolean);
  };
  await eventually(whose, ([first, second]) => first === ben && second === ana, 'each line says whose picture came in its place');
  await heals(THREE);
});

test('flipped: packets of which a bit is another are lost', async () => {
  await room.lies('flipped', 8);
  await stayMembers(THREE, 2 * LIVE);
  await room.perceive(THREE);
  await heals(THREE);
});

test('forged: packets that nobody sent achieve nothing but a word of another version', async () => {
  await room.lies('forged');
  await stayMembers(THREE, LIVE);
  await room.perceive(THREE);
  const { state, problems } = await view('Ana');
  assert.equal(state, 'encrypted');
  assert.ok(problems.some((/** @type {any} */ { code }) => code === 'other-version'));
  await heals(THREE);
});

test('crowded: three hundred strangers in a stronger group harm no call', async () => {
  await room.lies('crowded', 300, 4);
  const given = () => room.sfu.evaluate('window.room.manner.given');
  await eventually(given, (counts) => THREE.every((name) => counts[name] >= 300), 'each was told of all of them');
  await stayMembers(THREE, 2 * LIVE);
  assert.deepEqual(await room.sfu.evaluate('[...window.room.manner.seekers]'), [], 'nobody wants to be with them');
  await room.perceive(THREE);
  await heals(THREE);
});

test('haunted: a ghost is a member that everyone sees, and the number is another', async () => {
  const before = await agree(people(THREE));
  await room.lies('haunted', 'Mallory');
  await turnOn(people(['Mallory']));
  const during = await agree(people(ALL));
  assert.notEqual(during, before);
  const ghost = await idOf('Mallory');
  for (const { members } of await Promise.all(THREE.map(view))) assert.ok(members.some((/** @type {any} */ { id }) => id === ghost));
  await room.end('Mallory').perceives(room.end('Ana'), 'down', { nth: 0 });
  assert.notEqual(await heals(THREE), during);
  await isNotShown('Mallory', 'Ana');
});

test('parted: two groups, each with a number of its own, and one again once they hear each other', async () => {
  const all = Object.fromEntries(ALL.map((name) => [name, ALL.filter((other) => other !== name)]));
  await beginAnew(all);
  for (const name of ALL) await room.publish(name);
  await callStands(ALL);
  const [one, other] = [['Ana', 'Ben'], ['Cleo', 'Mallory']];
  await room.lies('parted', one);
  const numbers = [await callStands(one), await callStands(other)];
  assert.notEqual(numbers[0], numbers[1]);
  await isNotShown('Ana', 'Cleo');
  await heals(ALL);
});

test('in the middle: both calls are encrypted and look like one; the numbers tell, and who is a member', async () => {
  await room.openBeside('Mallory too', 'Mallory');
  const calls = [['Ana', 'Mallory'], ['Ben', 'Mallory too']];
  await beginAnew(Object.fromEntries(calls.flatMap(([one, other]) => [[one, [other]], [other, [one]]])));
  await Promise.all(['Ana', 'Ben'].map((name) => room.publish(name)));
  await Promise.all(['Mallory', 'Mallory too'].map((name) => room.passOn(name)));
  const [ana, ben] = [room.end('Ana'), room.end('Ben')];
  await Promise.all([ana.perceives(ben, 'down'), ben.perceives(ana, 'down')]);
  const numbers = [await agree(people(calls[0])), await agree(people(calls[1]))];
  assert.notEqual(numbers[0], numbers[1]);
  for (const [victim, hers] of calls) {
    const { state, members, problems } = await view(victim);
    const ids = members.map((/** @type {any} */ { id }) => id);
    assert.deepEqual([state, problems, ids.sort()], ['encrypted', [], [await idOf(victim), await idOf(hers)].sort()]);
  }
});
