/** Sotto's own pages: options, first run and popup, for every reader, and in other languages. */

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { reportOf } from '../../options/report.js';
import { LANGUAGES, bestLanguage } from '../../popup/texts.js';
import { passesAxe } from '../lib/axe.mjs';
import { copiedBy } from '../lib/clipboard.mjs';
import { agree, eventually, turnOn } from '../lib/expect.mjs';
import { inArabic } from '../lib/service.mjs';
import { EXTENSION, Stage } from '../lib/stage.mjs';

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

/** Nothing has to be scrolled to from side to side, or is cut off there. @param {import('playwright-core').Page} of */
async function fits(of) {
  const { width, over } = await of.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const shown = [...document.querySelectorAll('body *')].filter((node) => node instanceof HTMLElement && node.offsetParent !== null);
    const isOver = (/** @type {Element} */ node) => {
      const { left, right } = node.getBoundingClientRect();
      return left < -1 || right > clientWidth + 1 || (node.scrollWidth > node.clientWidth + 1 && getComputedStyle(node).display !== 'inline');
    };
    const named = (/** @type {Element} */ node) => `${node.localName} ${node.id} ${node.textContent?.slice(0, 40)}`;
    return { width: [scrollWidth, clientWidth], over: shown.filter(isOver).map(named) };
  });
  assert.deepEqual(over, []);
  assert.ok(width[0] <= width[1], `${width[0]} pixels in ${width[1]}`);
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
  /** @param {object} change @param {Sotto.Reach} [reach] */
  const tab = (change, reach = 'ok') => ({ reach, view: /** @type {any} */ ({ ...view, ...change }) });
  const report = reportOf(facts, [tab({}), tab({ on: false }), tab({ on: false }, 'reload-needed'), { reach: 'ok', view: null }]);
  assert.match(report, /tab 1: on, trouble[^]*send video: dropped \(codec\)/);
  assert.ok(report.endsWith('tab 2: on, no call\ntab 3: on, reload-needed, no call\ntab 4: on, no answer'), report);
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

test('nothing moves for a reader who wants it so, and with forced colours the switch shows where it stands', async () => {
  const { page: popup } = ana.popup;
  /** @param {string} selector @param {'transitionDuration' | 'backgroundColor'} what */
  const style = (selector, what) => popup.locator(selector).evaluate((node, name) => getComputedStyle(node)[name], what);
  const moves = () => popup.evaluate(() => [...document.querySelectorAll('*')].some((node) => parseFloat(getComputedStyle(node).transitionDuration) > 0));
  await popup.emulateMedia({ reducedMotion: 'no-preference' });
  await eventually(moves, (some) => some, 'something moves');
  await popup.emulateMedia({ reducedMotion: 'reduce', forcedColors: 'active' });
  await eventually(moves, (some) => !some, 'nothing moves');
  assert.notEqual(await style('.knob', 'backgroundColor'), await style('.track', 'backgroundColor'));
  await popup.emulateMedia({ reducedMotion: null, forcedColors: null });
});

test('the diagnostics tell of the call, and not of whose', async () => {
  await visit('options');
  const shown = () => page.locator('[data-test="diagnostics"]').textContent().then(String);
  const report = await eventually(shown, (text) => text.includes('tab 1: on, encrypted'), 'the report tells of the call');
  const { number } = await ana.popup.shown();
  const { members, safetyNumber } = await ana.popup.view();
  assert.equal(number, safetyNumber.join(''));
  const secrets = [...safetyNumber, ...members.map((/** @type {{id: string}} */ { id }) => id), '127.0.0.1'];
  assert.deepEqual(secrets.filter((secret) => report.includes(secret)), []);

  const tab = await ana.browser.context.newPage();
  await tab.goto(stage.base);
  const popup = await ana.popupOf(tab);
  await popup.turn(true);
  await popup.page.close();
  await eventually(shown, (text) => /^tab \d: on, no call$/m.test(text), 'a tab that is turned on now is there, as one without a call');
  await tab.close();
  await eventually(shown, (text) => !/no call/.test(text), 'and is there no more once it is closed');
  const copied = await copiedBy(page, page.locator('#copy'));
  assert.match(copied, /^Sotto \d.*^tab 1: on, .*^ {2}frames: sealed \d/ms);
});

