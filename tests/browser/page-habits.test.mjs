/**
 * What pages do besides calling: several calls at once, far ends that refuse a data channel,
 * documents written anew, going away and coming back. Sotto is on all the time.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { eventually } from '../lib/expect.mjs';
import { withDataLeftOut, withDataRejected } from '../lib/fidelity/sdp.mjs';
import { Scene } from '../lib/pages/scene.mjs';
import { call, encrypted, nothingFlows, seeEachOther } from '../lib/pages/seat.mjs';
import { browserOf, notInFirefox } from '../lib/stage.mjs';

/** @typedef {import('../lib/pages/seat.mjs').Seat} Seat */

const IN_FIREFOX = browserOf(0).browser === 'firefox';

/** @type {Scene} */ let scene;
/** @type {Seat} */ let ana;
/** @type {Seat} */ let ben;
/** @type {string} */ let plain;

before(async () => {
  scene = await Scene.open();
  [ana, ben] = await Promise.all([scene.seat('Ana', 0), scene.seat('Ben', 1)]);
  plain = scene.server.add('/plain');
  await Promise.all([ana, ben].map(({ popup }) => popup.turn(true)));
});
after(() => scene?.close());

async function meet() {
  await Promise.all([ana, ben].map((one) => one.visit(plain)));
  await call(ana, ben);
  await encrypted(ana, ben);
}

for (const [what, change] of /** @type {const} */ ([['rejects', withDataRejected], ['leaves out', withDataLeftOut]])) {
  test(`a far end that ${what} the data section: nothing flows, and the popup says why`, async () => {
    await Promise.all([ana, ben].map((one) => one.visit(plain)));
    await call(ana, ben, { change });
    await nothingFlows(ana, ben);
    await ana.popup.waitForState('trouble');
    assert.ok((await ana.words()).includes("The other end of a connection refuses Sotto's control channel"));
  });
}

test('a page that takes its very first offer back', async () => {
  await Promise.all([ana, ben].map((one) => one.visit(plain)));
  const takeBack = async () => {
    const { peer } = /** @type {any} */ (window).call.at('call');
    await peer.setLocalDescription();
    await peer.setLocalDescription({ type: 'rollback' });
  };
  await call(ana, ben, { before: takeBack });
  if (IN_FIREFOX) return encrypted(ana, ben);
  // Chromium leaves a data section out for good.
  await nothingFlows(ana, ben);
  await ana.popup.waitForState('trouble');
  assert.ok((await ana.words()).includes("The other end of a connection refuses Sotto's control channel"));
});

test('two calls in two frames of one tab', async () => {
  const html = `<!doctype html><title>Two</title><body><iframe src="/plain"></iframe><iframe src="${scene.server.otherOrigin}/plain"></iframe>`;
  await ana.visit(scene.server.add('/two', { html }));
  await ben.visit(plain);
  const frames = ana.page.mainFrame().childFrames().filter((frame) => frame.url().startsWith('http'));
  assert.equal(frames.length, 2);
  for (const [n, frame] of frames.entries()) {
    ana.frame = frame;
    await ana.prepare();
    await call(ana, ben, { name: `call ${n}` });
  }
  for (const [n, frame] of frames.entries()) {
    ana.frame = frame;
    await encrypted(ana, ben, `call ${n}`);
  }
});

test('two connections of one page to different rooms', async (t) => {
  const cleo = await scene.seat('Cleo', 1);
  await cleo.popup.turn(true);
  await Promise.all([ana, ben, cleo].map((one) => one.visit(plain)));
  await call(ana, ben, { name: 'one room' });
  await call(ana, cleo, { name: 'another room' });
  await encrypted(ana, ben, 'one room');
  await encrypted(ana, cleo, 'another room');
  // Longer than a silent member is kept, and they still have each other.
  await new Promise((resolve) => { setTimeout(resolve, 12_000); });
  await encrypted(ana, ben, 'one room');
  await encrypted(ana, cleo, 'another room');
  const counts = await Promise.all([ana, ben, cleo].map(async ({ popup }) => (await popup.shown()).members.length));
  t.diagnostic(`members shown to Ana, Ben and Cleo: ${counts}`);
  for (const one of [ana, ben, cleo]) {
    await eventually(() => one.words(), (said) => said.some((words) => /connected with everybody/.test(words)), `${one.name} is told`);
  }
  await cleo.page.close();
});

/** @type {[string, () => void][]} */
const REWRITES = [
  ["removes what isn't its own", () => document.documentElement.querySelectorAll(':scope > :not(head, body)').forEach((node) => node.remove())],
  ['replaces the children of its root', () => document.documentElement.replaceChildren(document.createElement('body'))],
  ['swaps its body', () => { document.body = document.createElement('body'); }],
  ['replaces its root', () => document.documentElement.replaceWith(document.createElement('html'))],
  ['has no root for a while', () => { document.replaceChildren(); setTimeout(() => document.append(document.createElement('html')), 700); }],
  ['writes its document anew', () => { document.open(); document.writeln('<!doctype html><title>Anew</title><p>Anew'); document.close(); }],
  ["moves Sotto's frame", () => document.body.append(/** @type {Element} */ (document.documentElement.lastElementChild))],
];

for (const [what, rewrite] of REWRITES) {
  test(`a page that ${what} has its call again`, async () => {
    await meet();
    await ana.frame.evaluate(rewrite);
    if (what !== 'swaps its body') await saysRemoved();
    await togetherAgain();
  });
}

/** What went wrong is shown for some time longer than it lasts. */
async function togetherAgain() {
  const members = async () => (await ana.popup.shown()).members.length;
  await eventually(members, (count) => count === 2, 'Ana and Ben are members of one group');
  await seeEachOther(ana, ben);
}

