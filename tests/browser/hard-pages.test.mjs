/**
 * Pages whose policies, frames and habits make it hard: with Sotto on before they load, each
 * call either works, or is refused before any media flows, in words.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../lib/expect.mjs';
import { childFrame, hardPages, PUMP_KEPT_OUT } from '../lib/pages/hard.mjs';
import { Scene } from '../lib/pages/scene.mjs';
import { call, encrypted, nothingFlows, seeEachOther } from '../lib/pages/seat.mjs';
import { browserOf } from '../lib/stage.mjs';

/** @typedef {import('../lib/pages/seat.mjs').Seat} Seat */

const IN_FIREFOX = browserOf(0).browser === 'firefox';
/** So many looks, of ten a second, at what would have moved. */
const STILL = 8;

/** @type {Scene} */ let scene;
/** @type {Seat} */ let ana;
/** @type {Seat} */ let ben;
/** @type {string[]} */ const table = [];

before(async () => {
  scene = await Scene.open();
  [ana, ben] = await Promise.all([scene.seat('Ana', 0), scene.seat('Ben', 1)]);
  scene.server.add('/plain');
  await ana.popup.turn(true);
  await ben.popup.turn(true);
});
after(() => scene?.close());

/** @param {string} name @param {string} outcome @param {string[]} words */
const note = (name, outcome, words) => table.push(`${name} | ${outcome} | ${words.join(' / ')}`);

// The pages' names need no server to be known.
for (const [n, { name }] of hardPages('').entries()) {
  test(name, async () => {
    const page = hardPages(scene.server.otherOrigin)[n];
    const url = scene.server.add(`/hard-${n}`, page);
    const find = page.inFrame ? childFrame : undefined;
    await Promise.all([ana, ben].map((one) => one.visit(url, find)));
    if (page.isolated) assert.ok(await ana.frame.evaluate('crossOriginIsolated'), 'the page is isolated');
    await call(ana, ben);
    const words = page.noWorker && IN_FIREFOX ? PUMP_KEPT_OUT : page.words;
    if (words) await refused(words);
    else await encrypted(ana, ben);
    note(name, words ? 'refused' : 'works', await ana.words());
    if (words && !(page.stops && IN_FIREFOX)) await worksOff();
  });
}

/** @param {RegExp} words */
async function refused(words) {
  const { popup } = ana;
  await popup.waitForState('unsupported');
  await eventually(() => ana.words(), (said) => said.some((one) => words.test(one)), `the popup says ${words}`);
  await nothingFlows(ana, ben);
  assert.equal(await ana.badge(), '\u00d7');
}

/** Turned off, and only then, the call goes on as without Sotto, each time. */
async function worksOff() {
  await turnBoth(false);
  await seeEachOther(ana, ben);
  await turnBoth(true);
  await nothingMoves();
  const problems = (await Promise.all([ana, ben].map(({ popup }) => popup.view()))).flatMap((view) => view.problems);
  assert.deepEqual(problems.filter(({ code }) => code === 'stream-bypassed'), [], 'nothing had to be stopped');
  await turnBoth(false);
  await seeEachOther(ana, ben);
  await turnBoth(true);
}

/** @param {boolean} on */
async function turnBoth(on) {
  for (const { popup } of [ana, ben]) await popup.turn(on);
}

async function nothingMoves() {
  /** @type {string[]} */
  const looks = [];
  const look = async () => {
    const both = await Promise.all([ana, ben].map((seat) => seat.traffic()));
    looks.push(both.map(({ sent }) => sent).join());
    return looks.slice(-STILL);
  };
  await eventually(look, (last) => last.length === STILL && new Set(last).size === 1, 'nothing more is sent');
}

test('once the frame in a sandbox is gone, the badge says no more that Sotto cannot work', async () => {
  const url = scene.server.add('/sandboxed', hardPages(scene.server.otherOrigin).at(-1));
  await Promise.all([ana, ben].map((one) => one.visit(url, childFrame)));
  await call(ana, ben);
  await eventually(() => ana.badge(), (badge) => badge === '\u00d7', 'it says that Sotto cannot work');
  await ana.page.evaluate(() => document.querySelector('iframe')?.remove());
  await eventually(() => ana.badge(), (badge) => badge === 'on', 'it says that Sotto is on');
});

test('the table of pages', (t) => {
  for (const line of table) t.diagnostic(line);
});
