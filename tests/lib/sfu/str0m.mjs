/**
 * The SFU and the page that str0m, a WebRTC library in Rust, has for an example: one room, one
 * connection for each person, and offers over a data channel. It lives in the network that
 * in-network.sh makes.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../expect.mjs';
import { checkNetwork } from './network.mjs';
import { isThere, servePage } from './str0m-pages.mjs';

const PROGRAM = process.env.SOTTO_STR0M ?? resolve(import.meta.dirname, '../../../target/str0m/bin/chat');

export class Str0m {
  /** @param {string} folder for what it says @param {import('node:http').Server} pages @param {string} origin of these */
  constructor(folder, pages, origin) {
    this.folder = folder;
    this.pages = pages;
    this.origin = origin;
    this.process = spawnChat(folder);
  }

  static async start() {
    checkNetwork();
    const { server, origin } = await servePage();
    const str0m = new Str0m(mkdtempSync(join(tmpdir(), 'sotto-str0m-')), server, origin);
    await str0m.answers();
    return str0m;
  }

  answers() {
    return eventually(isThere, Boolean, `str0m answers (${join(this.folder, 'log')} has what it says)`);
  }

  /** Dies and comes back, with nobody in it. */
  async restart() {
    await this.stop('SIGKILL');
    this.process = spawnChat(this.folder);
    await this.answers();
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
function spawnChat(folder) {
  const log = openSync(join(folder, 'log'), 'a');
  return spawn(PROGRAM, { stdio: ['ignore', log, log] });
}