async function saysRemoved() {
  const words = () => ana.words();
  const known = ["This page removed Sotto's frame, which was put back", "1 frame of this page is cut off from Sotto's core"];
  await eventually(words, (all) => all.some((one) => known.includes(one)), 'the popup says that its frame was removed');
}

test('a page that removes it again and again gets no media, and the popup says so', async () => {
  await meet();
  await ana.frame.evaluate(() => {
    const remove = () => document.documentElement.querySelectorAll(':scope > :not(head, body)').forEach((node) => node.remove());
    const observer = new MutationObserver(remove);
    observer.observe(document.documentElement, { childList: true });
    remove();
    const goodbyes = setInterval(() => dispatchEvent(new Event('pagehide')), 50);
    /** @type {any} */ (window).relent = () => { observer.disconnect(); clearInterval(goodbyes); };
  });
  await eventually(() => ana.words(), ([sentence]) => /cut off from Sotto's core/.test(sentence), 'the popup says it is cut off');
  await eventually(() => ana.badge(), (badge) => badge === '!', 'and the badge warns');
  const { received } = await ben.traffic();
  await ana.frame.evaluate(() => new Promise((resolve) => { setTimeout(resolve, 800); }));
  assert.equal((await ben.traffic()).received, received, 'nothing of Ana is sent');
  assert.match((await ana.words())[0], /cut off from Sotto's core/, 'whatever the page pretends');
  await ana.frame.evaluate('relent()');
  await togetherAgain();
  await eventually(() => ana.badge(), (badge) => badge === '\u2713', 'the badge says encrypted again');
});

test('reload, back and forward: each document starts anew, and protected', async () => {
  await meet();
  await ana.page.reload();
  await ana.prepare();
  await ben.visit(plain);
  await call(ana, ben);
  await encrypted(ana, ben);
  await ana.page.goto(scene.server.add('/elsewhere'));
  await ana.page.goBack();
  assert.equal(await ana.frame.evaluate(() => 'call' in window), false, 'a page in a call is not kept by the browser');
  await ana.prepare();
  await ben.visit(plain);
  await call(ana, ben);
  await encrypted(ana, ben);
});

test('a page that the browser keeps while it has no call comes back with its calls protected', async () => {
  await ana.page.goto(plain);
  await ana.page.evaluate('window.kept = true');
  await ana.page.goto(scene.server.add('/elsewhere'));
  await ana.page.goBack();
  ana.frame = ana.page.mainFrame();
  await ana.prepare();
  await ben.visit(plain);
  await call(ana, ben);
  await encrypted(ana, ben);
});

/**
 * Page side. `stoodIn`: whether the browser, asked past the hook, has had another track for a
 * sender meanwhile.
 */
async function describeNewTracks() {
  const make = () => new AudioContext().createMediaStreamDestination().stream.getAudioTracks()[0];
  const peer = new RTCPeerConnection();
  peer.addTransceiver('video');
  await peer.setLocalDescription();
  // eslint-disable-next-line no-restricted-properties -- only a parsed frame has a moment without extensions
  document.body.insertAdjacentHTML('beforeend', '<iframe></iframe>');
  const native = Object.getOwnPropertyDescriptor(/** @type {any} */ (window[0]).RTCRtpSender.prototype, 'track')?.get;
  document.querySelector('iframe')?.remove();
  const [track, first, last] = [make(), make(), make()];
  const [kept, replaced, removed] = [track, first, last].map((one) => peer.addTrack(one));
  let [set, stoodIn] = [false, false];
  const described = peer.setLocalDescription().then(() => { set = true; stoodIn = native?.call(kept) !== track; });
  const seen = new Set([kept.track]);
  const replacing = replaced.replaceTrack(null);
  /** @type {string[]} */ const refusals = [];
  try { peer.addTrack(track); } catch (/** @type {any} */ error) { refusals.push(error.name); }
  const refused = replaced.replaceTrack(/** @type {any} */ ({})).catch((error) => refusals.push(error.name));
  const look = async () => {
    seen.add(kept.track);
    await new Promise((resolve) => { setTimeout(resolve); });
  };
  while (!set) await look();
  peer.removeTrack(removed);
  await Promise.all([described, replacing, refused]);
  while (native?.call(kept) !== track) await look();
  const result = {
    stoodIn,
    alone: seen.size === 1 && seen.has(track),
    replaced: replaced.track,
    removed: removed.track,
    directions: peer.getTransceivers().map(({ direction }) => direction),
    refusals,
  };
  peer.close();
  return result;
}

test('a page sees its own tracks while it describes them', async () => {
  await ana.visit(plain);
  await ana.popup.waitForState('alone');
  const { stoodIn, ...seen } = await ana.frame.evaluate(describeNewTracks);
  assert.equal(stoodIn, !IN_FIREFOX, 'where a sender may begin without its transform, nothing can be sent meanwhile');
  assert.deepEqual(seen, {
    alone: true, replaced: null, removed: null, directions: ['sendrecv', 'sendrecv', 'sendrecv', 'recvonly'], refusals: ['InvalidAccessError', 'TypeError'],
  });
});

const FROZEN = notInFirefox('nothing freezes a page of Firefox from outside');

test('a page that is frozen and thawed has its call again', { skip: FROZEN }, async () => {
  await meet();
  const session = await ana.page.context().newCDPSession(ana.page);
  await session.send('Page.setWebLifecycleState', { state: 'frozen' });
  await new Promise((resolve) => { setTimeout(resolve, 3_000); });
  await session.send('Page.setWebLifecycleState', { state: 'active' });
  await encrypted(ana, ben);
});
