/** Sotto's own pages: options, first run and popup, for every reader, and in other languages. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { reportOf } from '../../options/report.js';
import { LANGUAGES, bestLanguage } from '../../popup/texts.js';
import { passesAxe } from '../lib/axe.mjs';
import { agree, eventually, turnOn } from '../lib/expect.mjs';
import { Stage, notInFirefox } from '../lib/stage.mjs';

const ROOT = resolve(import.meta.dirname, '../..');
const SCREENSHOTS = join(ROOT, 'target/screenshots');
const HERE = 'http://127.0.0.1/*';

/** @type {Stage} */ let stage;
/** @type {import('../lib/participant.mjs').Participant} */ let ana;
/** @type {import('../lib/participant.mjs').Participant} */ let ben;
/** @type {import('playwright-core').Page} */ let page;

before(async () => {
  mkdirSync(SCREENSHOTS, { recursive: true });
  stage = await Stage.open();
  ana = await stage.cast({ name: 'Ana' });
  ben = await stage.cast({ name: 'Ben' });
  await stage.gather([ana, ben], { room: 'pages' });
  await turnOn([ana, ben]);
  await agree([ana, ben]);
  page = await ana.browser.context.newPage();
});
after(() => stage.close());

/** @param {'options' | 'welcome'} name */
async function visit(name) {
  await page.goto(`${ana.browser.extension}/${name}/${name}.html`);
  await page.locator('h1:not(:empty)').waitFor();
}

