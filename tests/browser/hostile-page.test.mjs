/**
 * Pages that mean harm. What each attempt yields is asserted: at worst no media for that page,
 * and a popup that says so; never a key or anything of the core's; and a call in another tab of
 * the same browser goes on.
 */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../lib/expect.mjs';
import { tryDoors } from '../lib/pages/doors.mjs';
import { embedHost, flood, impersonate, keepStreams, keptStates, raceForNode, reachForCore, reachForNode, speakAsHost, stealCallSites } from '../lib/pages/attacks.mjs';
import { Scene } from '../lib/pages/scene.mjs';
import { call, encrypted, nothingFlows, seeEachOther } from '../lib/pages/seat.mjs';
import { haveOneCaught, tamper, useEverything } from '../lib/pages/tamper.mjs';
import { browserOf, notInChromium, notInFirefox } from '../lib/stage.mjs';

/** @typedef {import('../lib/pages/seat.mjs').Seat} Seat */

const HOOK = join(resolve(import.meta.dirname, '../..'), 'content-scripts/hook');

/** @type {Scene} */ let scene;
/** @type {Seat} */ let mallory;
/** @type {Seat} */ let ben;
/** @type {[Seat, Seat]} In other tabs of the same two browsers. */ let bystanders;
/** @type {string} */ let plain;

before(async () => {
  scene = await Scene.open();
  mallory = await scene.seat('Mallory', 0);
  ben = await scene.seat('Ben', 1);
  bystanders = [await scene.seat('Cleo', 0), await scene.seat('Dora', 1)];
  plain = scene.server.add('/plain');
  await Promise.all([mallory, ben, ...bystanders].map(({ popup }) => popup.turn(true)));
  await Promise.all(bystanders.map((one) => one.visit(plain)));
  await call(...bystanders);
  await encrypted(...bystanders);
});
after(() => scene?.close());

async function meet() {
  await Promise.all([mallory, ben].map((one) => one.visit(plain)));
  await call(mallory, ben);
  await encrypted(mallory, ben);
}

const othersStand = () => encrypted(...bystanders);

const extension = () => String(scene.browsers[0].extension);

/** What the core worker is called in this session. @returns {Promise<string>} */
const worker = () => mallory.popup.page.evaluate(async () => /** @type {any} */ (await chrome.storage.session.get('core')).core.name);

const CALLERS = notInFirefox("Firefox's stacks don't name an extension's scripts");

test('every function replaced by the first script of the page: the hook calls none, and the call stands', { skip: CALLERS }, async () => {
  const url = scene.server.add('/tampered', { html: `<!doctype html><script>(${tamper})()</script><title>Tampered</title><body>` });
  await mallory.visit(url);
  await ben.visit(plain);
  assert.ok((await mallory.frame.evaluate(() => /** @type {any} */ (window).replaced)) > 2_000, 'the page replaced what there is');
  await call(mallory, ben);
  await encrypted(mallory, ben);
  assert.ok(await mallory.frame.evaluate(useEverything), 'the page reads its own transform back');
  assert.deepEqual(await mallory.frame.evaluate(() => /** @type {any} */ (window).caught), []);
  assert.deepEqual(await mallory.frame.evaluate(haveOneCaught), ['Math.abs'], 'it would be seen');
  await othersStand();
});

const CALL_SITES = notInFirefox('Firefox shows a stack as text alone');

test('the stack of an error in the hook yields no function and no object of it', { skip: CALL_SITES }, async () => {
  await meet();
  const { sites, leaked } = await mallory.frame.evaluate(stealCallSites);
  assert.ok(sites > 0, 'the page sees call sites of the hook');
  assert.deepEqual(leaked, []);
});

test('with Sotto off something leaves by every door there is', async () => {
  await mallory.popup.turn(false);
  await mallory.visit(plain);
  const found = await mallory.frame.evaluate(tryDoors);
  assert.deepEqual(Object.entries(found).filter(([, bytes]) => bytes === 0), []);
  await mallory.popup.turn(true);
});

test('every door to a connection that no hook has touched: what leaves by it', async (t) => {
  await mallory.visit(plain);
  const found = await mallory.frame.evaluate(tryDoors);
  const open = Object.entries(found).filter(([, bytes]) => bytes).map(([name]) => name);
  for (const [name, bytes] of Object.entries(found)) t.diagnostic(`${name}: ${bytes === null ? 'no door' : bytes ? 'in clear' : 'nothing leaves'}`);
  assert.deepEqual(open.sort(), OPEN_DOORS.toSorted());
  await mallory.popup.waitForState('alone');
  await othersStand();
});

/** SECURITY.md names these: frames and windows reached before any content script can run. */
const OPEN_DOORS = [
  'a window opened in the same task',
  'a window of an address opened in the same task',
  'a srcdoc in the same task',
  'a frame of an address in the same task',
  'a frame of a javascript: address in the same task',
  'a frame of a blob: address in the same task',
  'a frame of a data: address in the same task',
];
if (browserOf(0).browser === 'chromium') OPEN_DOORS.push('a sandboxed frame without scripts');

test('events that hook and relay greet each other with yield nothing, whoever sends them', async () => {
  await meet();
  assert.deepEqual(await mallory.frame.evaluate(impersonate), []);
  await encrypted(mallory, ben);
  await othersStand();
});

