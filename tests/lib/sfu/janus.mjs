/**
 * Janus as Debian has it, with a configuration of our own, and its own demo pages beside it. It
 * lives in the network that in-network.sh makes.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../expect.mjs';
import { JanusApi } from './janus-api.mjs';
import { SERVER, configuration } from './janus-configuration.mjs';
import { servePages } from './janus-pages.mjs';
import { checkNetwork } from './network.mjs';

/** @typedef {import('./janus-api.mjs').Room} Room */

export class Janus {
  /** @param {string} folder its configuration, and what it says @param {import('node:http').Server} pages @param {string} origin of these */
  constructor(folder, pages, origin) {
    this.folder = folder;
    this.pages = pages;
    this.origin = origin;
    this.api = new JanusApi(SERVER);
    /** @type {Room[]} */
    this.rooms = [];
    this.process = spawnJanus(folder);
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
    return eventually(look, Boolean, `Janus answers at ${SERVER} (${join(this.folder, 'log')} has what it says)`);
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
    await this.stop('SIGKILL');
    this.process = spawnJanus(this.folder);
    await this.answers();
    for (const room of this.rooms) await this.api.open(room);
  }

  /** @param {NodeJS.Signals} [signal] */
  async stop(signal) {
    const gone = new Promise((done) => { this.process.once('exit', done); });
    this.process.kill(signal);
    await gone;
  }

  async close() {
    await this.stop();
    this.pages.closeAllConnections();
    this.pages.close();
    rmSync(this.folder, { recursive: true });
  }
}

/** @param {string} folder */
function spawnJanus(folder) {
  const log = openSync(join(folder, 'log'), 'a');
  // Told the file alone, its plugins would read the system's configuration.
  return spawn('janus', ['-F', folder, '-C', join(folder, 'janus.jcfg')], { stdio: ['ignore', log, log] });
}
