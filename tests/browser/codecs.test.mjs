/**
 * Every codec in a call of two, judged by decoded pixels and sound; layers; codecs that differ
 * and that change in mid-call.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agree, eventually, hearEachOther, seeEachOther, turnOn } from '../lib/expect.mjs';
import { picturesSent, REPORTS, SIMULCAST } from '../lib/layers.mjs';
import { Stage, notInFirefox } from '../lib/stage.mjs';

const CELLS = [
  { title: 'VP8 and Opus', codec: 'VP8', sound: 'opus' },
  { title: 'VP9 and RED', codec: 'VP9', sound: 'red' },
  { title: 'H264 and PCMU', codec: 'H264', sound: 'PCMU' },
  { title: 'AV1 and PCMA', codec: 'AV1', sound: 'PCMA' },
  { title: 'H265', codec: 'H265', sound: 'opus' },
  { title: 'VP8 with temporal layers, and G722', codec: 'VP8', sound: 'G722', layers: 'L1T3' },
  { title: 'VP9 with layers in space and time', codec: 'VP9', sound: 'opus', layers: 'L2T3_KEY' },
  { title: 'AV1 with temporal layers', codec: 'AV1', sound: 'opus', layers: 'L1T3' },
];

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana', script: REPORTS, size: 'large' });
  ben = await stage.cast({ name: 'Ben', script: REPORTS, size: 'large' });
  await stage.gather([ana, ben], { room: 'codecs' });
  await turnOn([ana, ben]);
  await agree([ana, ben]);
});
after(() => stage.close());

/** Everything is encrypted, seen and heard, in exactly these codecs. @param {string[]} codecs */
async function inTheCodecs(...codecs) {
  await agree([ana, ben]);
  await seeEachOther([ana, ben]);
  await hearEachOther([ana, ben]);
  for (const person of [ana, ben]) {
    const used = async () => {
      const { streams } = await person.popup.view();
      return [...new Set(streams.map((/** @type {any} */ { codec }) => codec))].sort();
    };
    await eventually(used, (seen) => seen.join() === codecs.toSorted().join(), `${person.name} uses ${codecs}`);
    const { streams } = await person.popup.shown();
    assert.deepEqual(streams, ['encrypted', 'encrypted', 'encrypted', 'encrypted']);
  }
}

/** @param {'audio' | 'video'} kind @param {string} codec */
const isThere = (kind, codec) =>
  ana.page.evaluate((wanted) => {
    const known = ['audio', 'video'].flatMap((one) => RTCRtpSender.getCapabilities(one)?.codecs ?? []);
    return known.some(({ mimeType }) => mimeType === wanted);
  }, `${kind}/${codec}`);

CELLS.forEach(({ title, ...wishes }, number) => {
  const { codec, sound, layers } = wishes;
  const skip = layers !== undefined && notInFirefox('Firefox has no scalability modes');
  test(`${title}: seen, heard and encrypted`, { skip }, async (context) => {
    if (!(await isThere('video', codec))) return context.skip(`this browser has no ${codec}`);
    if (!(await isThere('audio', sound))) return context.skip(`this browser has no ${sound} for sound`);
    await stage.gather([ana, ben], { room: `codecs-${number}`, ...wishes });
    await inTheCodecs(codec, sound);
    if (!layers) return;
    const modes = async () => (await picturesSent(ana)).map(({ mode }) => mode);
    await eventually(modes, (seen) => seen.join() === layers, `Ana sends ${layers}`);
  });
});

test('each may send another codec than the other', { skip: notInFirefox('Firefox has no H264 but by a plug-in that it fetches') }, async () => {
  await Promise.all([
    ana.enter(stage.base, { room: 'mixed', codec: 'H264', sound: 'PCMU' }),
    ben.enter(stage.base, { room: 'mixed', codec: 'AV1', sound: 'opus' }),
  ]);
  await stage.connected([ana, ben]);
  await inTheCodecs('AV1', 'H264', 'PCMU', 'opus');
});

test('the codec may change in mid-call', async () => {
  await stage.gather([ana, ben], { room: 'changing' });
  await inTheCodecs('VP8', 'opus');
  for (const codec of ['AV1', 'H264', 'VP9', 'VP8']) {
    if (!(await isThere('video', codec))) continue;
    await ana.page.selectOption('#codec', codec);
    await inTheCodecs(codec, 'opus');
  }
});

test('all layers of simulcast are encrypted, and one is seen', { skip: notInFirefox('Firefox takes no layers by a group of SSRCs') }, async () => {
  const cleo = await stage.cast({ name: 'Cleo', script: SIMULCAST, size: 'large' });
  ben = cleo;
  await stage.gather([ana, ben], { room: 'simulcast', codec: 'VP8' });
  await turnOn([ben]);
  await inTheCodecs('VP8', 'opus');
  const flowing = async () => (await picturesSent(ben)).filter(({ frames }) => frames > 10).length;
  await eventually(flowing, (count) => count === 2, 'Cleo sends both layers');
});
