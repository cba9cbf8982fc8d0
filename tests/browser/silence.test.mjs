/**
 * Somebody without Sotto sits on the path of two who have it, and gets all that they send each
 * other: she hears silence and sees no picture, with each codec that has a form for that. With
 * those that have none, of which any byte is sound, she hears noise and nothing of the voice.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { doesNotHear, eventually, hears, pictureStands, seeEachOther, sees, turnOn } from '../lib/expect.mjs';
import { loudnessOf } from '../lib/loudness.mjs';
import { forgetReceived, FORWARDER, receivedPerStream } from '../lib/outsider.mjs';
import { Stage } from '../lib/stage.mjs';

/** Below what any sound card can play, in dB. */
const SILENCE = -96;
const CLEARLY_THERE = -40;
/** PROTOCOL.md F8. */
const WITHOUT_SILENCE = ['PCMU', 'PCMA', 'G722'];

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;
/** @type {import('../lib/participant.mjs').Participant} */ let olga;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
  olga = await stage.cast({ name: 'Olga', without: true, script: FORWARDER });
});
after(() => stage.close());

/** Both streams of both have brought her enough to judge by. */
async function muchReceived() {
  const look = () => receivedPerStream(olga);
  const enough = (/** @type {number[]} */ counts) => counts.length === 4 && counts.every((count) => count > 30);
  await eventually(look, enough, 'Olga receives sound and pictures of Ana and of Ben');
}

/** @param {string} sound @param {import('node:test').TestContext} t */
async function hearsNothing(sound, t) {
  const loudness = await loudnessOf(olga.page, ana.name);
  t.diagnostic(`Olga hears ${loudness} dB`);
  if (WITHOUT_SILENCE.includes(sound)) assert.ok(loudness > CLEARLY_THERE, `the documents call it noise, it is ${loudness} dB`);
  else assert.ok(loudness < SILENCE, `Olga hears ${loudness} dB`);
  await doesNotHear(olga, ana);
}

for (const { codec, sound } of [
  { codec: 'VP8', sound: 'opus' },
  { codec: 'VP9', sound: 'red' },
  { codec: 'AV1', sound: 'opus' },
  { codec: 'H264', sound: 'PCMU' },
  { codec: 'VP8', sound: 'PCMA' },
  { codec: 'VP8', sound: 'G722' },
]) {
  test(`${codec} and ${sound}, to somebody who saw and heard them before`, async (t) => {
    for (const person of [ana, ben]) if (person.popupPage) await person.popup.turn(false);
    await stage.gather([ana, ben, olga], { room: `silence-${codec}-${sound}`, codec, sound });
    await sees(olga, ana);
    await hears(olga, ana);
    assert.ok((await loudnessOf(olga.page, ana.name)) > CLEARLY_THERE, 'the measure tells sound from silence');
    await turnOn([ana, ben]);
    for (const { popup } of [ana, ben]) await popup.waitForMembers(2);
    await seeEachOther([ana, ben]);
    await forgetReceived(olga);
    await muchReceived();
    await hearsNothing(sound, t);
    await pictureStands(olga, ana);
  });

  test(`${codec} and ${sound}, to somebody who comes later`, async (t) => {
    await olga.page.reload();
    await stage.connected([ana, ben, olga]);
    await muchReceived();
    await hearsNothing(sound, t);
    const { frames } = await olga.pictureOf(ana);
    assert.equal(frames, 0, 'no frame of Ana is shown');
  });
}
