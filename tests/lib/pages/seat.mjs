/**
 * Somebody's place in a call on one of the tests' pages: a tab with its popup, and in it the
 * frame that makes the call. A tab goes from page to page; its popup stays.
 */

import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../expect.mjs';
import { isNear } from '../call.mjs';
import { Popup } from '../sotto.mjs';
import { prepareCall } from './in-page.mjs';

/**
 * @typedef {import('playwright-core').Page} Page
 * @typedef {import('playwright-core').Frame} Frame
 * @typedef {[number, number, number]} Colour
 */

const FRESH = 8;

export class Seat {
  /** @param {string} name @param {Colour} colour @param {Page} page @param {Popup} popup */
  constructor(name, colour, page, popup) {
    this.name = name;
    this.colour = colour;
    this.page = page;
    this.popup = popup;
    /** @type {Frame} */
    this.frame = page.mainFrame();
  }

  /**
   * @param {import('../browser.mjs').Browser} browser
   * @param {{name: string, colour: Colour, url: string}} who the address is where the seat is taken
   */
  static async take(browser, { name, colour, url }) {
    const page = await browser.newWindow();
    await page.goto(url);
    return new Seat(name, colour, page, await Popup.openBeside(browser, page));
  }

  /** @param {string} url @param {(page: Page) => Promise<Frame> | Frame} [find] the frame of the call */
  async visit(url, find = (page) => page.mainFrame()) {
    await this.page.goto(url);
    this.frame = await find(this.page);
    await this.prepare();
  }

  /** @param {Frame} [frame] */
  async prepare(frame = this.frame) {
    await frame.evaluate(prepareCall, { colour: this.colour });
  }

  /** @param {string} [name] */
  picture(name = 'call') {
    return this.frame.evaluate((which) => /** @type {any} */ (window).call.picture(which), name);
  }

  /** @param {string} [name] @returns {Promise<{state: string, sent: number, received: number}>} */
  traffic(name = 'call') {
    return this.frame.evaluate((which) => /** @type {any} */ (window).call.traffic(which), name);
  }

  badge() {
    return this.popup.page.evaluate((tabId) => chrome.action.getBadgeText({ tabId }), this.popup.tab);
  }

  /** What the popup says: its sentence, and what is wrong. */
  async words() {
    const { page } = this.popup;
    const sentence = await page.locator('#state-sentence').textContent();
    const problems = await page.locator('[data-test="problem"] p:first-child').allTextContents();
    return [sentence ?? '', ...problems];
  }
}

/**
 * One offer and its answer between two seats, carried by the test.
 * @param {Seat} one @param {Seat} other
 * @param {{name?: string, configuration?: RTCConfiguration, before?: () => Promise<void>, change?: (sdp: string) => string}} [how]
 *   `before`: what the page of the one who calls does first; `change`: what becomes of the answer
 */
export async function call(one, other, { name = 'call', configuration, before, change = (sdp) => sdp } = {}) {
  for (const { frame } of [one, other]) {
    await frame.evaluate(([which, wishes]) => { /** @type {any} */ (window).call.open(which, wishes); }, /** @type {const} */ ([name, configuration]));
  }
  if (before) await one.frame.evaluate(before);
  await negotiate(one, other, name, change);
}

/** @param {Seat} one @param {Seat} other @param {string} name @param {(sdp: string) => string} change what becomes of the answer */
export async function negotiate(one, other, name, change = (sdp) => sdp) {
  const offer = await one.frame.evaluate((which) => /** @type {any} */ (window).call.offer(which), name);
  const answer = await other.frame.evaluate(
    ([which, description]) => /** @type {any} */ (window).call.answer(which, description),
    /** @type {const} */ ([name, offer]),
  );
  const changed = { ...answer, sdp: change(answer.sdp) };
  await one.frame.evaluate(
    ([which, description]) => /** @type {any} */ (window).call.accept(which, description),
    /** @type {const} */ ([name, changed]),
  );
}

/** Each sees the other's colour, moving. @param {Seat} one @param {Seat} other @param {string} [name] */
export async function seeEachOther(one, other, name = 'call') {
  await Promise.all([sees(one, other, name), sees(other, one, name)]);
}

/** @param {Seat} one @param {Seat} other @param {string} [name] */
export async function sees(one, other, name = 'call') {
  const { frames: before } = await one.picture(name);
  await eventually(
    () => one.picture(name),
    ({ frames, colour }) => frames >= before + FRESH && isNear(colour, other.colour),
    `${one.name} sees ${other.name} in ${other.colour}, moving (from frame ${before})`,
  );
}

/**
 * Both popups say encrypted, and both see each other.
 * @param {Seat} one @param {Seat} other @param {string} [name]
 */
export async function encrypted(one, other, name) {
  await Promise.all([one, other].map(({ popup }) => popup.waitForState('encrypted')));
  await seeEachOther(one, other, name);
}

/**
 * The connection stands, and not a byte of media went over it or was shown.
 * @param {Seat} one @param {Seat} other @param {string} [name]
 */
export async function nothingFlows(one, other, name) {
  const seats = [one, other];
  const look = () => Promise.all(seats.map((seat) => seat.traffic(name)));
  await eventually(look, (all) => all.every(({ state }) => state === 'connected'), 'they are connected');
  // A frame is sent as soon as there is a connection, if it is sent at all.
  await sleep(700);
  for (const { sent, received } of await look()) assert.deepEqual({ sent, received }, { sent: 0, received: 0 });
  for (const seat of seats) assert.equal((await seat.picture(name)).frames, 0);
}
