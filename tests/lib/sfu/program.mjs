/** An SFU that runs as a program of its own, with pages beside it. */

import { spawn } from 'node:child_process';
import { openSync, rmSync } from 'node:fs';
import { join } from 'node:path';

export class SfuProgram {
  /**
   * @param {string[]} command @param {string} folder for what it says
   * @param {import('node:http').Server} pages @param {string} origin of these
   */
  constructor(command, folder, pages, origin) {
    this.command = command;
    this.folder = folder;
    this.pages = pages;
    this.origin = origin;
    this.log = join(folder, 'log');
    this.process = this.run();
  }

  run() {
    const [program, ...words] = this.command;
    const log = openSync(this.log, 'a');
    return spawn(program, words, { stdio: ['ignore', log, log] });
  }

  /** It dies and comes back, with nobody in it. */
  async revive() {
    await this.stop('SIGKILL');
    this.process = this.run();
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
