/** Whose picture a stream is, seen in the popup and not on the page, which can say what it likes. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { passesAxe } from '../lib/axe.mjs';
import { isNear } from '../lib/call.mjs';
import { agree, eventually, looksAt, seeEachOther, turnOn } from '../lib/expect.mjs';
import { Stage } from '../lib/stage.mjs';

const SCREENSHOTS = resolve(import.meta.dirname, '../../target/screenshots');

/** @typedef {import('../lib/participant.mjs').Participant} Participant */

/** @type {Stage} */ let stage;
/** @type {Participant} */ let ana;
/** @type {Participant} */ let ben;
/** @type {Participant} */ let cleo;
/** @type {Map<Participant, string>} what the line of somebody's camera says */ let camera;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  stage = await Stage.open();
  for (const name of ['Ana', 'Ben', 'Cleo']) await stage.cast({ name });
  [ana, ben, cleo] = stage.people;
  await stage.gather(stage.people, { room: 'looks' });
  await turnOn(stage.people);
  await agree(stage.people);
  await seeEachOther(stage.people);
  await ana.popup.unfoldStreams();
  camera = new Map(await Promise.all([ben, cleo].map(lineOf)));
});
after(() => stage.close());

/** @param {Participant} person @returns {Promise<[Participant, string]>} */
async function lineOf(person) {
  const [own] = (await person.popup.shown()).members;
  return [person, `Camera of ${own.match(/[0-9a-f]{8}/)?.[0]}`];
}

/** @param {Participant} person */
const line = (person) => /** @type {string} */ (camera.get(person));

/** The popup shows Ana who it is. @param {Participant} person */
async function seesInPopup(person) {
  const still = await looksAt(ana, line(person));
  assert.ok(isNear(still.colour, person.looks.colour), `${person.name} is ${still.colour}`);
  return still;
}

/** @param {(...videos: HTMLVideoElement[]) => void} act on Ben's and Cleo's elements on Ana's page */
const onPage = (act) =>
  ana.page.evaluate(`(${act})(...['Ben', 'Cleo'].map((name) => document.querySelector('[data-name="' + name + '"] video')))`);

test('where a page shows two under each other\'s names, the popup shows each beside its own', async () => {
  await onPage((a, b) => { [a.srcObject, b.srcObject] = [b.srcObject, a.srcObject]; });
  const isSwapped = async () => isNear((await ana.pictureOf(ben)).colour, cleo.looks.colour);
  await eventually(isSwapped, Boolean, 'Cleo is seen where Ben is named');
  for (const person of [ben, cleo]) {
    const { width, height } = await seesInPopup(person);
    assert.deepEqual([width, height], [120, 90]);
  }
  await onPage((a, b) => { [a.srcObject, b.srcObject] = [b.srcObject, a.srcObject]; });
});

test('what is found passes axe, and looks as it should', async () => {
  const { page } = ana.popup;
  await page.setViewportSize({ width: 360, height: 1100 });
  await passesAxe(page, 'two pictures');
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SCREENSHOTS, `looks-${colorScheme}.png`) });
  }
});

test('a page that mutes or stops what it shows changes nothing in it', async () => {
  await onPage((a) => { for (const track of /** @type {MediaStream} */ (a.srcObject).getVideoTracks()) track.enabled = false; });
  await seesInPopup(ben);
  await onPage((a) => { for (const track of /** @type {MediaStream} */ (a.srcObject).getVideoTracks()) track.enabled = true; });
});

test('by keyboard alone, with a name that says whose it is', async () => {
  const button = ana.popup.look(line(cleo));
  assert.match(String(await button.getAttribute('aria-label')), new RegExp(line(cleo)));
  await ana.popup.page.reload();
  await ana.popup.unfoldStreams();
  await button.waitFor();
  await button.focus();
  await ana.popup.page.keyboard.press('Enter');
  await eventually(() => ana.popup.still(line(cleo)), Boolean, 'a picture came');
});

test('a picture stays no longer than its line says the same', async () => {
  await seesInPopup(cleo);
  await cleo.popup.turn(false);
  await eventually(() => ana.popup.still(line(cleo)), (still) => still === null, 'it is gone with her');
  await seesInPopup(ben);
  await ana.popup.turn(false);
  assert.equal(await ana.popup.still(line(ben)), null);
});
