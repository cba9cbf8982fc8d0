/** Two people, each with a browser that has Sotto, and a server of pages to meet on. */

import { startBrowser } from '../browser.mjs';
import { looksOf, makeDevices } from '../media.mjs';
import { EXTENSION, FOLDER, browserOf } from '../stage.mjs';
import { Seat } from './seat.mjs';
import { PageServer } from './server.mjs';

export class Scene {
  /** @param {PageServer} server @param {import('../browser.mjs').Browser[]} browsers */
  constructor(server, browsers) {
    this.server = server;
    this.browsers = browsers;
    this.seats = 0;
  }

  /** @param {number} people */
  static async open(people = 2) {
    const devices = makeDevices(FOLDER, 0);
    /** @param {number} index */
    const start = (index) => startBrowser({ ...browserOf(index), extension: EXTENSION, devices, headless: true });
    const browsers = await Promise.all(Array.from({ length: people }, (_, index) => start(index)));
    return new Scene(await PageServer.start(), browsers);
  }

  /** A tab of its own in one of the browsers. @param {string} name @param {number} browser */
  seat(name, browser) {
    const { colour } = looksOf(this.seats);
    this.seats += 1;
    const url = this.server.add(`/seat-${this.seats}`);
    return Seat.take(this.browsers[browser], { name, colour, url });
  }

  async close() {
    await Promise.all(this.browsers.map((browser) => browser.close()));
    this.server.close();
  }
}
