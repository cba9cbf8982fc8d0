/** A browser that starts again into the tabs that were open. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { agree, eventually, seeEachOther, sees, turnOn } from '../lib/expect.mjs';
import { asService } from '../lib/service.mjs';
import { EXTENSION, Stage } from '../lib/stage.mjs';

const service = asService(EXTENSION);

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana', extension: service.folder });
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
