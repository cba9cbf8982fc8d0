/**
 * What each scenario of the media table has: two ends with Sotto on, a connection of its own, and
 * what every one begins and ends with.
 */

import assert from 'node:assert/strict';
import { eventually } from '../expect.mjs';

/** @typedef {import('../lab.mjs').Lab} Lab */
/** @typedef {import('../lab.mjs').End} End */
/** @typedef {import('../lab.mjs').Stats} Stats */
/** @typedef {(cell: Cell) => Promise<unknown>} Scenario why the cell can't be, or anything but a text */

/** None of these may be said of a call in which nobody does harm. */
const HARM = ['stream-bypassed', 'stream-not-sealed', 'frames-forged', 'frames-misdirected', 'frames-no-key', 'page-transform', 'codec-unsupported',
  'codec-not-silent', 'malformed', 'frames-replayed', 'too-many-streams', 'counter-exhausted'];

/** So many frames may be dropped while a connection's ends don't know each other yet: of some two seconds. */
const UNACQUAINTED = 150;

export class Cell {
  /** @param {Lab} lab @param {string} name of its connection @param {(text: string) => void} note */
  constructor(lab, name, note) {
    this.lab = lab;
    this.near = lab.near;
    this.far = lab.far;
    this.name = name;
    this.note = note;
    /** @type {Stats[]} */
    this.before = [];
    this.codecs = { video: '', audio: '' };
  }

  get ends() {
    return [this.near, this.far];
  }

  stats() {
    return Promise.all(this.ends.map(async (end) => /** @type {Stats} */ ((await end.view()).stats)));
  }

  /** @param {{video: string, audio: string}} codecs */
  async begin(codecs) {
    this.codecs = codecs;
    this.before = await this.stats();
    await this.agreeOn(codecs);
  }

  /** What both ends prefer whenever they negotiate from now on. @param {{video: string, audio: string}} codecs */
  async agreeOn(codecs) {
    for (const end of this.ends) await end.do((lab, wanted) => { lab.codecs = wanted; }, codecs);
  }

  /** The near end sends its microphone and its camera, and they arrive. */
  async call() {
    await this.near.do((lab, name) => {
      const { peer } = lab.open(name);
      for (const track of [lab.microphone(), lab.camera()]) peer.addTrack(track);
    }, this.name);
    await this.arrives();
  }

  /** @param {{colour?: boolean | number[], pitch?: boolean, nth?: number}} [what] */
  arrives(what) {
    return this.far.perceives(this.near, this.name, what);
  }

  /** From now on only what is new counts as having arrived. */
  forget() {
    return this.far.do((lab, name) => lab.forget(name), this.name);
  }

  /** @param {(lab: import('../lab/page.mjs').Lab, name: string) => unknown} act */
  atNear(act) {
    return this.near.do(act, this.name);
  }

  /** @param {(lab: import('../lab/page.mjs').Lab, name: string) => unknown} act */
  atFar(act) {
    return this.far.do(act, this.name);
  }

  /** Both ends agree on comfort noise too, as long as `act` takes. @param {() => Promise<unknown>} act */
  async pauses(act) {
    const set = (/** @type {boolean} */ on) => Promise.all(this.ends.map((end) => end.do((lab, value) => { lab.pauses = value; }, on)));
    await set(true);
    await act();
    await set(false);
  }

  /** No further picture is shown. */
  async stands() {
    await this.far.do(async (lab, name) => {
      const watched = lab.watched(name, 'video');
      await lab.until(() => {
        return (watched?.shown.at(-1) ?? 0) < performance.now() - 300;
      }, () => 'a picture that stands');
    }, this.name);
  }

  /** The longest time without a picture since what was before was forgotten. */
  gap() {
    return this.far.do((lab, name) => lab.watched(name, 'video')?.gap(), this.name);
  }

  /** The far end comes to open frames of this role. @param {string} role */
  role(role) {
    const received = async () => (await this.far.view()).streams.map((/** @type {any} */ stream) => stream.role);
    return eventually(received, (roles) => roles.includes(role), `the far end receives a ${role}`);
  }

  /** The far end has opened frames of these roles. @param {string[]} roles */
  async roles(roles) {
    const { streams } = await this.far.view();
    const opened = streams.filter((/** @type {any} */ { direction, protection }) => direction === 'receive' && protection === 'encrypted');
    const found = opened.map((/** @type {any} */ { role }) => role);
    assert.deepEqual(roles.filter((role) => !found.includes(role)), [], `of ${roles}, found ${found}`);
  }

  /** How many streams the near end's popup shows. */
  async lines() {
    return (await this.near.view()).streams.length;
  }

  /** Of the frames that the far end has opened. */
  async opened() {
    const { streams } = await this.far.view();
    const opened = streams.filter((/** @type {any} */ { direction, protection }) => direction === 'receive' && protection === 'encrypted');
    return /** @type {string[]} */ (opened.map((/** @type {any} */ { codec }) => codec.toLowerCase()));
  }

  /** Frames of these codecs were opened. @param {{video: string, audio: string}} codecs */
  async used({ video, audio }) {
    const codecs = await this.opened();
    for (const codec of [video, audio]) assert.ok(codecs.includes(codec.toLowerCase()), `${codec} is used: ${codecs}`);
  }

  /** Frames of these come to be opened. @param {{video: string, audio: string}} codecs */
  takes({ video, audio }) {
    const wanted = [video, audio].map((codec) => codec.toLowerCase());
    return eventually(() => this.opened(), (codecs) => wanted.every((codec) => codecs.includes(codec)), `${wanted} are used`);
  }

  /** Nothing came in clear, no more than a few frames were dropped, and nothing is held against anybody. */
  async end(most = UNACQUAINTED) {
    const after = await this.stats();
    const lost = after.map(({ dropped }, n) => dropped - this.before[n].dropped);
    this.note(`frames dropped at either end: ${lost}`);
    assert.ok(lost.every((count) => count <= most), `${lost} frames were dropped`);
    after.forEach(({ unsealed, failed }, n) => {
      assert.equal(unsealed - this.before[n].unsealed, 0, 'no frame arrived in clear');
      // Half of all plain frames of G.711 and G.722 can be read as the header of a sealed one.
      assert.equal(failed - this.before[n].failed, 0, 'each that arrived was opened');
    });
    for (const end of this.ends) {
      const codes = (await end.view()).problems.map((/** @type {any} */ { code }) => code);
      assert.deepEqual(codes.filter((/** @type {string} */ code) => HARM.includes(code)), []);
    }
  }

  async clear() {
    for (const end of this.ends) await end.do((lab, name) => lab.closeAll(name), 'base');
  }
}
