/**
 * A room: people on pages that a test leads, each with two connections to an SFU of ours, which has a
 * browser of its own and forwards what it gets, or lies. The page side is in `lab/`.
 */

import { End, equip, hear, serve, start } from './lab.mjs';
import { originOf } from './listen.mjs';
import { Participant } from './participant.mjs';

/**
 * @typedef {Record<string, string[]>} Shown whom each is shown, in order
 */

/** Page side: what the browser offers to send. */
async function offered() {
  const peer = new RTCPeerConnection();
  for (const kind of ['audio', 'video']) peer.addTransceiver(kind);
  const { sdp } = await peer.createOffer();
  peer.close();
  return sdp;
}

export class Room {
  /** @param {import('node:http').Server} server @param {string[]} names @param {Participant[]} people the last is the SFU */
  constructor(server, names, people) {
    this.server = server;
    this.people = people;
    this.sfu = people[names.length].page;
    this.ends = new Map(names.map((name, n) => [name, new End(people[n])]));
    /** @type {Shown} */
    this.shown = {};
  }

  /** @param {string[]} names */
  static async open(names) {
    const server = await serve();
    const people = await Promise.all([...names, 'SFU'].map((name, index) => start(name, index, name === 'SFU')));
    const room = new Room(server, names, people);
    await room.load();
    return room;
  }

  get base() {
    return `${originOf(this.server)}/`;
  }

  async load() {
    const { sfu } = this;
    await sfu.goto(this.base);
    await sfu.exposeFunction('sendSignal', (/** @type {string} */ to, /** @type {object} */ signal) => hear(this.end(to), signal));
    await sfu.evaluate(`Promise.all([import('/sfu.mjs'), import('/lies.mjs')]).then(([{ HONEST, Sfu }, lies]) => {
      window.begin = (guests) => { window.room?.close(); window.room = new Sfu(window.sendSignal, guests); };
      window.lies = { ...lies, honest: () => HONEST };
    })`);
    for (const [name, { person }] of this.ends) {
      await person.page.goto(this.base);
      await this.seat(name);
    }
  }

  /** Whoever is there by a page that is open. @param {string} name @param {End} [end] */
  async seat(name, end = this.end(name)) {
    this.ends.set(name, end);
    const { person, colour, pitch } = end;
    const tell = (/** @type {object} */ signal) =>
      this.sfu.evaluate(([from, said]) => /** @type {any} */ (window).room.receive(from, said), /** @type {const} */ ([name, signal])).catch(() => {});
    await equip(person.page, { polite: true, colour, pitch }, tell);
  }

  /** Somebody's second window, each of which can reach into the other. @param {string} name @param {string} first */
  async openBeside(name, first) {
    const { person } = this.end(first);
    const opened = person.browser.context.waitForEvent('page');
    await person.page.evaluate((url) => { /** @type {any} */ (window).beside = window.open(url); }, `${this.base}?beside`);
    const beside = new Participant(person.who, person.browser, await opened);
    await beside.page.waitForLoadState();
    beside.popupPage = await person.popupOf(beside.page);
    await this.seat(name, new End(beside));
  }

  /** @param {string} name */
  end(name) {
    const end = this.ends.get(name);
    if (!end) throw new Error(`nobody is called ${name}`);
    return end;
  }

  /** All connections end; these come, and nobody sends yet. @param {Shown} shown */
  async begin(shown) {
    await Promise.all([...this.ends.values()].map((end) => end.do((page) => page.closeAll())));
    this.shown = shown;
    const guests = Object.entries(shown).map(async ([name, others]) => [name, { others, offer: await this.end(name).do(offered) }]);
    await this.sfu.evaluate((all) => /** @type {any} */ (window).begin(all), Object.fromEntries(await Promise.all(guests)));
  }

  /** A camera and a microphone of one's own. @param {string} name */
  publish(name) {
    return this.end(name).do((page) => {
      const { peer } = page.open('up');
      for (const track of [page.microphone(), page.camera()]) peer.addTrack(track);
    });
  }

  /** What the other window is shown is sent on from this one. @param {string} name */
  passOn(name) {
    return this.end(name).do(async (page) => {
      const { lab } = window.opener ?? /** @type {any} */ (window).beside;
      const watched = () => ['audio', 'video'].map((kind) => lab.watched('down', kind));
      await page.until(() => watched().every(Boolean), () => 'something to pass on');
      const { peer } = page.open('up');
      for (const { track } of watched()) peer.addTrack(track);
    });
  }

  /** From now on. @param {string} manner of `lab/lies.mjs` @param {unknown[]} details */
  async lies(manner, ...details) {
    await this.sfu.evaluate(async ([name, all]) => {
      const { lies, room } = /** @type {any} */ (window);
      room.behave(await lies[name](...all));
    }, /** @type {const} */ ([manner, details]));
  }

  /** How many frames it kept back or changed since then. @returns {Promise<number>} */
  lied() {
    return this.sfu.evaluate('window.room.lied');
  }

  /** Where somebody's media are shown to another. @param {string} to @param {string} from */
  place(to, from) {
    return this.shown[to].indexOf(from);
  }

  /** These see and hear each other, from now on. @param {string[]} names */
  async perceive(names) {
    await Promise.all(names.map((name) => this.end(name).do((page) => page.forget('down'))));
    const pairs = names.flatMap((to) => names.filter((from) => from !== to).map((from) => [to, from]));
    await Promise.all(pairs.map(([to, from]) => this.end(to).perceives(this.end(from), 'down', { nth: this.place(to, from) })));
  }

  /** How many pictures of somebody are shown to another within some time. @param {string} to @param {string} from @param {number} span */
  pictures(to, from, span) {
    return this.end(to).do(async (page, { nth, time }) => {
      page.forget('down');
      await new Promise((done) => { setTimeout(done, time); });
      return page.watched('down', 'video', nth)?.shown.length ?? 0;
    }, { nth: this.place(to, from), time: span });
  }

  async close() {
    await Promise.all(this.people.map((person) => person.close()));
    this.server.close();
  }
}
