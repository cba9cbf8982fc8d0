/**
 * Pages that encrypt their media themselves. With Sotto off theirs works as without it; with
 * Sotto on the popup names it, from the first frame. Then nothing passes in any form, or, where
 * a transform of Sotto's can take the place of the page's, only what Sotto sealed.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../lib/expect.mjs';
import { encryptItself, serveWorker } from '../lib/pages/own-encryption.mjs';
import { Scene } from '../lib/pages/scene.mjs';
import { call, nothingFlows, seeEachOther } from '../lib/pages/seat.mjs';
import { notInFirefox } from '../lib/stage.mjs';

const STREAMS = notInFirefox('Firefox gives a page no encoded streams');

/** @typedef {import('../lib/pages/seat.mjs').Seat} Seat */
/** @typedef {import('../lib/pages/own-encryption.mjs').Way} Way */

/** @type {Scene} */ let scene;
/** @type {Seat} */ let ana;
/** @type {Seat} */ let ben;
/** @type {{worker: string, turnOver: string}} */ let own;

before(async () => {
  scene = await Scene.open();
  [ana, ben] = await Promise.all([scene.seat('Ana', 0), scene.seat('Ben', 1)]);
  own = serveWorker(scene.server);
});
after(() => scene?.close());

const page = (policy = '') => scene.server.add('/own', policy ? { headers: { 'content-security-policy': policy } } : {});

/** Without the far page's key there is nothing to see. @param {Row} row @param {{turnOn: boolean}} when */
async function meet({ way, policy }, { turnOn }) {
  const url = page(policy);
  await Promise.all([ana, ben].map((one) => one.popup.turn(turnOn)));
  await Promise.all([ana, ben].map((one) => one.visit(url)));
  await Promise.all([ana, ben].map(({ frame }) => frame.evaluate(encryptItself, { way, ...own })));
  await call(ana, ben);
}

/** @returns {Promise<number>} */
const ownFrames = () => ana.frame.evaluate('own.frames');

async function saysSo() {
  await Promise.all([ana, ben].map(({ popup }) => popup.waitForState('trouble')));
  await eventually(() => ana.words(), (words) => words.includes('This page changes media frames itself'), 'the popup says it');
}

/** A transform of ours has taken the place of the page's. */
async function sealedInstead() {
  const before = (await ben.popup.view()).stats;
  await seeEachOther(ana, ben);
  const look = async () => (await ben.popup.view()).stats;
  await eventually(look, ({ opened, sealed }) => opened > before.opened + 5 && sealed > before.sealed + 5, 'all is sealed by Sotto');
}

/** Nothing more comes, in any form. */
async function mediaStops() {
  await sleep(500);
  const before = await ben.traffic();
  await sleep(1_000);
  assert.equal((await ben.traffic()).received, before.received, 'not a byte of media comes any more');
}

/** @typedef {{way: Way, policy?: string, skip?: string | false}} Row */

/** @type {Row[]} */
const ROWS = [
  { way: 'streams', skip: STREAMS },
  { way: 'streams, flagged', skip: STREAMS },
  { way: 'streams, in a worker', skip: STREAMS },
  { way: 'transform' },
  { way: 'transform', policy: "worker-src 'self'", skip: notInFirefox('there nothing passes under such a policy (hard-pages)') },
];

for (const row of ROWS) {
  const { way, policy, skip = false } = row;
  const name = policy ? `${way}, under ${policy}` : way;
  test(`${name}: off, theirs works`, { skip }, async () => {
    await meet(row, { turnOn: false });
    await seeEachOther(ana, ben);
    assert.ok((await ownFrames()) > 10, 'the page really encrypts itself');
  });

  test(`${name}: turned on in mid-call, nothing passes but what Sotto sealed`, { skip }, async () => {
    await Promise.all([ana, ben].map(({ popup }) => popup.turn(true)));
    await saysSo();
    await (way === 'transform' && !policy ? sealedInstead() : mediaStops());
    assert.equal((await ana.traffic()).state, 'connected', 'no worse');
  });

  test(`${name}: turned off again, nothing passes without theirs`, { skip }, async () => {
    await Promise.all([ana, ben].map(({ popup }) => popup.turn(false)));
    if (way === 'transform') return mediaStops();
    return seeEachOther(ana, ben);
  });

  test(`${name}: on already when the page loads, nothing else ever passes`, { skip }, async () => {
    await meet(row, { turnOn: true });
    await saysSo();
    await (way === 'transform' ? sealedInstead() : nothingFlows(ana, ben));
  });

  if (way !== 'transform') test(`${name}: then turned off, theirs works`, { skip }, async () => {
    await Promise.all([ana, ben].map(({ popup }) => popup.turn(false)));
    await seeEachOther(ana, ben);
    assert.ok((await ownFrames()) > 10, 'the page really encrypts itself');
  });
}

test('one side alone encrypts itself: the other has Sotto off and gets what the page made', { skip: STREAMS }, async () => {
  await Promise.all([ana, ben].map((one) => one.popup.turn(false)));
  await Promise.all([ana, ben].map((one) => one.visit(page())));
  await ana.frame.evaluate(encryptItself, { way: /** @type {Way} */ ('streams'), ...own });
  await call(ana, ben);
  await eventually(() => ben.traffic(), ({ received }) => received > 0, 'something comes');
  const { frames } = await ben.picture();
  assert.equal(frames, 0, 'nobody without the key sees it');
});

test('a page that takes encoded streams too late has its call as without Sotto', { skip: STREAMS }, async () => {
  const url = page();
  await Promise.all([ana, ben].map((one) => one.visit(url)));
  await call(ana, ben);
  await seeEachOther(ana, ben);
  await ana.frame.evaluate(() => {
    const { peer } = /** @type {any} */ (window).call.at('call');
    peer.getSenders()[0].createEncodedStreams();
  });
  await seeEachOther(ana, ben);
});