test("code of the page that a word to the hook lets run finds no way to the hook's node", async () => {
  await mallory.visit(plain);
  const sources = ['natives', 'link'].map((name) => readFileSync(join(HOOK, `${name}.js`), 'utf8'));
  assert.deepEqual(await mallory.frame.evaluate(reachForNode, sources), { words: 1, events: 0 });
});

test('in a child frame hook and relay have met before the page can listen', async () => {
  await meet();
  const seen = await mallory.frame.evaluate(raceForNode);
  assert.deepEqual(seen, { events: [], ports: 0 });
  await encrypted(mallory, ben);
  await othersStand();
});

test("the extension's page, embedded and spoken to by the page, answers nothing", async () => {
  await meet();
  const answers = await mallory.frame.evaluate(embedHost, extension());
  assert.deepEqual(answers, []);
  await encrypted(mallory, ben);
  await othersStand();
});

test("the core, its worker and its files are out of the page's reach", async () => {
  await meet();
  const reached = await mallory.frame.evaluate(reachForCore, { extension: extension(), name: await worker() });
  assert.deepEqual(reached, []);
});

const HOST_APART = notInChromium("there the host page is in the extension's own process, which no page gets into");

test("whoever has a page's process speaks to the core as the host page in it can, and is refused", { skip: HOST_APART }, async () => {
  await meet();
  const [bystander] = bystanders;
  const what = JSON.stringify({ tab: bystander.popup.tab, name: await worker() });
  const { raw, owner } = /** @type {import('../lib/browser/firefox-page.mjs').FirefoxPage} */ (/** @type {unknown} */ (mallory.page));
  const had = owner.chrome.inFrame(raw, 'worker/host.html', `(${speakAsHost})(${what})`);
  await bystander.popup.page.evaluate(() => chrome.storage.session.set({ changed: Date.now() }));
  assert.deepEqual(await had, ['refused']);
  assert.ok((await bystander.popup.view()).on);
});

test("a page that calls another frame's methods on its own connection sends nothing past Sotto", async () => {
  await Promise.all([mallory, ben].map((one) => one.visit(plain)));
  await mallory.frame.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const other = /** @type {any} */ (frame.contentWindow).RTCPeerConnection.prototype;
    for (const name of ['addTrack', 'setLocalDescription', 'setRemoteDescription']) {
      Object.defineProperty(RTCPeerConnection.prototype, name, /** @type {any} */ (Object.getOwnPropertyDescriptor(other, name)));
    }
  });
  await ben.popup.turn(false);
  await call(mallory, ben);
  await eventually(() => mallory.traffic(), ({ state }) => state === 'connected', 'they are connected');
  await sleep(1_000);
  assert.equal((await mallory.traffic()).sent, 0);
  await ben.popup.turn(true);
  await othersStand();
});

test('a page that covers its senders with transforms of another realm sends nothing while Sotto is on', async () => {
  await Promise.all([mallory, ben].map((one) => one.visit(plain)));
  await mallory.frame.evaluate(() => {
    const frame = document.createElement('iframe');
    document.body.append(frame);
    const other = /** @type {any} */ (frame.contentWindow);
    const { open } = /** @type {any} */ (window).call;
    /** @type {any} */ (window).call.open = (/** @type {any[]} */ ...args) => {
      const peer = open(...args);
      const worker = new Worker(URL.createObjectURL(new Blob(['onrtctransform = ({ transformer: { readable, writable } }) => readable.pipeTo(writable)'])));
      for (const sender of peer.getSenders()) sender.transform = new other.RTCRtpScriptTransform(worker, {});
      return peer;
    };
  });
  await ben.popup.turn(false);
  await call(mallory, ben);
  await nothingFlows(mallory, ben).catch(async (error) => {
    assert.equal((await mallory.traffic()).sent, 0, error.message);
  });
  await mallory.popup.waitForState('trouble');
  await ben.popup.turn(true);
});

test('more streams than can be watched, all there at once: the last connection goes, and all others go on', async (t) => {
  await meet();
  const start = performance.now();
  await mallory.frame.evaluate(keepStreams);
  const closed = async () => (await mallory.frame.evaluate(keptStates)).flatMap((state, n) => (state === 'closed' ? [n] : []));
  await eventually(closed, ({ length }) => length > 0, 'a connection is closed');
  await eventually(() => mallory.words(), (words) => words.includes('This page has more streams than Sotto can watch'), 'the popup says it');
  await othersStand();
  assert.deepEqual(await closed(), [20]);
  t.diagnostic(`${Math.round(performance.now() - start)} ms`);
  await seeEachOther(mallory, ben);
  await mallory.visit(plain);
});

test('floods: whatever the page does without end, other calls go on', async (t) => {
  await meet();
  for (const what of /** @type {const} */ (['events', 'messages', 'transceivers', 'descriptions', 'frames', 'connections'])) {
    const start = performance.now();
    await mallory.frame.evaluate(flood, { what, extension: extension() });
    await othersStand();
    t.diagnostic(`${what}: ${Math.round(performance.now() - start)} ms`);
  }
  await sleep(500);
});
