/** Display names: chosen in the options, known to the group, and never in the place of who it is. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree, eventually, turnOn } from '../lib/expect.mjs';
import { Stage, browserOf } from '../lib/stage.mjs';

/** @typedef {import('../lib/participant.mjs').Participant} Participant */

/** @type {Stage} */ let stage;
/** @type {Participant} */ let ana;
/** @type {Participant} */ let ben;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
  await stage.gather([ana, ben], { room: 'names' });
  await turnOn([ana, ben]);
  await agree([ana, ben]);
});
after(() => stage.close());

/** @param {Participant} person @param {string} name */
async function type({ browser }, name) {
  const page = await browser.context.newPage();
  await page.goto(`${browser.extension}/options/options.html`);
  await page.waitForSelector('[data-test="name"]');
  await page.waitForSelector('h1:not(:empty)');
  await page.evaluate((chosen) => {
    const field = /** @type {HTMLInputElement} */ (document.querySelector('[data-test="name"]'));
    field.value = chosen;
    field.dispatchEvent(new Event('change'));
  }, name);
  const isKept = () => page.evaluate(async () => (await chrome.storage.local.get('display-name'))['display-name']);
  await eventually(isKept, (kept) => kept === name, 'the name is kept');
  return page;
}

/** Whether the browser's question is still to be asked. @param {import('playwright-core').Page} page */
const asks = (page) =>
  page.evaluate(async () => {
    const { data_collection: allowed } = /** @type {{data_collection?: string[]}} */ (await chrome.permissions.getAll());
    return allowed !== undefined && !allowed.includes('personallyIdentifyingInfo');
  });

/** @param {import('playwright-core').Page} page */
async function allow(page) {
  const button = page.locator('[data-test="name-allow"]');
  await button.waitFor();
  // A person's click, which the page can't make: nobody but Firefox is asked here.
  await /** @type {any} */ (page).raw.click('[data-test="name-allow"]');
  await eventually(() => asks(page), (asked) => !asked, 'the browser has its answer');
}

/** And lets the others see it, where the browser asks about that. @param {Participant} person @param {string} name */
async function choose(person, name) {
  const page = await type(person, name);
  if (name !== '' && (await asks(page))) await allow(page);
  await page.close();
}

/** What a popup shows of its person, and of the other. @param {Participant} at */
async function rows(at) {
  const [own, other] = (await at.popup.shown()).members;
  return { own, other };
}

/** @param {string} name as it is set off from the text around it */
const goesBy = (name) => `goes by "\u2068${name}\u2069"`;

/** @param {Participant} at @param {(other: string) => boolean} holds @param {string} wanted */
async function showsOfOther(at, holds, wanted) {
  const { other } = await eventually(() => rows(at), ({ other: row }) => row !== undefined && holds(row), `${at.name}'s popup shows ${wanted}`);
  assert.match(other, /^Member \d+ [0-9a-f]{8} /);
}

test('where the browser asks about personal data, nobody is told a name before that, or after it was taken back', { skip: browserOf(0).browser !== 'firefox' && 'Chromium has no such question' }, async () => {
  const page = await type(ana, 'Ana');
  // Longer than a name takes that may be told.
  await sleep(3_000);
  const { other } = await rows(ben);
  assert.ok(!other.includes('goes by'), other);
  await allow(page);
  await showsOfOther(ben, (row) => row.endsWith(goesBy('Ana')), 'her name');
  await page.evaluate(() => chrome.permissions.remove(/** @type {any} */ ({ data_collection: ['personallyIdentifyingInfo'] })));
  await showsOfOther(ben, (row) => !row.includes('goes by'), 'no name');
  await allow(page);
  await showsOfOther(ben, (row) => row.endsWith(goesBy('Ana')), 'her name again');
  await page.close();
});

test('a name that is chosen in mid-call is shown to both, beside the id', async () => {
  await choose(ana, 'Ana Lu');
  await showsOfOther(ben, (row) => row.endsWith(goesBy('Ana Lu')), 'her name');
  await eventually(() => rows(ana), ({ own }) => own.startsWith('You ') && own.endsWith(goesBy('Ana Lu')), 'her own popup shows it');
});

test('a name that looks like hers is shown with a warning, without what turns text around', async () => {
  const fake = '\u0410na Lu';
  await choose(ben, `\u202e${fake}`);
  await showsOfOther(ana, (row) => row.includes(`${goesBy(fake)}. Another member goes by a name much like this.`), 'the likeness');
});

test('with a new document in the tab the name is there again, also where no popup is open', async () => {
  await ben.popup.page.goto('about:blank');
  await ben.page.reload();
  await stage.connected([ana, ben]);
  await choose(ana, '');
  const fake = '\u0410na Lu';
  await showsOfOther(ana, (row) => row.endsWith(goesBy(fake)), 'his name, and no warning');
});

test('a name that was given up is gone', async () => {
  await ben.openPopup();
  await agree([ana, ben]);
  await choose(ben, '');
  await showsOfOther(ana, (row) => !row.includes('goes by'), 'no name');
});