async function tickAlways() {
  await visit('options');
  const box = page.locator('[data-test="site"]', { hasText: '127.0.0.1' }).locator('[data-test="always"]');
  if (await box.isChecked()) return;
  await box.focus();
  await page.keyboard.press('Space');
  await eventually(() => box.isChecked(), (checked) => checked, 'the box is ticked, by keyboard');
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

test('a name of which less is told than was typed says what, and is kept while it is typed', async () => {
  await visit('options');
  const told = () => page.locator('[data-test="name-told"]').textContent();
  /** @param {string} name */
  const type = (name) => page.evaluate((typed) => {
    const field = /** @type {HTMLInputElement} */ (document.getElementById('name'));
    field.value = typed;
    field.dispatchEvent(new Event('input'));
  }, name);
  await type('\u200b');
  await eventually(told, (words) => /nobody is told/.test(String(words)), 'it says that none is');
  await type('Ana ');
  await eventually(told, (words) => words === '', 'a space changes nothing');
  await type('Ana\u200b');
  await eventually(told, (words) => /told .*Ana\u2069/.test(String(words)), 'it says what is told');
  const kept = () => page.evaluate(async () => (await chrome.storage.local.get('display-name'))['display-name']);
  await eventually(kept, (name) => name === 'Ana\u200b', 'it is kept');
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

test('where a wider site is always on, the box of one in it says so and does nothing', async () => {
  await visit('options');
  const always = async () => /** @type {string[]} */ (await page.evaluate(async () => (await chrome.storage.local.get('always-on'))['always-on'] ?? []));
  const before = await always();
  /** @param {unknown} patterns */
  const store = (patterns) => page.evaluate((all) => chrome.storage.local.set({ 'always-on': all }), patterns);
  await store([...before, 'https://*/*']);
  const row = page.locator('[data-test="site"]', { hasText: 'vdo.ninja' });
  const box = row.locator('[data-test="always"]');
  await eventually(() => row.textContent(), (words) => String(words).includes('All sites'), 'it is told by which');
  assert.deepEqual([await box.isChecked(), await box.isDisabled()], [true, true]);
  await store(before);
  await eventually(() => box.isDisabled(), (disabled) => !disabled, 'and then its own again');
  assert.equal(await box.isChecked(), false);
});

test('a site is removed, and with it what it was set to; the popup shows it at once', async () => {
  await visit('options');
  const site = page.locator('[data-test="site"]', { hasText: '127.0.0.1' });
  const remove = site.locator('[data-test="remove"]');
  await page.evaluate('globalThis.remove = chrome.permissions.remove; chrome.permissions.remove = async () => false');
  await remove.click();
  await eventually(() => remove.textContent(), (words) => words === 'Can\'t be removed', 'it says where it can not be');
  assert.equal(await remove.getAttribute('aria-label'), 'http://127.0.0.1: Can\'t be removed');
  await page.evaluate('chrome.permissions.remove = globalThis.remove');
  await remove.focus();
  await remove.click();
  await site.waitFor({ state: 'detached' });
  assert.equal(await page.evaluate(() => document.activeElement?.localName), 'li', 'the focus is on the next site');
  await ana.popup.page.locator('#state-word:text("Permission withdrawn")').waitFor();
  const kept = () => page.evaluate(async () => (await chrome.storage.local.get('always-on'))['always-on']);
  await eventually(kept, (sites) => !(/** @type {string[]} */ (sites).includes(HERE)), 'nothing is kept of the site');
});

/** As a person sets it in the browser. @param {import('playwright-core').Page} of @param {number} factor */
async function zoom(of, factor) {
  const width = () => of.evaluate(() => innerWidth);
  const before = (await width()) * (await of.evaluate(async () => chrome.tabs.getZoom((await chrome.tabs.getCurrent())?.id ?? -1)));
  await of.evaluate(async (times) => chrome.tabs.setZoom((await chrome.tabs.getCurrent())?.id ?? -1, times), factor);
  await eventually(width, (now) => Math.abs(now * factor - before) <= factor, `the page is ${factor} times as large`);
}

test('every language fits, also at twice the size, and is the one that was chosen', async () => {
  for (const language of LANGUAGES) {
    await visit('options');
    await page.locator('[data-test="language"]').selectOption(language);
    await page.locator(`html[lang="${language}"] h1:not(:empty)`).waitFor();
    for (const name of /** @type {const} */ (['options', 'welcome'])) {
      await visit(name);
      const [title, heading] = await page.evaluate(() => [document.title, document.querySelector('h1')?.textContent]);
      assert.equal(title, heading, 'each tab is named as its page');
      await picture(page, `${name}-${language}`, 400);
      await fits(page);
      await zoom(page, 2);
      await fits(page);
      await zoom(page, 1);
      assert.deepEqual(await page.evaluate(() => [...document.querySelectorAll('[data-text]:empty')].length), 0);
    }
    await ana.popup.page.reload();
    await ana.popup.page.locator(`html[lang="${language}"] #state-word:not(:empty)`).waitFor();
    await picture(ana.popup.page, `popup-${language}`, 360);
    await fits(ana.popup.page);
    await zoom(ana.popup.page, 2);
    await fits(ana.popup.page);
    await zoom(ana.popup.page, 1);
  }
});

/** Every word of ours that is shown, for as long as the core sends its views. @param {import('playwright-core').Page} of */
const latinWords = (of) =>
  of.evaluate(() => {
    const ours = document.querySelectorAll('h1:not(#host), h2, p, button, li[data-text], summary, label > span, .hint, .note');
    const shown = [...ours].filter((node) => node instanceof HTMLElement && node.offsetParent !== null && node.childElementCount === 0);
    return shown.map(({ textContent }) => textContent ?? '').filter((words) => words !== '' && !/[\u0600-\u06ff]{20}/.test(words));
  });

test('in a language with long words that goes from right to left all stays inside, at twice the size too', async () => {
  const arabic = inArabic(EXTENSION);
  const cam = await stage.cast({ name: 'Cam', extension: arabic.folder });
  await stage.gather([cam, ben], { room: 'right-to-left' });
  await cam.openPopup();
  await turnOn([cam, ben]);
  await agree([cam, ben]);
  const other = await cam.browser.context.newPage();
  /** @param {'options' | 'welcome'} name */
  const go = async (name) => {
    await other.goto(`${cam.browser.extension}/${name}/${name}.html`);
    await other.locator('h1:not(:empty)').waitFor();
  };
  await go('options');
  await other.locator('[data-test="language"]').selectOption('ar');
  const isRight = 'html[lang="ar"][dir="rtl"]';
  await other.locator(`${isRight} h1:not(:empty)`).waitFor();
  const { page: popup } = cam.popup;
  await popup.reload();
  await popup.locator(`${isRight} [data-test="state"][data-state="encrypted"]`).waitFor();
  await popup.waitForSelector('#media-details[open] li');
  const [form] = String(await popup.locator('#people-title').textContent()).split(' ');
  assert.equal(form, arabic.formOf('two'));
  for (const name of /** @type {const} */ (['popup', 'options', 'welcome'])) {
    const of = name === 'popup' ? popup : other;
    if (name !== 'popup') await go(name);
    for (const factor of [1, 2]) {
      // As high as it is, for a picture of all is cut off where it scrolls; and less wide by what would scroll it.
      await of.setViewportSize({ width: 345, height: 2_000 * factor });
      await zoom(of, factor);
      await fits(of);
      await of.screenshot({ path: join(SCREENSHOTS, `ar-${name}-${factor}.png`) });
      await sleep(1_200);
      assert.equal(await of.locator(isRight).count(), 1);
      assert.deepEqual(await latinWords(of), [], `all words of ${name} are still there`);
      await zoom(of, 1);
    }
  }
  await cam.close();
  stage.people.pop();
  arabic.remove();
});

/** What has the focus, or null for the document itself. @param {import('playwright-core').Page} of */
const focused = (of) =>
  of.evaluate(() => {
    const { activeElement } = document;
    if (!activeElement || activeElement === document.body) return null;
    return `${activeElement.localName} ${activeElement.id || activeElement.getAttribute('aria-label')}`;
  });

/** The key that does what a control is there for. @param {string} control */
const keyOf = (control) => (control.startsWith('select') ? 'ArrowDown' : control.startsWith('summary') ? 'Enter' : 'Space');

/**
 * Goes through a page from its start and presses every control; the focus is never lost.
 * @param {import('playwright-core').Page} of @returns {Promise<string[]>} all that had it
 */
async function pressAll(of) {
  await of.bringToFront();
  await of.evaluate(() => /** @type {HTMLElement | null} */ (document.activeElement)?.blur());
  /** @type {string[]} */ const stops = [];
  for (;;) {
    await of.keyboard.press('Tab');
    const stop = await focused(of);
    if (!stop) return stops;
    // The name is had twice: its question goes as it is left empty.
    assert.ok(stops.filter((one) => one === stop).length < 2 && stops.push(stop) < 40, `${stop} after ${stops}`);
    await of.keyboard.press(keyOf(stop));
    // What follows takes a moment, if it is a new document.
    await sleep(700);
    await of.locator('h1:not(:empty)').waitFor();
    assert.notEqual(await focused(of), null, `after ${stop}`);
  }
}

test('all of it works by keyboard alone, and whoever does so is never sent back to the start', async () => {
  const { page: popup } = ana.popup;
  await visit('options');
  await page.locator('[data-test="language"]').selectOption('en');
  await page.locator('html[lang="en"] h1:not(:empty)').waitFor();
  await visit('options');
  const stops = await pressAll(page);
  for (const control of ['input name', 'button http://localhost: Remove', 'select language', 'button copy']) {
    assert.ok(stops.includes(control), `${control} in ${stops}`);
  }
  assert.equal(await page.locator('[data-test="site"]', { hasText: 'localhost' }).count(), 0);
  await visit('welcome');
  assert.deepEqual(await pressAll(page), ['button options']);

  await popup.reload();
  await popup.locator('#state-word:not(:empty)').waitFor();
  // The browser's own question can't be answered here.
  await popup.evaluate('chrome.permissions.request = async () => { globalThis.asked = true; }');
  const inPopup = await pressAll(popup);
  assert.equal(inPopup[0], 'button toggle');
  assert.ok(inPopup.includes('button no-permission') && inPopup.includes('button options'), String(inPopup));
  assert.ok(await popup.evaluate('asked'));
});
