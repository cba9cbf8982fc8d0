/** A participant that means harm, without Sotto but with all that a page can do. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree, doesNotHear, eventually, hearEachOther, pictureStands, seeEachOther, turnOn } from '../lib/expect.mjs';
import { OUTSIDER } from '../lib/outsider.mjs';
import { Stage } from '../lib/stage.mjs';

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;
/** @type {import('../lib/participant.mjs').Participant} */ let mallory;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
  mallory = await stage.cast({ name: 'Mallory', without: true, script: OUTSIDER });
  await stage.gather([ana, ben, mallory], { room: 'hostile' });
  await turnOn([ana, ben]);
  await agree([ana, ben]);
});
after(() => stage.close());

/** So long after a renewal the next is due (R18), in milliseconds. */
const RENEWED = 48_000;

/** @typedef {{members: string[], epoch: number, at: number}} Group */

/** @returns {Promise<Group>} */
async function group() {
  await agree([ana, ben]);
  const { members, epoch } = await ana.popup.view();
  return { members: members.map((/** @type {Sotto.MemberView} */ { id, leaf }) => `${leaf} ${id}`), epoch, at: performance.now() };
}

/** The call goes on, and the group is the same; they may have renewed their keys meanwhile, in turn. @param {Group} before */
async function callStands(before) {
  const now = await group();
  assert.deepEqual(now.members, before.members);
  const renewals = 1 + Math.floor((now.at - before.at) / RENEWED);
  assert.ok(now.epoch <= before.epoch + renewals, `from epoch ${before.epoch} to ${now.epoch}`);
  await seeEachOther([ana, ben]);
  await hearEachOther([ana, ben]);
}

const forged = () => mallory.page.evaluate(() => /** @type {any} */ (window).forged ?? 0);

/** @param {string} body a function of the outgoing encoded frame, run in Mallory's page */
const forge = (body) => mallory.page.evaluate((source) => {
  /** @type {any} */ (window).forge = new Function('frame', 'kept', source).bind(null);
}, body);

test('garbage on the control channel leaves the call standing', async () => {
  const standing = await group();
  const sent = await mallory.page.evaluate(async () => {
    const open = /** @type {any} */ (window).controls.filter((/** @type {any} */ channel) => channel.readyState === 'open');
    const random = (/** @type {number} */ size) => crypto.getRandomValues(new Uint8Array(size));
    // A message in one packet, as PROTOCOL.md's section 2 has it.
    const packet = async (/** @type {Uint8Array<ArrayBuffer>} */ message) => {
      const id = new Uint8Array(await crypto.subtle.digest('SHA-256', message)).subarray(0, 8);
      return Uint8Array.from([0x53, 0x4f, 0x54, 0x4f, 2, ...id, 0, 0, 0, 1, ...message]);
    };
    const packets = [];
    for (let type = 0; type < 256; type += 1) packets.push(await packet(Uint8Array.from([type, ...random(200)])));
    const header = packets[0].slice(0, 17);
    for (const channel of open) {
      for (let size = 0; size < 300; size += 1) channel.send(random(size));
      for (const one of packets) channel.send(one);
      for (let cut = 0; cut <= header.length; cut += 1) channel.send(header.slice(0, cut));
      for (let n = 0; n < 20; n += 1) channel.send(random(60_000));
      channel.send('text where bytes are expected');
    }
    return open.length;
  });
  assert.equal(sent, 2, 'her channels reach both of them');
  await callStands(standing);
});

test('a flood on the control channel leaves the call standing', async () => {
  const standing = await group();
  await mallory.page.evaluate(async () => {
    // The first of two packets of a message that never comes.
    const packet = Uint8Array.from([0x53, 0x4f, 0x54, 0x4f, 2, 1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 2, 1, 2, 3]);
    for (let round = 0; round < 20; round += 1) {
      for (const channel of /** @type {any} */ (window).controls) {
        if (channel.readyState === 'open') for (let n = 0; n < 500; n += 1) channel.send(packet);
      }
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  });
  await callStands(standing);
});

for (const [what, body] of /** @type {const} */ ([
  ['truncated', 'const all = window.received.video; const one = all[Math.floor(Math.random() * all.length)]; return one?.slice(0, Math.floor(Math.random() * one.length)).buffer;'],
  ['replayed', 'const all = window.received[frame.type ? "video" : "audio"]; return all[Math.floor(Math.random() * all.length)]?.slice().buffer;'],
  ['forged', 'const all = window.received.video; const one = all[Math.floor(Math.random() * all.length)]?.slice(); if (one) one[one.length - 5] ^= 1; return one?.buffer;'],
  ['random', 'return crypto.getRandomValues(new Uint8Array(900)).buffer;'],
])) {
  test(`${what} frames leave the call standing`, async () => {
    const standing = await group();
    const before = (await ben.popup.view()).stats;
    await mallory.page.evaluate(() => { /** @type {any} */ (window).forged = 0; });
    await forge(body);
    await eventually(
      async () => (await ben.popup.view()).stats,
      ({ failed, dropped, unsealed }) => failed + dropped + unsealed > before.failed + before.dropped + before.unsealed + 50,
      `Ben's core refuses ${what} frames`,
    );
    await sleep(1_000);
    assert.ok((await forged()) > 50, 'she really sent them');
    await pictureStands(ben, mallory);
    await doesNotHear(ben, mallory);
    await callStands(standing);
  });
}
