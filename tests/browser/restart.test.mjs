/**
 * A browser that starts again into the tabs that were open. Firefox brings them back itself. What Chromium loads
 * for a test comes after its first tabs: there they are brought back by hand once Sotto is there, and whether
 * Sotto is there before them isn't tested.
 */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree, eventually, seeEachOther, sees, turnOn } from '../lib/expect.mjs';
import { asService, asVersion } from '../lib/service.mjs';
import { CAST, EXTENSION, Stage } from '../lib/stage.mjs';

/** Longer than what would apply an update waits for. */
const WAITED = 10_000;

const service = asService(EXTENSION);
/** What Chromium loads for a test has lost its permissions at the next start. */
const BEFORE_TABS = CAST[0] === 'firefox' ? EXTENSION : service.folder;

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana', extension: BEFORE_TABS, kept: true });
  ben = await stage.cast({ name: 'Ben' });
  await stage.gather([ana, ben], { room: 'restart' });
  await turnOn([ana, ben]);
  await agree([ana, ben]);
});
after(async () => {
  await stage.close();
  service.remove();
});

test('a tab in which it was on starts off and says so, and neither is shown anything until it is on', async () => {
  await ana.restart();
  await stage.connected([ana, ben]);
  await ana.openPopup();
  assert.equal((await ana.popup.view()).on, false);
  await ana.popup.waitForState('off');
  await ben.popup.waitForState('alone');
  for (const [one, other] of [[ana, ben], [ben, ana]]) assert.equal((await one.pictureOf(other)).frames, 0);
  await turnOn([ana]);
  await agree([ana, ben]);
  await seeEachOther([ana, ben]);
});

test('where it is always on, it is from the first frame, with nobody to click', async () => {
  const page = await ana.browser.context.newPage();
  await page.goto(`${ana.browser.extension}/options/options.html`);
  const box = page.locator('[data-test="site"]', { hasText: '127.0.0.1' }).locator('[data-test="always"]');
  await box.click();
  // What is ticked is stored a moment later.
  const kept = () => page.evaluate(async () => JSON.stringify(await chrome.storage.local.get('always-on')));
  await eventually(kept, (stored) => stored.includes('127.0.0.1'), 'the site is kept');
  const clearFrames = async () => (await ben.popup.view()).stats.unsealed;
  const before = await clearFrames();
  await ana.restart();
  await stage.connected([ana, ben]);
  await sees(ben, ana);
  assert.equal(await clearFrames(), before);
  await ana.openPopup();
  await agree([ana, ben]);
});

test('and there a page without a call says so too, before it makes one', async () => {
  await ana.page.goto(stage.base);
  await ana.restart();
  await ana.openPopup();
  await ana.popup.waitForState('alone');
  assert.equal((await ana.popup.view()).reason, 'alone-no-call');
});

const UPDATES = CAST[0] !== 'firefox' && 'Chromium takes updates from its store alone';

test('an update waits until Sotto is on in no tab, and then leaves the call to go on', { skip: UPDATES }, async () => {
  await stage.gather([ana, ben], { room: 'update' });
  await agree([ana, ben]);
  const newer = asVersion(EXTENSION, '77.0.0');
  assert.equal(await ana.browser.update(newer.folder), 'postponed');
  await sleep(WAITED);
  assert.notEqual(await versionOf(ana.popup), '77.0.0');
  await agree([ana, ben]);
  await seeEachOther([ana, ben]);
  for (const { popup } of [ana, ben]) await popup.turn(false);
  // Its pages will be closed with the old one.
  await ana.popup.page.goto('about:blank');
  await sleep(WAITED);
  await seeEachOther([ana, ben]);
  const version = async () => versionOf(await ana.openPopup());
  await eventually(version, (now) => now === '77.0.0', 'the newer one is there');
  newer.remove();
});

test('or until the browser starts again', { skip: UPDATES }, async () => {
  await ana.page.reload();
  await turnOn([ana]);
  const newer = asVersion(EXTENSION, '78.0.0');
  assert.equal(await ana.browser.update(newer.folder), 'postponed');
  await sleep(WAITED);
  assert.notEqual(await versionOf(ana.popup), '78.0.0');
  await ana.restart();
  assert.equal(await versionOf(await ana.openPopup()), '78.0.0');
  newer.remove();
});

test('nor does one wait for a tab that is on and makes no call', { skip: UPDATES }, async () => {
  await ana.page.goto(stage.base);
  await ana.popup.waitForState('alone');
  const newer = asVersion(EXTENSION, '79.0.0');
  assert.equal(await ana.browser.update(newer.folder), 'postponed');
  await ana.popup.page.goto('about:blank');
  await sleep(WAITED);
  const popup = await ana.openPopup();
  assert.equal(await versionOf(popup), '79.0.0');
  const badge = () => popup.page.evaluate((tabId) => chrome.action.getBadgeText({ tabId }), popup.tab);
  await eventually(badge, (shown) => shown === '\u00d7', 'the badge says that it cannot work in the page of before');
  newer.remove();
});

/** @param {import('../lib/sotto.mjs').Popup} popup @returns {Promise<string>} */
const versionOf = ({ page }) => page.evaluate(() => chrome.runtime.getManifest().version);
