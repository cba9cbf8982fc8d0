/**
 * Bad networks between three people and Janus: who turns Sotto on joins, all share one number, see
 * and hear each other, and nothing is shown in clear. Faults are each person's own, on the way up as on the
 * way down, so that what goes from one to another meets them twice. They befall what UDP carries;
 * the page and Janus's API go by loopback.
 */

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { beginDiary, diaryOf, neverClaimedInVain } from '../lib/diary.mjs';
import { agree, eventually, hearEachOther, pictureStands, seeEachOther, turnOn } from '../lib/expect.mjs';
import { Janus } from '../lib/sfu/janus.mjs';
import { Link, PLACE } from '../lib/sfu/link.mjs';
import { NetworksTable } from '../lib/sfu/networks-table.mjs';
import { allEncrypted } from '../lib/sfu/three.mjs';
import { VIDEO_ROOM } from '../lib/sfu/video-room.mjs';
import { Stage } from '../lib/stage.mjs';

/** @typedef {import('../lib/participant.mjs').Participant} Participant */
/** @typedef {import('../lib/sfu/link.mjs').Faults} Faults */

/**
 * @type {{name: string, faults: Faults, isQuick?: boolean, bound?: number, bitrate?: number, mayStand?: boolean}[]} `bound`, for the
 *   middle of the joins; `bitrate`, of each picture in bit/s, where the room has one; whether a picture may stand still
 */
const NETWORKS = [
  { name: 'no fault', faults: {}, bound: 3_000 },
  { name: '5 % lost', faults: { loss: 0.05 }, bound: 3_000, isQuick: true },
  { name: '20 % lost', faults: { loss: 0.2 } },
  { name: '5 % lost, ten at a time', faults: { bursts: { begin: 1 / 190, end: 0.1 } } },
  { name: '200 ms', faults: { delay: 200 } },
  { name: '200 ms +- 50 ms, overtaking', faults: { delay: 200, jitter: 50, reorder: true } },
  // Janus doesn't fit pictures to who receives them: the room has to, and what it asks for is still too much at times.
  { name: '300 kbit/s, queue of 300 ms', faults: { rate: 300, queue: 300 }, bitrate: 64_000, mayStand: true },
];
/** Chromium gives a connection up at some time between, and Janus's page doesn't make another: one has to join again. */
const CUTS = [
  { name: '5 s', seconds: 5, again: false, isQuick: true },
  { name: '30 s, joins again', seconds: 30, again: true },
];
const JOINS = 5;
/** What was sent before somebody turned Sotto off may come so long after, where it comes late. */
const LATE = 1_500;
const SEED = Number(process.env.SOTTO_SEED ?? randomInt(2 ** 32));
const table = new NetworksTable(NETWORKS.map(({ name }) => name), CUTS.map(({ name }) => name));

/** @type {Janus} */ let janus;
/** @type {Link} */ let link;
/** @type {Stage} */ let stage;
/** @type {Participant[]} */ let all;
/** @type {Participant} */ let cleo;
/** @type {Participant[]} */ let others;

before(async () => {
  console.log(`seed ${SEED}`);
  link = await Link.start(SEED);
  janus = await Janus.start({ link: PLACE });
  stage = new Stage(janus, janus.origin, VIDEO_ROOM);
  // A picture of several packets takes more from a machine than it takes to lose some; one is enough.
  const ana = await stage.cast({ name: 'Ana', size: 'large' });
  const ben = await stage.cast({ name: 'Ben' });
  cleo = await stage.cast({ name: 'Cleo' });
  others = [ana, ben];
  all = [ana, ben, cleo];
});
after(async () => {
  const agents = await Promise.all(all.map(({ page }) => page.evaluate(() => navigator.userAgent)));
  table.write(SEED, [...new Set(agents.map((agent) => agent.match(/(Chrome|Firefox)\/[\d.]+/)?.[0]))].join(', '));
  await stage.close();
  link.close();
});

/** Three meet in a room of their own where nothing is wrong yet. @param {number} [bitrate] */
async function meet(bitrate) {
  await link.set({});
  const { room } = await janus.open({ bitrate });
  await stage.gather(all, { room: String(room) });
  await link.know(all);
  return { room: String(room) };
}

/** @param {Participant[]} people @param {number} count */
const haveMembers = (people, count) =>
  eventually(
    () => Promise.all(people.map(({ popup }) => popup.view())),
    (views) => views.every(({ members }) => members.length === count),
    `each has ${count} members`,
  );

/** Until she opens frames, and all three are members for each of them. */
async function joins() {
  const passed = stopwatch();
  await cleo.popup.turn(true);
  await cleo.popup.waitForState('encrypted');
  await haveMembers(all, 3);
  return passed();
}

async function leaves() {
  await cleo.popup.turn(false);
  await haveMembers(others, 2);
}

