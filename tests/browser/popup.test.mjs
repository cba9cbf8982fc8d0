/** The popup and the badge of a real call, by keyboard too; and where Sotto can't work. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { passesAxe } from '../lib/axe.mjs';
import { copiedBy } from '../lib/clipboard.mjs';
import { agree, eventually, turnOn } from '../lib/expect.mjs';
import { whileCoreStands } from '../lib/outage.mjs';
import { Popup } from '../lib/sotto.mjs';
import { Stage } from '../lib/stage.mjs';

const SCREENSHOTS = resolve(import.meta.dirname, '../../target/screenshots');

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
});
after(() => stage.close());

/** @param {Popup} popup */
const badge = ({ page, tab }) => page.evaluate((tabId) => chrome.action.getBadgeText({ tabId }), tab);

/** @param {string} name */
async function picture(name) {
  const { page } = ana.popup;
  await page.setViewportSize({ width: 360, height: 900 });
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(SCREENSHOTS, `popup-${name}-${colorScheme}.png`) });
  }
}

test('before a call it can be turned on, and says that there is none yet', async () => {
  await ana.page.goto(stage.base);
  const popup = await ana.openPopup();
  await popup.waitForState('off');
  await picture('off');
  await passesAxe(popup.page, 'the popup, off');
  await popup.turn(true);
  await popup.waitForState('alone');
  assert.equal((await popup.view()).reason, 'alone-no-call');
});

test('it is turned off, and is so when it is opened again', async () => {
  await stage.gather([ana, ben], { room: 'popup' });
  await ana.popup.turn(false);
  await ana.popup.page.reload();
  await ana.popup.waitForState('off');
});

test('it is turned on by keyboard alone', async () => {
  const { page } = ana.popup;
  await page.bringToFront();
  await page.locator('[data-test="toggle"]:enabled').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate(() => document.activeElement?.getAttribute('role')), 'switch');
  await page.keyboard.press('Space');
  await ana.popup.waitForState('alone');
  await ana.popup.part('problem').waitFor();
  await passesAxe(page, 'the popup with a problem');
  await picture('problem');
});

test('in a call it shows one number to both, ready to be copied, and the badge says so', async () => {
  await turnOn([ana, ben]);
  const number = await agree([ana, ben]);
  const { page } = ana.popup;
  const copied = await copiedBy(page, page.locator('#copy'));
  assert.equal(copied.replaceAll(' ', ''), number);
  assert.match(copied, /^(\d{5} ){11}\d{5}$/);
  await eventually(() => badge(ana.popup), (shown) => shown === '\u2713', 'the badge says encrypted');
  await picture('encrypted');
});

test('its members are told apart, with you first', async () => {
  const [own, other] = (await ana.popup.shown()).members;
  const [hers] = (await ben.popup.shown()).members;
  const id = (/** @type {string} */ shown) => shown.match(/[0-9a-f]{8}/)?.[0];
  assert.match(own, /^You/);
  assert.equal(id(other), id(hers));
  assert.notEqual(id(own), id(other));
});

test('when the core stands still it takes its word back by itself', async () => {
  await agree([ana, ben]);
  await whileCoreStands(ana, async () => {
    // It passes through `joining`, which a busy browser shows for too short a time to be seen.
    await ana.popup.waitForState(['joining', 'trouble'], 6_000);
    await ana.popup.waitForState('trouble', 6_000);
    await eventually(() => badge(ana.popup), (shown) => shown === '!', 'so does the badge');
  });
  await agree([ana, ben]);
  await eventually(() => badge(ana.popup), (shown) => shown === '\u2713', 'which then has its own again');
});

test('before the core has spoken it says no state and its switch does nothing', async () => {
  const { page } = ana.popup;
  await whileCoreStands(ana, async () => {
    await page.reload();
    await page.locator('#host:not(:empty)').waitFor();
    const shown = () => page.evaluate(() => ['#toggle:enabled', '#state-word:not(:empty)'].filter((part) => document.querySelector(part)));
    assert.deepEqual(await shown(), []);
    await ana.popup.waitForState('trouble', 8_000);
    assert.equal((await shown()).length, 2);
  });
  await agree([ana, ben]);
});

test('on a page of the browser it says that it cannot work', async () => {
  const { page } = ana.popup;
  await ana.page.goto(ana.browser.ownPage);
  await page.locator('#state-word:text("Another page")').waitFor();
  assert.equal(await page.locator('#host').textContent(), 'Sotto', 'nothing of the page before stays in the open popup');
  await picture('gone');
  // The browser tells an extension nothing of such a tab but its id.
  const tab = await page.evaluate(async () => (await chrome.tabs.query({})).find(({ url }) => !url)?.id);
  await page.goto(new URL(`?tab=${tab}`, page.url()).href);
  const popup = new Popup(page, Number(tab));
  await popup.waitForState('unsupported');
  assert.ok(await popup.part('toggle').isDisabled());
  await picture('unsupported');
  await passesAxe(page, 'the popup where it cannot work');
});
