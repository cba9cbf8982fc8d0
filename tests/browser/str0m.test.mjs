/**
 * Calls through another SFU that knows nothing of Sotto, of another make: str0m's example, whose page
 * has one connection for all and sends its offers over a data channel of its own.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agree, eventually, turnOn } from '../lib/expect.mjs';
import { addInStr0mPage, givenTo } from '../lib/sfu/added-channel.mjs';
import { Str0m } from '../lib/sfu/str0m.mjs';
import { Str0mPage } from '../lib/sfu/str0m-page.mjs';
import { SfuTable } from '../lib/sfu/table.mjs';
import { perceiveEachOther, perceiveNothingOfEachOther, threeTurnItOn } from '../lib/sfu/three.mjs';
import { Stage } from '../lib/stage.mjs';

/** @typedef {import('../lib/participant.mjs').Participant} Participant */

/** @type {Str0m} */ let str0m;
/** @type {Str0mPage} */ let callPage;
/** @type {Stage} */ let stage;
/** @type {Participant} */ let ana;
/** @type {Participant} */ let ben;
/** @type {Participant} */ let cleo;
/** @type {Participant[]} */ let all;

/** There is one room. */
const place = { room: '' };

before(async () => {
  str0m = await Str0m.start();
  callPage = new Str0mPage();
  stage = new Stage(str0m, str0m.origin, callPage);
  for (const name of ['Ana', 'Ben', 'Cleo']) await stage.cast({ name });
  all = stage.people;
  [ana, ben, cleo] = all;
});
after(() => stage.close());

threeTurnItOn(() => ({ stage, place, callPage }));

test('who leaves is no member any more, and who comes late is let in', async () => {
  await callPage.leave(cleo.page, 'Cleo');
  await stage.connected([ana, ben]);
  await agree([ana, ben]);
  await perceiveEachOther([ana, ben]);
  await cleo.enter(stage.base, place);
  await stage.connected(all);
  await turnOn([cleo]);
  await agree(all);
  await perceiveEachOther(all);
});

test('somebody without Sotto perceives nothing of theirs nor they of hers', async () => {
  const olga = await stage.cast({ name: 'Olga', without: true });
  all = [ana, ben, cleo];
  await olga.enter(stage.base, place);
  await stage.connected([...all, olga]);
  await perceiveEachOther(all);
  await perceiveNothingOfEachOther(callPage, olga, all);
  await agree(all);
  await eventually(() => ana.popup.view(), ({ others }) => others === 1, 'Ana is told of one without Sotto');
});

/** A room with nobody in it. */
async function emptied() {
  await str0m.restart();
  callPage.forget();
}

// The page leaves the codec to browsers, which take VP8.
const CODECS = ['VP8', 'VP9', 'H264', 'AV1'];
/** @param {string} codec */
const rowOf = (codec) => `str0m, Opus and ${codec}`;
const table = new SfuTable('str0m', CODECS.map(rowOf));
after(() => { table.write(); });

for (const codec of CODECS) {
  test(`table: ${rowOf(codec)}`, async () => {
    table.set(rowOf(codec), 'in-band', 'FAILED');
    all = [ana, ben, cleo];
    await emptied();
    await stage.gather(all, { ...place, vcodec: codec });
    await turnOn(all);
    await agree(all);
    await perceiveEachOther(all);
    assert.deepEqual(await Promise.all(all.map(({ page }) => callPage.codecOf(page))), all.map(() => `video/${codec}`));
    assert.deepEqual(await Promise.all(all.map(({ page }) => callPage.carrierOf(page))), ['in-band', 'in-band', 'in-band']);
    table.set(rowOf(codec), 'in-band', 'passed');
  });
}

// Why Sotto adds no such channel of its own.
test('table: a data channel that is announced to str0m takes the place of the page\'s', async () => {
  table.setAll('channel', 'FAILED');
  await emptied();
  const [adding, late] = await Promise.all([ana, ben].map((one) => one.inAnotherWindow()));
  await adding.enter(stage.base, place);
  await addInStr0mPage(adding.page);
  await late.enter(stage.base, place);
  const look = () => givenTo(adding.page);
  await eventually(look, (texts) => texts.some((text) => JSON.parse(text).type === 'offer'), 'the added channel is given the page\'s offer');
  assert.equal(await adding.page.evaluate(() => document.querySelectorAll('#media video').length), 0, 'and the page shows nobody');
  await Promise.all([adding, late].map(({ page }) => page.close()));
  table.setAll('channel', 'refused: it takes the place of the page\'s own, which then shows nobody who comes');
});
