/**
 * Janus as Debian has it, with a configuration of our own, and its own demo pages beside it. It
 * lives in the network that in-network.sh makes.
 */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../expect.mjs';
import { JanusApi } from './janus-api.mjs';
import { SERVER, configuration } from './janus-configuration.mjs';
import { servePages } from './janus-pages.mjs';
import { checkNetwork } from './network.mjs';
import { SfuProgram } from './program.mjs';

/** @typedef {import('./janus-api.mjs').Room} Room */

export class Janus extends SfuProgram {
  /** @param {string} folder its configuration, and what it says @param {import('node:http').Server} pages @param {string} origin of these */
  constructor(folder, pages, origin) {
    // Told the file alone, its plugins would read the system's configuration.
    super(['janus', '-F', folder, '-C', join(folder, 'janus.jcfg')], folder, pages, origin);
    this.api = new JanusApi(SERVER);
    /** @type {Room[]} */
    this.rooms = [];
  }

  /** @param {{link?: typeof import('./link.mjs').PLACE}} [how] */
  static async start({ link } = {}) {
    checkNetwork();
    const folder = mkdtempSync(join(tmpdir(), 'sotto-janus-'));
    for (const [name, text] of Object.entries(configuration(folder, link))) writeFileSync(join(folder, name), text);
    const { server, origin } = await servePages(SERVER);
    const janus = new Janus(folder, server, origin);
    await janus.answers();
    return janus;
  }

  answers() {
    const look = () => this.api.isThere();
    return eventually(look, Boolean, `Janus answers at ${SERVER} (${this.log} has what it says)`);
  }

  /** @param {Partial<Room>} wishes @returns {Promise<Room>} */
  async open(wishes) {
    const room = { room: 1 + this.rooms.length, videocodec: 'vp8', ...wishes };
    await this.api.open(room);
    this.rooms.push(room);
    return room;
  }

  /** Takes somebody out of a room, as its owner may. @param {Room} room @param {string} name */
  kick(room, name) {
    return this.api.kick(room, name);
  }

  /** It dies and comes back, with the same rooms and nobody in them. */
  async restart() {
    await this.revive();
    await this.answers();
    for (const room of this.rooms) await this.api.open(room);
  }
}