/** @param {import('playwright-core').Page} of @param {string} name @param {number} width */
async function picture(of, name, width) {
  await of.setViewportSize({ width, height: 900 });
  await of.emulateMedia({ colorScheme: 'light' });
  await of.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** Nothing has to be scrolled to from side to side. @param {import('playwright-core').Page} of */
async function fits(of) {
  const { scrollWidth, clientWidth } = await of.evaluate(() => {
    const { scrollWidth: all, clientWidth: shown } = document.documentElement;
    return { scrollWidth: all, clientWidth: shown };
  });
  assert.ok(scrollWidth <= clientWidth, `${scrollWidth} pixels in ${clientWidth}`);
}

test('a language is chosen, or the browser\'s, or English', () => {
  assert.equal(bestLanguage('fr', 'de-AT'), 'fr');
  assert.equal(bestLanguage('', 'de-AT'), 'de');
  assert.equal(bestLanguage('xx', 'pt'), 'en');
  assert.deepEqual(readdirSync(join(ROOT, '_locales')).sort(), LANGUAGES.toSorted());
});

test('a report has no name, number, id or address in it', () => {
  const secret = 'SECRET';
  const stream = { stream: 1, page: 1, direction: 'send', media: 'video', role: null, codec: secret, member: secret, protection: 'dropped', reason: 'codec' };
  const view = {
    state: 'trouble', reason: 'trouble', lapse: null, on: true, safetyNumber: [secret], epoch: 7, others: 0,
    members: [{ id: secret, leaf: 0, you: true, committer: true }],
    streams: [stream], problems: [{ code: 'malformed', count: null, detail: secret, stream: null }],
    stats: { sealed: 1, opened: 2, failed: 3, unsealed: 4, dropped: 5, overheadBytesPerFrame: null, sealUsP50: null, openUsP50: null, joinMs: null },
  };
  const facts = { version: '1', browser: 'b', language: 'en', permissions: [], sites: 2, scripts: 1 };
  const report = reportOf(facts, [/** @type {any} */ (view)]);
  assert.match(report, /send video: dropped \(codec\)/);
  assert.ok(!report.includes(secret));
});

test('popup, options and first-run page pass axe in light and dark', async () => {
  await passesAxe(ana.popup.page, 'the popup of a call');
  for (const name of /** @type {const} */ (['options', 'welcome'])) {
    await visit(name);
    await picture(page, name, 800);
    await passesAxe(page, name);
  }
});

const MEDIA = notInFirefox('what a reader has chosen is only emulated in Chromium');

test('nothing moves for a reader who wants it so, and with forced colours the switch shows where it stands', { skip: MEDIA }, async () => {
  const { page: popup } = ana.popup;
  /** @param {string} selector @param {'transitionDuration' | 'backgroundColor'} what */
  const style = (selector, what) => popup.locator(selector).evaluate((node, name) => getComputedStyle(node)[name], what);
  const moves = () => popup.evaluate(() => [...document.querySelectorAll('*')].some((node) => parseFloat(getComputedStyle(node).transitionDuration) > 0));
  assert.ok(await moves());
  await popup.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  assert.ok(!(await moves()));
  assert.notEqual(await style('.knob', 'backgroundColor'), await style('.track', 'backgroundColor'));
  await popup.emulateMedia({ reducedMotion: null, forcedColors: null });
});

test('the diagnostics tell of the call, and not of whose', async () => {
  await visit('options');
  const shown = () => page.locator('[data-test="diagnostics"]').textContent().then(String);
  const report = await eventually(shown, (text) => text.includes('call 1: encrypted'), 'the report tells of the call');
  const { number } = await ana.popup.shown();
  const { members, safetyNumber } = await ana.popup.view();
  assert.equal(number, safetyNumber.join(''));
  const secrets = [...safetyNumber, ...members.map((/** @type {{id: string}} */ { id }) => id), '127.0.0.1'];
  assert.deepEqual(secrets.filter((secret) => report.includes(secret)), []);
});

async function tickAlways() {
  await visit('options');
  const box = page.locator('[data-test="site"]', { hasText: '127.0.0.1' }).locator('[data-test="always"]');
  if (await box.isChecked()) return;
  if (notInFirefox('keys work on no button of a Firefox without a screen')) await box.click();
  else {
    await box.focus();
    await page.keyboard.press('Space');
  }
  await eventually(() => box.isChecked(), (checked) => checked, 'the box is ticked, by keyboard where there is one');
}

test('a call that goes on in clear when its site is set to always on is off, and the badge says nothing else', async () => {
  const tab = await ana.browser.context.newPage();
  await tab.goto(stage.base);
  await tab.evaluate(() => void new RTCPeerConnection().addTransceiver('audio'));
  const popup = await ana.popupOf(tab);
  await popup.waitForState('off');
  await tickAlways();
  await tab.evaluate(async () => {
    const loaded = new Promise((done) => {
      const frame = Object.assign(document.createElement('iframe'), { src: location.href, onload: done });
      document.body.append(frame);
    });
    history.pushState(null, '', '?elsewhere');
    await loaded;
    history.back();
  });
  // Each frame's relay asks, and each change of address is told, in a moment.
  await sleep(1_000);
  const badge = await page.evaluate((tabId) => chrome.action.getBadgeText({ tabId }), popup.tab);
  assert.deepEqual([badge, (await popup.view()).on], ['', false]);
  await popup.page.reload();
  await popup.waitForState('off');
  await Promise.all([tab.close(), popup.page.close()]);
});

test('where it is always on a tab starts so, unless it was turned off there', async () => {
  await tickAlways();
  const tab = await ana.browser.context.newPage();
  await tab.goto(stage.base);
  const popup = await ana.popupOf(tab);
  await popup.waitForState('alone');
  await popup.turn(false);
  await tab.reload();
  await popup.page.reload();
  await popup.waitForState('off');
  await Promise.all([tab.close(), popup.page.close()]);
});

test('a site is removed, and with it what it was set to; the popup shows it at once', async () => {
  await visit('options');
  const site = page.locator('[data-test="site"]', { hasText: '127.0.0.1' });
  await site.locator('[data-test="remove"]').click();
  await site.waitFor({ state: 'detached' });
  await ana.popup.page.locator('#state-word:text("Permission withdrawn")').waitFor();
  const kept = () => page.evaluate(async () => (await chrome.storage.local.get('always-on'))['always-on']);
  await eventually(kept, (sites) => !(/** @type {string[]} */ (sites).includes(HERE)), 'nothing is kept of the site');
});

test('every language fits, also with large type, and is the one that was chosen', async () => {
  for (const language of LANGUAGES) {
    await visit('options');
    await page.locator('[data-test="language"]').selectOption(language);
    await page.locator(`html[lang="${language}"] h1:not(:empty)`).waitFor();
    for (const name of /** @type {const} */ (['options', 'welcome'])) {
      await visit(name);
      await picture(page, `${name}-${language}`, 400);
      await fits(page);
      assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('[data-text]:empty')].length), 0);
    }
    await ana.popup.page.reload();
    await ana.popup.page.locator(`html[lang="${language}"] #state-word:not(:empty)`).waitFor();
    await picture(ana.popup.page, `popup-${language}`, 360);
    await fits(ana.popup.page);
  }
});

test('long words and text from right to left stay inside, at twice the size too', async () => {
  const long = '\u0627\u0644\u062a\u0634\u0641\u064a\u0631'.repeat(12);
  for (const of of [ana.popup.page, page]) {
    await of.setViewportSize({ width: 360, height: 900 });
    await of.evaluate((word) => {
      document.documentElement.dir = 'rtl';
      document.documentElement.lang = 'ar';
      for (const node of document.querySelectorAll('h1, h2, p, button, .hint, #toggle-label, label span')) {
        if (node.childElementCount === 0) node.textContent = word;
      }
    }, long);
    await fits(of);
    await picture(of, `rtl-${of === page ? 'welcome' : 'popup'}`, 360);
    await of.setViewportSize({ width: 180, height: 450 });
    await fits(of);
  }
});
