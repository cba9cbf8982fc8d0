/**
 * The SFU and the page that str0m, a WebRTC library in Rust, has for an example: one room, one
 * connection for each person, and offers over a data channel. It lives in the network that
 * in-network.sh makes.
 */

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { eventually } from '../expect.mjs';
import { checkNetwork } from './network.mjs';
import { SfuProgram } from './program.mjs';
import { isThere, servePage } from './str0m-pages.mjs';

const PROGRAM = process.env.SOTTO_STR0M ?? resolve(import.meta.dirname, '../../../target/str0m/bin/chat');

export class Str0m extends SfuProgram {
  static async start() {
    checkNetwork();
    const { server, origin } = await servePage();
    const str0m = new Str0m([PROGRAM], mkdtempSync(join(tmpdir(), 'sotto-str0m-')), server, origin);
    await str0m.answers();
    return str0m;
  }

  answers() {
    return eventually(isThere, Boolean, `str0m answers (${this.log} has what it says)`);
  }

  async restart() {
    await this.revive();
    await this.answers();
  }
}
