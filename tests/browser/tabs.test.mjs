/** Windows and tabs: several calls at once, and a call that was there before Sotto came. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { agree, eventually, seeEachOther, turnOn } from '../lib/expect.mjs';
import { FirefoxContext } from '../lib/browser/firefox.mjs';
import { canBeLetIn, openPrivately } from '../lib/private-window.mjs';
import { asService } from '../lib/service.mjs';
import { CAST, EXTENSION, Stage } from '../lib/stage.mjs';

/** @typedef {import('../lib/participant.mjs').Participant} Participant */

/** @type {Stage} */ let stage;
/** @type {Participant} */ let ana;
/** @type {Participant} */ let ben;

before(async () => {
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
});
after(() => stage.close());

test('two calls in two windows are two groups, each with its own number, turned off by itself', async () => {
  const [ana2, ben2] = await Promise.all([ana, ben].map((person) => person.inAnotherWindow()));
  await stage.gather([ana, ben], { room: 'one' });
  await stage.gather([ana2, ben2], { room: 'two' });
  for (const person of [ana2, ben2]) person.popupPage = await person.popupOf(person.page);
  const calls = [[ana, ben], [ana2, ben2]];
  const numbers = [];
  for (const people of calls) {
    await turnOn(people);
    numbers.push(await agree(people));
  }
  assert.notEqual(numbers[0], numbers[1]);
  for (const people of calls) await seeEachOther(people);
  const clearFrames = async () => (await ana.popup.view()).stats.unsealed;
  const before = await clearFrames();
  for (const { popup } of [ana2, ben2]) await popup.turn(false);
  await seeEachOther([ana2, ben2]);
  assert.equal(await agree([ana, ben]), numbers[0]);
  assert.equal(await clearFrames(), before);
  for (const { page, popup } of [ana2, ben2]) await Promise.all([page.close(), popup.page.close()]);
  await seeEachOther([ana, ben]);
});

test('a call that was there before Sotto goes on as it was, until its person asks for a reload', async () => {
  await ana.page.goto('about:blank');
  const cleo = await stage.cast({ name: 'Cleo', without: true });
  await ben.popup.turn(false);
  await stage.gather([ben, cleo], { room: 'before' });
  await seeEachOther([ben, cleo]);
  await cleo.browser.install(EXTENSION);
  // Where this is an install, the page that welcomes its person came before it.
  await cleo.page.bringToFront();
  cleo.browser.extension = ana.browser.extension;
  await seeEachOther([ben, cleo]);
  const popup = await cleo.openPopup();
  const reload = popup.page.locator('[data-test="reload"]');
  await reload.waitFor();
  assert.ok(await popup.part('toggle').isDisabled());
  await reload.click();
  await stage.connected([ben, cleo]);
  await turnOn([ben]);
  await agree([ben, cleo]);
  await seeEachOther([ben, cleo]);
});

test('who installs it is welcomed once, and not again after an update', async () => {
  // Chromium lets what ships in by a forerunner, and then it is an update; a service needs none.
  const service = asService(EXTENSION);
  const { browser, page } = await stage.cast({ name: 'Dana', without: true });
  const install = async () => {
    await browser.install(browser.name === 'chromium' ? service.folder : EXTENSION);
    await page.goto(`${ana.browser.extension}/options/options.html`);
  };
  const open = () => page.evaluate(async () => (await chrome.tabs.query({})).filter(({ url }) => url?.endsWith('/welcome.html')).length);
  await install();
  await eventually(open, (count) => count === 1, 'the page that welcomes is open');
  // Its pages are closed with the old one.
  await page.goto('about:blank');
  await install();
  await sleep(1_000);
  assert.equal(await open(), 0);
  service.remove();
});

test('in a private window it is not there', async () => {
  const call = `${stage.base}?name=Eve&room=private`;
  const page = await openPrivately(ana.browser, call);
  const here = (/** @type {string} */ expression) => page.evaluate(expression);
  await eventually(() => here('!!document.querySelector(".tile.you video")'), Boolean, 'the private page has a call');
  await here('void new RTCPeerConnection().addTransceiver("audio")');
  await sleep(1_000);
  const isThere = 'document.querySelectorAll("html > div[inert]").length';
  assert.equal(await here(isThere), 0);
  await ana.page.goto(call);
  await eventually(() => ana.page.evaluate(isThere), (count) => count > 0, 'in an open window it is');
  await page.close();
});

const BY_SETTINGS = CAST[0] === 'firefox' && 'there it is let in as far as can be for the test of a private window';

test('nor can its person let it into private windows', { skip: BY_SETTINGS }, async () => {
  assert.equal(await canBeLetIn(ana.browser), false);
});

const CONTAINERS = !CAST.includes('firefox') && 'Chromium has no containers';

test('in a container tab it is off, and says why', { skip: CONTAINERS }, async () => {
  const { context } = ana.browser;
  assert.ok(context instanceof FirefoxContext);
  const page = /** @type {any} */ (await context.openInContainer());
  await page.goto(stage.base);
  const popup = await ana.popupOf(page);
  await popup.waitForState('unsupported');
  assert.equal((await popup.view()).reason, 'contained');
  assert.ok(await popup.part('toggle').isDisabled());
  await page.evaluate('void new RTCPeerConnection()');
  await sleep(1_000);
  assert.equal(await page.evaluate('document.querySelectorAll("html > div[inert]").length'), 0, 'nothing is put into its page');
});