/** Milliseconds from now to when it is asked. */
function stopwatch() {
  const began = performance.now();
  return () => Math.round(performance.now() - began);
}

/** How long it takes until all see and hear all, from now or from when something else began. */
async function perceived(passed = stopwatch()) {
  const [picture, sound] = await Promise.all([seeEachOther(all).then(passed), hearEachOther(all).then(passed)]);
  return { picture, sound };
}

/** @returns {Promise<import('../lib/sfu/networks-table.mjs').Perceived>} */
async function perceivedOrNot() {
  const passed = stopwatch();
  const unlessNever = (/** @type {Promise<void>} */ seen) => seen.then(passed, () => null);
  const [picture, sound] = await Promise.all([unlessNever(seeEachOther(all)), unlessNever(hearEachOther(all))]);
  return { picture, sound };
}

/** What is shown of who has Sotto off stands still for who has it on, and the other way round. */
async function nothingInClear() {
  await sleep(LATE);
  await Promise.all(others.flatMap((one) => [pictureStands(one, cleo), pictureStands(cleo, one)]));
}

for (const { name, faults, isQuick, bound = Infinity, bitrate, mayStand = false } of NETWORKS) {
  test(`${isQuick ? '' : 'table: '}joins and media, ${name}`, async (t) => {
    await meet(bitrate);
    await turnOn(all);
    await agree(all);
    const before = await link.countsOf(cleo);
    await link.set(faults);
    const took = [];
    for (let n = 0; n < JOINS; n += 1) {
      await leaves();
      if (n === 0) await nothingInClear();
      took.push(await joins());
    }
    took.sort((one, other) => one - other);
    t.diagnostic(`joined after ${took.join(', ')} ms`);
    const times = mayStand ? await perceivedOrNot() : await perceived();
    t.diagnostic(`all seen after ${times.picture} ms, heard after ${times.sound} ms`);
    await agree(all);
    await allEncrypted(all);
    const counts = await link.countsOf(cleo, before);
    table.networks.set(name, { joins: took, perceived: times, ...counts });
    haveBefallen(faults, counts);
    assert.ok(took[JOINS >> 1] <= bound, `the middle of ${took} ms`);
    if (!mayStand) return;
    await link.set({});
    await perceived();
  });
}

/** What was asked for happened. @param {Faults} faults @param {import('../lib/sfu/link.mjs').BothWays} counts */
function haveBefallen({ loss = 0, bursts }, { up, down }) {
  for (const { came, lost } of [up, down]) {
    assert.ok(came > 500, `only ${came} packets passed the link`);
    // How many bursts there are in so few packets is up to chance.
    const isRight = bursts ? lost > 0 : Math.abs(lost / came - loss) <= loss / 2;
    assert.ok(isRight, `${lost} of ${came} packets were lost`);
  }
}

/**
 * Cleo's network is gone for so long, and she comes back.
 * @param {(typeof CUTS)[number]} cut @param {import('../lib/participant.mjs').Place} place
 * @param {() => Promise<unknown>} [meanwhile]
 */
async function cutOff({ seconds, again }, place, meanwhile = async () => {}) {
  await link.set({ cut: true }, cleo);
  await Promise.all([sleep(seconds * 1_000), meanwhile()]);
  await link.set({}, cleo);
  const passed = stopwatch();
  if (!again) return passed;
  assert.ok(await VIDEO_ROOM.isLost(cleo.page), 'her connections are given up');
  await cleo.enter(stage.base, place);
  await stage.connected(all);
  return passed;
}

for (const cut of CUTS) {
  test(`${cut.isQuick ? '' : 'table: '}one is cut off for ${cut.name}`, async (t) => {
    const place = await meet();
    await turnOn(all);
    await agree(all);
    await perceived();
    await Promise.all(all.map(beginDiary));
    // What is that long, the others notice.
    const passed = await cutOff(cut, place, async () => { if (cut.again) await agree(others); });
    const [group, times] = await Promise.all([agree(all).then(passed), perceived(passed)]);
    t.diagnostic(`one group after ${group} ms, all seen after ${times.picture} ms, heard after ${times.sound} ms`);
    await allEncrypted(all);
    for (const person of others) neverClaimedInVain(person.name, await diaryOf(person));
    table.cuts.set(cut.name, { without: null, group, perceived: times });
  });

  test(`table: without Sotto one is cut off for ${cut.name}`, async (t) => {
    const place = await meet();
    for (const { popupPage } of all) await popupPage?.turn(false);
    await perceived();
    const without = await perceived(await cutOff(cut, place));
    t.diagnostic(`all seen after ${without.picture} ms, heard after ${without.sound} ms`);
    const row = table.cuts.get(cut.name);
    if (row) row.without = without;
  });
}
